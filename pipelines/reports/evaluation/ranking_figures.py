"""The figures of how well predictions rank: gain, lift, ROC, precision and recall, AUC.

Decided here: the model is always the first and strongest series; every other prediction has one
colour, dash and marker throughout all reports (`RANKS`).
"""

import math
from collections.abc import Callable
from typing import Final

from features.wording.sentences import Language
from models.charts import Axis, Bar, ChartText, LineSeries, dots, lines
from models.evaluation.curves import RankingCurves
from models.evaluation.evaluation import Evaluation
from pipelines.reports.evaluation.terms import METRICS, PREDICTIONS, term
from pipelines.reports.translation import gettext, translate

RANKS: Final = {
    "mikomi": 0, "lightgbm": 1, "logistic": 2, "odoo": 3, "recency": 4, "points": 5, "base_rate": 6,
    "incumbent": 7,
}  # fmt: skip


def gain(evaluation: Evaluation, language: Language) -> str:
    """Draw how many of the conversions are among the leads taken from the top.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    x = Axis(gettext("Share of leads taken, hottest first", language), 0, 1, "percent")
    y = Axis(gettext("Share of the conversions among them", language), 0, 1, "percent")
    series = _series(evaluation, lambda ranking: (ranking.gain.x, ranking.gain.y), language)
    summary = _summary(evaluation, "capture_at_20", language)
    words = ChartText(f"gain-{language}", gettext("Gain", language), summary)
    return lines(words, x, y, series, diagonal=(0, 0, 1, 1))


def lift(evaluation: Evaluation, language: Language) -> str:
    """Draw how many times the base rate the leads taken from the top convert.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    shown = _series(evaluation, lambda ranking: (ranking.lift.x[1:], ranking.lift.y[1:]), language)
    most = max(max(line.y) for line in shown) * 1.05
    x = Axis(gettext("Share of leads taken, hottest first", language), 0, 1, "percent")
    words = ChartText(
        f"lift-{language}", gettext("Lift", language), _summary(evaluation, "lift_at_10", language)
    )
    return lines(
        words,
        x,
        Axis(gettext("Times the base rate", language), 0, most),
        shown,
        diagonal=(0, 1, 1, 1),
    )


def roc(evaluation: Evaluation, language: Language) -> str:
    """Draw the ROC curves.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    x = Axis(gettext("Share of the others taken", language), 0, 1, "percent")
    y = Axis(gettext("Share of the conversions taken", language), 0, 1, "percent")
    series = _series(evaluation, lambda ranking: (ranking.roc.x, ranking.roc.y), language)
    words = ChartText(
        f"roc-{language}", gettext("ROC", language), _summary(evaluation, "auc", language)
    )
    return lines(words, x, y, series, diagonal=(0, 0, 1, 1))


def precision_recall(evaluation: Evaluation, language: Language) -> str:
    """Draw precision over recall; the reference line is the base rate.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    rate = evaluation.test.base_rate
    series = _series(
        evaluation,
        lambda ranking: (ranking.precision_recall.x, ranking.precision_recall.y),
        language,
    )
    most = min(max(max(line.y) for line in series) * 1.05, 1.0)
    x = Axis(gettext("Share of the conversions found", language), 0, 1, "percent")
    y = Axis(gettext("Share of those taken that convert", language), 0, most, "percent")
    summary = _summary(evaluation, "average_precision", language)
    words = ChartText(f"pr-{language}", gettext("Precision and recall", language), summary)
    return lines(words, x, y, series, diagonal=(0, rate, 1, rate))


def _series(
    evaluation: Evaluation,
    points: Callable[[RankingCurves], tuple[tuple[float, ...], tuple[float, ...]]],
    language: Language,
) -> list[LineSeries]:
    series = []
    for name, ranking in evaluation.rankings.items():
        if name != "base_rate":
            x, y = points(ranking)
            series.append(LineSeries(term(name, PREDICTIONS, language), x, y, RANKS.get(name, 6)))
    return sorted(series, key=lambda line: line.rank)


def _summary(evaluation: Evaluation, metric: str, language: Language) -> str:
    """Return one figure of every prediction, for readers who cannot see the curves."""
    values = (
        f"{term(name, PREDICTIONS, language)} {figures[metric].value:.3f}"
        for name, figures in evaluation.figures.items()
    )
    return f"{translate(METRICS[metric], language)}: {', '.join(values)}"


def compare(evaluation: Evaluation, language: Language) -> str:
    """Draw the AUC of every prediction with its interval.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language of all texts.
    """
    rows = []
    for name, figures_ in sorted(
        evaluation.figures.items(), key=lambda pair: RANKS.get(pair[0], 6)
    ):
        auc = figures_["auc"]
        if name != "base_rate" and not math.isnan(auc.low):
            rank = RANKS.get(name, 6)
            label = term(name, PREDICTIONS, language)
            rows.append(Bar(label, auc.value, auc.low, auc.high, rank=rank))
    words = ChartText(
        f"compare-{language}",
        gettext("AUC with interval", language),
        _summary(evaluation, "auc", language),
    )
    return dots(words, auc_axis(rows), rows, reference=0.5) if rows else ""


def auc_axis(rows: list[Bar]) -> Axis:
    """Return an axis of AUC that holds all intervals."""
    low = min([0.48, *(row.low if row.low is not None else row.value for row in rows)])
    high = max(row.high if row.high is not None else row.value for row in rows)
    return Axis("AUC", math.floor(low * 20) / 20, min(math.ceil(high * 20) / 20, 1.0))
