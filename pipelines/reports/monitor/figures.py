"""The figures of the monitor: how large the shifts are, the scores, calibration, activities."""

import math
from collections.abc import Callable
from typing import Final

from features.catalog.catalog import Catalog
from models.charts import (
    Axis,
    Bar,
    Bin,
    Distribution,
    Words,
    bars,
    distribution,
    dots,
    reliability,
)
from models.monitoring.columns import SCORE
from models.monitoring.drift import OPEN, Drifted
from models.monitoring.findings import Watched
from models.monitoring.matured import ALL
from models.stats.metrics import Interval
from pipelines.reports.evaluation.words import Language
from pipelines.reports.evaluation.words import phrase as report_phrase
from pipelines.reports.monitor.words import among, named, part, phrase

MOST_SHIFTS: Final = 12
_WIDEST: Final = 4.0
Draw = Callable[[Watched, Catalog, Language], str]


def figures(found: Watched, catalog: Catalog, language: Language) -> dict[str, str]:
    """Draw everything that there is to draw: key -> SVG."""
    drawers: dict[str, Draw] = {
        "shifts": shifts,
        "score": score,
        "segments": segments,
        "truth": truth,
        "reliability": reliable,
        "volume": volume,
    }
    drawn = {key: drawer(found, catalog, language) for key, drawer in drawers.items()}
    return {key: svg for key, svg in drawn.items() if svg}


def largest(found: Watched) -> list[Drifted]:
    """Order features by how far they moved beyond chance, among whom they moved most."""
    of_features = [one for one in found.drift if one.column != SCORE]
    ranked = sorted(of_features, key=lambda one: (not one.alarm, one.by_chance - one.psi))
    first: dict[str, Drifted] = {}
    for one in ranked:
        first.setdefault(one.column, one)
    return list(first.values())


def shifts(found: Watched, catalog: Catalog, language: Language) -> str:
    """Draw the largest shifts of tested features."""
    tested = [one for one in largest(found) if not math.isnan(one.p_value)][:MOST_SHIFTS]
    if not tested:
        return ""
    rows = [
        Bar(
            one.column.split("__", 1)[1][:34],
            one.psi,
            note=f"{among(one.population, catalog, language)}, "
            f"{phrase('by_chance', language)} {one.by_chance:.3f}",
            rank=0 if one.alarm else 6,
        )
        for one in tested
    ]
    most = max([*(row.value for row in rows), 0.05]) * 1.05
    return bars(
        _words("shifts", "psi", rows, language), Axis(phrase("psi", language), 0, most), rows
    )


def score(found: Watched, _catalog: Catalog, language: Language) -> str:
    """Draw the scores of today over what was expected, in tenths of the reference."""
    mine = [one for one in found.drift if (one.column, one.population) == (SCORE, OPEN)]
    if not mine:
        return ""
    one = mine[0]
    edges = tuple(float(place) for place in range(len(one.now) + 1))
    groups = [
        Distribution(phrase("then", language), one.then, 1),
        Distribution(phrase("now", language), one.now, 0),
    ]
    most = max(*one.now, *one.then) * 1.15
    said = ", ".join(f"{a:.0%} / {b:.0%}" for a, b in zip(one.now, one.then, strict=True))
    words = Words(f"score-{language}", phrase("score", language), said)
    x = Axis(phrase("score_tenths", language), 0, edges[-1], "count")
    return distribution(
        words, x, Axis(phrase("y_share", language), 0, most, "percent"), edges, groups
    )


def segments(found: Watched, catalog: Catalog, language: Language) -> str:
    """Draw how far the scores of each segment moved beyond chance."""
    mine = [one for one in found.drift if one.column == SCORE]
    ranked = sorted(mine, key=lambda one: one.by_chance - one.psi)[:MOST_SHIFTS]
    rows = [
        Bar(
            among(one.population, catalog, language)[:34],
            one.psi,
            note=f"{phrase('by_chance', language)} {one.by_chance:.3f}",
            rank=0 if one.alarm else 6,
        )
        for one in ranked
    ]
    if not rows:
        return ""
    most = max([*(row.value for row in rows), 0.05]) * 1.05
    words = _words("segments", "s_segments", rows, language)
    return bars(words, Axis(phrase("psi", language), 0, most), rows)


def truth(found: Watched, catalog: Catalog, language: Language) -> str:
    """Draw conversions over what was told: all, by month, by band."""
    rows = [
        _dot(
            phrase("all", language) if one.by == ALL else part(one.by, one.name, catalog, language),
            one.ratio,
            phrase(
                "counts", language, observed=f"{one.observed:.0f}", expected=f"{one.expected:.1f}"
            ),
            alarm=one.alarm,
        )
        for one in found.calibration.parts
        if one.asked and one.by in (ALL, "month", "band")
    ]
    return _ratios("truth", "ratio", rows, language)


def reliable(found: Watched, _catalog: Catalog, language: Language) -> str:
    """Draw the share that converted against what was told."""
    bins = [Bin(b.given, b.converted, b.low, b.high, b.rows) for b in found.calibration.curve]
    if not found.calibration.enough:
        return ""
    most = min(max([0.01, *(max(b.given, b.high) for b in bins)]) * 1.08, 1.0)
    x = Axis(report_phrase("x_given", language), 0, most, "percent")
    y = Axis(report_phrase("y_converted", language), 0, most, "percent")
    told = "; ".join(f"{100 * b.given:.1f} % → {100 * b.converted:.1f} %" for b in bins)
    words = Words(f"reliability-{language}", phrase("reliability", language), told)
    return reliability(words, x, y, bins, report_phrase("perfect", language))


def volume(found: Watched, catalog: Catalog, language: Language) -> str:
    """Draw the activities over what was expected, by type."""
    rows = [
        _dot(
            named(one.activity_type, catalog, language),
            one.ratio,
            phrase(
                "counts", language, observed=f"{one.observed:.0f}", expected=f"{one.expected:.0f}"
            ),
            alarm=one.moved or one.silent,
        )
        for one in found.volumes
        if one.asked and one.population == OPEN
    ]
    return _ratios("volume", "volume", rows, language)


def _dot(name: str, ratio: Interval, note: str, *, alarm: bool) -> Bar:
    return Bar(name[:26], ratio.value, ratio.low, ratio.high, note, 1 if alarm else 0)


def _ratios(key: str, label: str, rows: list[Bar], language: Language) -> str:
    if not rows:
        return ""
    ends = [row.high for row in rows if row.high is not None]
    high = min(max([1.5, *ends]), _WIDEST) * 1.04
    words = _words(key, label, rows, language)
    return dots(words, Axis(phrase(label, language), 0.0, high), rows, reference=1.0)


def _words(key: str, title: str, rows: list[Bar], language: Language) -> Words:
    said = ", ".join(f"{row.name} {row.value:.2f}" for row in rows)
    return Words(f"{key}-{language}", phrase(title, language), said)
