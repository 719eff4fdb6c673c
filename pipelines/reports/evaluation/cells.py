"""The cells of the report: numbers as a person reads them, with their place in the JSON."""

import math
from typing import Any, Final

import numpy as np

from features.timeline import from_moments
from features.wording.sentences import Language
from models.evaluation.comparisons import UNKNOWN
from models.evaluation.evaluation import MODEL, Evaluation
from models.stats.metrics import Interval
from models.stats.split_plan import SplitPart
from pipelines.reports.evaluation.parts import part_name, parts
from pipelines.reports.evaluation.ranking_figures import RANKS
from pipelines.reports.evaluation.terms import GROUNDS, METRICS, PARTS, PREDICTIONS, term
from pipelines.reports.translation import number

_DIGITS: Final = {"lift_at_10": 2, "brier": 4, "log_loss": 4, "ece": 4}
_SHARES: Final = frozenset({"capture_at_20"})
_RANKED: Final = frozenset({"auc", "average_precision", "lift_at_10", "capture_at_20"})
MOST_SINGLES: Final = 10
NOTHING: Final = "–"


def metric_text(metric: str, value: float) -> str:
    """Write a figure with the digits that its metric deserves.

    Parameters
    ----------
    metric
        The code of the metric.
    value
        The figure; NaN is not known.

    Examples
    --------
    >>> (
    ...     metric_text("auc", 0.84251),
    ...     metric_text("capture_at_20", 0.613),
    ...     metric_text("auc", float("nan")),
    ... )
    ('0.843', '61.3 %', '–')
    """
    if math.isnan(value):
        return NOTHING
    if metric in _SHARES:
        return share(value)
    return f"{value:.{_DIGITS.get(metric, 3)}f}"


def share(value: float | None) -> str:
    """Write a share in per cent.

    >>> share(0.052), share(None)
    ('5.2 %', '–')
    """
    if value is None or math.isnan(value):
        return NOTHING
    return f"{100 * value:.{2 if value < 0.01 else 1}f} %"  # noqa: PLR2004 (below 1 %: finer)


def metric_value(metric: str, figure: dict[str, Any]) -> str:
    """Write the value of a figure.

    Parameters
    ----------
    metric
        The code of the metric, which decides the digits.
    figure
        An interval as plain data; a `value` of None is not known.
    """
    return NOTHING if figure["value"] is None else metric_text(metric, figure["value"])


def metric_interval(metric: str, figure: dict[str, Any]) -> str:
    """Write the interval of a figure; "" where it is not known.

    Parameters
    ----------
    metric
        The code of the metric, which decides the digits.
    figure
        An interval as plain data.
    """
    ends = [figure["low"], figure["high"]]
    return "" if None in ends else " – ".join(metric_text(metric, end) for end in ends)


def cell(metric: str, figure: Interval, key: str = "") -> dict[str, str]:
    """Return a cell: value, interval, place in the JSON.

    Parameters
    ----------
    metric
        The code of the metric, which decides the digits.
    figure
        Its value and interval; NaN is not known.
    key
        The path of the figure in the JSON; "" if it has no cell of its own there.
    """
    known = not math.isnan(figure.low)
    ends = f"{metric_text(metric, figure.low)} – {metric_text(metric, figure.high)}"
    return {
        "value": metric_text(metric, figure.value),
        "interval": ends if known else "",
        "key": key,
    }


def date(moment: int | None) -> str:
    """Write the day of a moment (UTC)."""
    return NOTHING if moment is None else f"{from_moments(np.array([moment]))[0]:%Y-%m-%d}"


def comparison(evaluation: Evaluation, language: Language) -> list[dict[str, Any]]:
    """Return one row a prediction, the model first.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language to translate to.
    """
    rows = []
    for name in sorted(evaluation.figures, key=lambda one: RANKS.get(one, len(RANKS))):
        figures = evaluation.figures[name]
        shown = {m: figures[m] for m in METRICS}
        if name == "base_rate":
            shown |= {m: Interval(shown[m].value, math.nan, math.nan) for m in _RANKED}
        rows.append(
            {
                "name": term(name, PREDICTIONS, language),
                "model": name == MODEL,
                "cells": [cell(m, shown[m], f"figures.{name}.{m}") for m in METRICS],
                "better": _better(evaluation, name),
            }
        )
    return rows


def _better(evaluation: Evaluation, name: str) -> str:
    if name == MODEL:
        return ""
    shares = (evaluation.comparison(name, m).better_share for m in ("auc", "log_loss"))
    return " / ".join(NOTHING if math.isnan(one) else f"{100 * one:.0f} %" for one in shares)


def groups(evaluation: Evaluation, key: str, language: Language) -> list[dict[str, Any]]:
    """Return one row a part of the test.

    Parameters
    ----------
    evaluation
        The numbers.
    key
        What the test was cut by, a key of `figures.parts`.
    language
        The language to translate to.
    """
    return [
        {
            "name": part_name(evaluation, key, group.name, language),
            "cells": [
                _plain(number(group.rows, language)),
                _plain(number(group.leads, language)),
                _plain(number(group.conversions, language)),
                _plain(share(group.base_rate)),
                _plain(share(group.mean_probability)),
                cell("auc", group.auc),
                cell("lift_at_10", group.lift_at_10),
            ],
        }
        for group in parts(evaluation)[key]
    ]


def _plain(value: str) -> dict[str, str]:
    return cell("auc", UNKNOWN) | {"value": value}


def singles(evaluation: Evaluation, language: Language) -> list[dict[str, str]]:
    """Return the suspects, then the strongest single features.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language to translate to.
    """
    suspects = evaluation.suspects
    others = tuple(one for one in evaluation.singles if not one.grounds)
    return [
        {
            "name": one.feature,
            "auc": metric_text("auc", one.auc),
            "filled": f"{share(one.filled_converted)} / {share(one.filled_others)}",
            "grounds": "; ".join(term(ground, GROUNDS, language) for ground in one.grounds),
        }
        for one in (*suspects, *others)[: max(MOST_SINGLES, len(suspects))]
    ]


def _outcome(part: SplitPart, language: Language) -> tuple[str, str]:
    if part.name == "not_matured":
        return NOTHING, NOTHING
    return number(part.conversions, language), share(part.base_rate)


def splits(evaluation: Evaluation, language: Language) -> list[list[str]]:
    """Return one row a part of the split; none without a plan.

    Parameters
    ----------
    evaluation
        The numbers.
    language
        The language to translate to.
    """
    if evaluation.plan is None:
        return []
    return [
        [
            term(part.name, PARTS, language),
            date(part.first_cutoff),
            date(part.last_cutoff),
            number(len(part.cutoffs), language),
            number(part.rows, language),
            number(part.leads, language),
            *_outcome(part, language),
        ]
        for part in evaluation.plan.parts
    ]
