"""The figures of the monitor: how large the shifts are, the scores, calibration, activities."""

import math
from collections.abc import Callable
from typing import Final

from features.catalog.catalog import Catalog
from features.wording.sentences import Language
from models.charts import (
    Axis,
    Bar,
    Bin,
    ChartText,
    Distribution,
    bars,
    distribution,
    dots,
    reliability,
)
from models.monitoring.columns import SCORE
from models.monitoring.drift import OPEN, Drifted
from models.monitoring.findings import MonitorReport
from models.monitoring.matured import ALL
from models.stats.metrics import Interval
from pipelines.reports.monitor.wording import name_of, part_name, population_name
from pipelines.reports.translation import gettext

MOST_SHIFTS: Final = 12
_WIDEST: Final = 4.0
Draw = Callable[[MonitorReport, Catalog, Language], str]


def figures(watched: MonitorReport, catalog: Catalog, language: Language) -> dict[str, str]:
    """Draw everything that there is to draw: key -> SVG.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    drawers: dict[str, Draw] = {
        "shifts": shifts,
        "score": score,
        "segments": segments,
        "truth": truth,
        "reliability": reliable,
        "volume": volume,
    }
    drawn = {key: drawer(watched, catalog, language) for key, drawer in drawers.items()}
    return {key: svg for key, svg in drawn.items() if svg}


def largest(watched: MonitorReport) -> list[Drifted]:
    """Return features by how far they moved beyond chance, each where it moved most."""
    of_features = [one for one in watched.drift if one.column != SCORE]
    ranked = sorted(of_features, key=lambda one: (not one.alarm, one.by_chance - one.psi))
    first: dict[str, Drifted] = {}
    for one in ranked:
        first.setdefault(one.column, one)
    return list(first.values())


def shifts(watched: MonitorReport, catalog: Catalog, language: Language) -> str:
    """Draw the largest shifts of tested features.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    tested = [one for one in largest(watched) if not math.isnan(one.p_value)][:MOST_SHIFTS]
    if not tested:
        return ""
    rows = [
        Bar(
            one.column.split("__", 1)[1][:34],
            one.psi,
            note=f"{population_name(one.population, catalog, language)}, "
            f"{gettext('By chance', language)} {one.by_chance:.3f}",
            rank=0 if one.alarm else 6,
        )
        for one in tested
    ]
    most = max([*(row.value for row in rows), 0.05]) * 1.05
    return bars(
        _words("shifts", gettext("PSI", language), rows, language),
        Axis(gettext("PSI", language), 0, most),
        rows,
    )


def score(watched: MonitorReport, _catalog: Catalog, language: Language) -> str:
    """Draw the scores of today over what was expected, in tenths of the reference.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    mine = [one for one in watched.drift if (one.column, one.population) == (SCORE, OPEN)]
    if not mine:
        return ""
    one = mine[0]
    edges = tuple(float(place) for place in range(len(one.now) + 1))
    groups = [
        Distribution(gettext("Expected", language), one.then, 1),
        Distribution(gettext("Now", language), one.now, 0),
    ]
    most = max(*one.now, *one.then) * 1.15
    summary = ", ".join(f"{a:.0%} / {b:.0%}" for a, b in zip(one.now, one.then, strict=True))
    words = ChartText(f"score-{language}", gettext("Score", language), summary)
    x = Axis(gettext("Score, in tenths of the reference", language), 0, edges[-1], "count")
    return distribution(
        words, x, Axis(gettext("Share of the leads", language), 0, most, "percent"), edges, groups
    )


def segments(watched: MonitorReport, catalog: Catalog, language: Language) -> str:
    """Draw how far the scores of each segment moved beyond chance.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    mine = [one for one in watched.drift if one.column == SCORE]
    ranked = sorted(mine, key=lambda one: one.by_chance - one.psi)[:MOST_SHIFTS]
    rows = [
        Bar(
            population_name(one.population, catalog, language)[:34],
            one.psi,
            note=f"{gettext('By chance', language)} {one.by_chance:.3f}",
            rank=0 if one.alarm else 6,
        )
        for one in ranked
    ]
    if not rows:
        return ""
    most = max([*(row.value for row in rows), 0.05]) * 1.05
    words = _words("segments", gettext("Scores by segment", language), rows, language)
    return bars(words, Axis(gettext("PSI", language), 0, most), rows)


def truth(watched: MonitorReport, catalog: Catalog, language: Language) -> str:
    """Draw conversions over what was predicted: all, by month, by band.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    rows = [
        _dot(
            gettext("all", language)
            if one.by == ALL
            else part_name(one.by, one.name, catalog, language),
            one.ratio,
            gettext(
                "%(observed)s of %(expected)s",
                language,
                observed=f"{one.observed:.0f}",
                expected=f"{one.expected:.1f}",
            ),
            alarm=one.alarm,
        )
        for one in watched.calibration.parts
        if one.testable and one.by in (ALL, "month", "band")
    ]
    return _ratios("truth", gettext("Observed / expected", language), rows, language)


def reliable(watched: MonitorReport, _catalog: Catalog, language: Language) -> str:
    """Draw the share that converted against the probability predicted.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    bins = [Bin(b.predicted, b.converted, b.low, b.high, b.rows) for b in watched.calibration.curve]
    if not watched.calibration.enough:
        return ""
    most = min(max([0.01, *(max(b.predicted, b.high) for b in bins)]) * 1.08, 1.0)
    x = Axis(gettext("Probability given", language), 0, most, "percent")
    y = Axis(gettext("Share that converted", language), 0, most, "percent")
    summary = "; ".join(f"{100 * b.predicted:.1f} % → {100 * b.converted:.1f} %" for b in bins)
    words = ChartText(f"reliability-{language}", gettext("Reliability", language), summary)
    return reliability(words, x, y, bins, gettext("perfect", language))


def volume(watched: MonitorReport, catalog: Catalog, language: Language) -> str:
    """Draw the activities over what was expected, by type.

    Parameters
    ----------
    watched
        The findings of a run.
    catalog
        The catalog of the model.
    language
        The language of all texts.
    """
    rows = [
        _dot(
            name_of(one.activity_type, catalog, language),
            one.ratio,
            gettext(
                "%(observed)s of %(expected)s",
                language,
                observed=f"{one.observed:.0f}",
                expected=f"{one.expected:.0f}",
            ),
            alarm=one.moved or one.silent,
        )
        for one in watched.volumes
        if one.testable and one.population == OPEN
    ]
    return _ratios("volume", gettext("Activities, observed / expected", language), rows, language)


def _dot(name: str, ratio: Interval, note: str, *, alarm: bool) -> Bar:
    return Bar(name[:26], ratio.value, ratio.low, ratio.high, note, 1 if alarm else 0)


def _ratios(key: str, label: str, rows: list[Bar], language: Language) -> str:
    if not rows:
        return ""
    ends = [row.high for row in rows if row.high is not None]
    high = min(max([1.5, *ends]), _WIDEST) * 1.04
    words = _words(key, label, rows, language)
    return dots(words, Axis(label, 0.0, high), rows, reference=1.0)


def _words(key: str, title: str, rows: list[Bar], language: Language) -> ChartText:
    summary = ", ".join(f"{row.name} {row.value:.2f}" for row in rows)
    return ChartText(f"{key}-{language}", title, summary)
