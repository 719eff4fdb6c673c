"""The figures of the report: which chart shows what, from an evaluation.

Decided here: the model is always the first and strongest series; every other prediction keeps one
colour, dash and marker throughout the report.
"""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from features.feature import Text
from models.charts import (
    Axis,
    Bar,
    Bin,
    Distribution,
    Line,
    Words,
    bars,
    distribution,
    dots,
    lines,
    reliability,
)
from models.evaluation.curves import Ranking
from models.evaluation.evaluation import MODEL, Evaluation
from models.evaluation.groups import Group
from pipelines.reports.evaluation import splits
from pipelines.reports.evaluation.words import (
    METRICS,
    NOT_VALUES,
    PREDICTIONS,
    Language,
    named,
    phrase,
    say,
)

RANKS: Final = {
    "mikomi": 0, "lightgbm": 1, "logistic": 2, "odoo": 3, "recency": 4, "points": 5, "base_rate": 6,
}  # fmt: skip
MOST_CONCEPTS: Final = 14
_PROBABILITIES: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 0.99)


def figures(evaluation: Evaluation, language: Language) -> dict[str, str]:
    """Draw everything there is something to draw of: key -> SVG."""
    drawers: Mapping[str, Callable[[Evaluation, Language], str]] = {
        "gain": gain,
        "lift": lift,
        "compare": compare,
        "roc": roc,
        "precision_recall": precision_recall,
        "reliability": reliable,
        "spread": spread,
        "importance": importance,
        "learning": learning,
    }
    drawn = {key: drawer(evaluation, language) for key, drawer in drawers.items()}
    if evaluation.plan is not None:
        drawn["splits"] = splits.picture(evaluation.plan, language)
    drawn |= {f"by_{key}": svg for key, svg in groups(evaluation, language).items()}
    return {key: svg for key, svg in drawn.items() if svg}


def gain(evaluation: Evaluation, language: Language) -> str:
    """Draw how many of the conversions are among the leads taken from the top."""
    x = Axis(phrase("x_taken", language), 0, 1, "percent")
    y = Axis(phrase("y_captured", language), 0, 1, "percent")
    series = _series(evaluation, lambda ranking: (ranking.gain.x, ranking.gain.y), language)
    summary = _said(evaluation, "capture_at_20", language)
    words = Words(f"gain-{language}", phrase("gain", language), summary)
    return lines(words, x, y, series, diagonal=(0, 0, 1, 1))


def lift(evaluation: Evaluation, language: Language) -> str:
    """Draw how many times the base rate the leads taken from the top convert."""
    shown = _series(evaluation, lambda ranking: (ranking.lift.x[1:], ranking.lift.y[1:]), language)
    most = max(max(line.y) for line in shown) * 1.05
    x = Axis(phrase("x_taken", language), 0, 1, "percent")
    words = Words(
        f"lift-{language}", phrase("lift", language), _said(evaluation, "lift_at_10", language)
    )
    return lines(words, x, Axis(phrase("y_lift", language), 0, most), shown, diagonal=(0, 1, 1, 1))


def roc(evaluation: Evaluation, language: Language) -> str:
    """Draw the ROC curves."""
    x = Axis(phrase("x_roc", language), 0, 1, "percent")
    y = Axis(phrase("y_roc", language), 0, 1, "percent")
    series = _series(evaluation, lambda ranking: (ranking.roc.x, ranking.roc.y), language)
    words = Words(f"roc-{language}", phrase("roc", language), _said(evaluation, "auc", language))
    return lines(words, x, y, series, diagonal=(0, 0, 1, 1))


def precision_recall(evaluation: Evaluation, language: Language) -> str:
    """Draw precision over recall; the reference line is the base rate."""
    rate = evaluation.test.base_rate
    series = _series(
        evaluation,
        lambda ranking: (ranking.precision_recall.x, ranking.precision_recall.y),
        language,
    )
    most = min(max(max(line.y) for line in series) * 1.05, 1.0)
    x = Axis(phrase("x_pr", language), 0, 1, "percent")
    y = Axis(phrase("y_pr", language), 0, most, "percent")
    summary = _said(evaluation, "average_precision", language)
    words = Words(f"pr-{language}", phrase("pr", language), summary)
    return lines(words, x, y, series, diagonal=(0, rate, 1, rate))


def _series(
    evaluation: Evaluation,
    points: Callable[[Ranking], tuple[tuple[float, ...], tuple[float, ...]]],
    language: Language,
) -> list[Line]:
    told = []
    for name, ranking in evaluation.rankings.items():
        if name != "base_rate":
            x, y = points(ranking)
            told.append(Line(named(name, PREDICTIONS, language), x, y, RANKS.get(name, 6)))
    return sorted(told, key=lambda line: line.rank)


def _said(evaluation: Evaluation, metric: str, language: Language) -> str:
    """Say one figure of every prediction, for those who do not see the curves."""
    told = (
        f"{named(name, PREDICTIONS, language)} {figures[metric].value:.3f}"
        for name, figures in evaluation.figures.items()
    )
    return f"{say(METRICS[metric], language)}: {', '.join(told)}"


def compare(evaluation: Evaluation, language: Language) -> str:
    """Draw the AUC of every prediction with its interval."""
    rows = []
    for name, told in sorted(evaluation.figures.items(), key=lambda pair: RANKS.get(pair[0], 6)):
        auc = told["auc"]
        if name != "base_rate" and not math.isnan(auc.low):
            rank = RANKS.get(name, 6)
            label = named(name, PREDICTIONS, language)
            rows.append(Bar(label, auc.value, auc.low, auc.high, rank=rank))
    words = Words(
        f"compare-{language}",
        phrase("compare_auc", language),
        _said(evaluation, "auc", language),
    )
    return dots(words, _auc_axis(rows), rows, reference=0.5) if rows else ""


def _auc_axis(rows: list[Bar]) -> Axis:
    low = min([0.48, *(row.low if row.low is not None else row.value for row in rows)])
    high = max(row.high if row.high is not None else row.value for row in rows)
    return Axis("AUC", math.floor(low * 20) / 20, min(math.ceil(high * 20) / 20, 1.0))


def reliable(evaluation: Evaluation, language: Language) -> str:
    """Draw the share that converted against the probability given."""
    bins = [Bin(b.given, b.converted, b.low, b.high, b.rows) for b in evaluation.reliability]
    most = max([0.01, *(max(b.given, b.converted) for b in bins)]) * 1.12
    most = min(most, 1.0)
    x = Axis(phrase("x_given", language), 0, most, "percent")
    y = Axis(phrase("y_converted", language), 0, most, "percent")
    told = "; ".join(f"{100 * b.given:.1f} % → {100 * b.converted:.1f} %" for b in bins)
    words = Words(f"reliability-{language}", phrase("reliability", language), told)
    return reliability(words, x, y, bins, phrase("perfect", language))


def spread(evaluation: Evaluation, language: Language) -> str:
    """Draw how the probabilities of both groups are spread."""
    found = evaluation.spread
    low, high = found.edges[0], found.edges[-1]
    marks = [(math.log(p / (1 - p)), f"{100 * p:g} %") for p in _PROBABILITIES]
    most = max(*found.converted, *found.others) * 1.1
    x = Axis(
        phrase("x_given", language), low, high, "logit",
        tuple(mark for mark in marks if low <= mark[0] <= high),
    )  # fmt: skip
    y = Axis(phrase("y_share", language), 0, most, "percent")
    shown = [
        Distribution(phrase("others", language), found.others, 1),
        Distribution(phrase("converted", language), found.converted, 0),
    ]
    words = Words(f"spread-{language}", phrase("spread", language), _typical(evaluation, language))
    return distribution(words, x, y, found.edges, shown)


def _typical(evaluation: Evaluation, language: Language) -> str:
    """Say where the middle of each group lies."""
    told = []
    for key in ("converted", "others"):
        share = getattr(evaluation.spread, key)
        total = 0.0
        for one, (left, right) in zip(share, pairwise(evaluation.spread.edges), strict=True):
            total += one
            if total >= 0.5:  # noqa: PLR2004 (the median)
                middle = 1 / (1 + math.exp(-(left + right) / 2))
                told.append(f"{phrase(key, language)}: {100 * middle:.1f} %")
                break
    return ", ".join(told)


def importance(evaluation: Evaluation, language: Language) -> str:
    """Draw the concepts that move the margin most."""
    told = evaluation.importance[:MOST_CONCEPTS]
    if not told:
        return ""
    rows = [Bar(_short(say(one.label, language)), one.size) for one in told]
    x = Axis(phrase("importance", language), 0, rows[0].value * 1.05)
    summary = ", ".join(f"{row.name} {row.value:.3f}" for row in rows)
    return bars(Words(f"importance-{language}", phrase("s_importance", language), summary), x, rows)


def _short(name: str, most: int = 34) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def learning(evaluation: Evaluation, language: Language) -> str:
    """Draw AUC over the number of leads learned from (on a log scale)."""
    told = [point for point in evaluation.learning_curve if not math.isnan(point.auc.low)]
    if len(told) < 2:  # noqa: PLR2004 (one point is no curve)
        return ""
    at = tuple(math.log10(point.leads) for point in told)
    own = [point.auc for point in told]
    trees = tuple(point.lightgbm_auc for point in told)
    series = [
        Line(named(MODEL, PREDICTIONS, language), at, tuple(a.value for a in own),
             low=tuple(a.low for a in own), high=tuple(a.high for a in own), marked=True),
        Line(named("lightgbm", PREDICTIONS, language), at, trees, 1, marked=True),
    ]  # fmt: skip
    values = [value for a in own for value in (a.low, a.high)] + list(trees)
    low = math.floor(min(*values, 0.98) * 50) / 50
    y = Axis("AUC", low, math.ceil(max(values) * 50) / 50)
    marks = tuple((place, f"{p.leads:,}") for place, p in zip(at, told, strict=True))
    room = 0.06 * (at[-1] - at[0])
    x = Axis(phrase("x_learning", language), at[0] - room, at[-1] + room, marks=marks)
    summary = ", ".join(f"{p.leads:,}: {p.auc.value:.3f}" for p in told)
    return lines(Words(f"learning-{language}", phrase("learning", language), summary), x, y, series)


def groups(evaluation: Evaluation, language: Language) -> dict[str, str]:
    """Draw AUC by age, by month and by every attribute."""
    return {
        key: _groups(f"by-{place}-{language}", evaluation, key, language)
        for place, key in enumerate(parts(evaluation))
    }


def parts(evaluation: Evaluation) -> dict[str, tuple[Group, ...]]:
    """List the parts the test was cut into: `age`, `month`, `segment_<attribute>`."""
    segments = {f"segment_{name}": told for name, told in evaluation.by_segment.items()}
    return {"age": evaluation.by_age, "month": evaluation.by_month} | segments


def part_title(evaluation: Evaluation, key: str, language: Language) -> str:
    """Say what the test was cut by."""
    if not key.startswith("segment_"):
        return phrase(f"by_{key}", language)
    attribute = key.removeprefix("segment_")
    words = named(attribute, dict(evaluation.labels), language)
    return phrase("by_segment", language, attribute=words)


def part_name(evaluation: Evaluation, key: str, name: str, language: Language) -> str:
    """Say one part in words: the value of an attribute; ages and months as they are."""
    if name in NOT_VALUES:
        return say(NOT_VALUES[name], language)
    code = f"{key.removeprefix('segment_')}={name}"
    return say(evaluation.labels.get(code, Text(name, name)), language)


def _groups(place: str, evaluation: Evaluation, key: str, language: Language) -> str:
    rows = []
    for group in parts(evaluation)[key]:
        if not math.isnan(group.auc.low):
            counts = {"rows": f"{group.rows:,}", "conversions": f"{group.conversions:,}"}
            note = phrase("rows_note", language, **counts)
            name = _short(part_name(evaluation, key, group.name, language), 26)
            rows.append(Bar(name, group.auc.value, group.auc.low, group.auc.high, note))
    summary = ", ".join(f"{row.name} {row.value:.3f}" for row in rows)
    words = Words(place, part_title(evaluation, key, language), summary)
    return dots(words, _auc_axis(rows), rows, reference=0.5) if rows else ""
