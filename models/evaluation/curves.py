"""The curves of an evaluation: gain and lift, ROC, precision and recall, distribution of p.

Decided here: a curve has about a hundred points, so that a report stays small for any number of
rows.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.stats.training_set import Floats

PLACES: Final = 100
_SPREAD_BINS: Final = 30


@dataclass(frozen=True)
class Curve:
    """One curve: the coordinates of its points."""

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class RankingCurves:
    """The curves of a ranking, from the top.

    Attributes
    ----------
    gain
        Share of leads taken from the top -> share of the conversions among them (capture).
    lift
        Share of leads taken -> times the base rate among them.
    roc
        Share of the others taken -> share of the conversions.
    precision_recall
        Recall -> precision: share of the conversions taken -> share of those taken that convert.
    """

    gain: Curve
    lift: Curve
    roc: Curve
    precision_recall: Curve


@dataclass(frozen=True)
class Spread:
    """Distribution of the probabilities: edges in log-odds, share of each group in each bin."""

    edges: tuple[float, ...]
    converted: tuple[float, ...]
    others: tuple[float, ...]


def ranking(label: Floats, probability: Floats) -> RankingCurves:
    """Compute the curves of a ranking; tied rows are taken together, evenly.

    Parameters
    ----------
    label, probability
        Shape (rows,).

    Examples
    --------
    >>> curves = ranking(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.9, 0.1, 0.1, 0.1]))
    >>> curves.gain.y[25], curves.lift.y[24]
    (1.0, 4.0)
    """
    taken, won = _groups(label, probability)
    rows, conversions = taken[-1], max(won[-1], 1.0)
    share, captured = taken / rows, won / conversions
    at = np.linspace(0.0, 1.0, PLACES + 1)
    gain = np.interp(at, share, captured)
    missed = (taken - won) / max(rows - won[-1], 1.0)
    precision = np.interp(at[1:] * conversions, won, taken)
    return RankingCurves(
        gain=_curve(at, gain),
        lift=_curve(at[1:], gain[1:] / at[1:]),
        roc=_curve(at, _above(at, missed, captured)),
        precision_recall=_curve(at[1:], at[1:] * conversions / np.maximum(precision, 1e-12)),
    )


def _groups(label: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """Count rows and conversions from the top, at the end of every group of tied rows."""
    order = np.argsort(-probability, kind="stable")
    falling = probability[order]
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)[: len(order)])
    won = np.cumsum(label[order])[ends]
    return np.append(0.0, ends + 1.0), np.append(0.0, won)


def _above(at: Floats, x: Floats, y: Floats) -> Floats:
    """Interpolate a curve with vertical steps: the upper value at a step."""
    last = np.searchsorted(x, at, side="right") - 1
    following = np.minimum(last + 1, len(x) - 1)
    width = np.maximum(x[following] - x[last], 1e-12)
    interpolated: Floats = y[last] + (at - x[last]) / width * (y[following] - y[last])
    return np.where(last >= len(x) - 1, y[-1], interpolated)


def _curve(x: Floats, y: Floats) -> Curve:
    return Curve(
        tuple(round(float(v), 6) for v in x),
        tuple(round(float(v), 6) for v in y),
    )


def spread(label: Floats, probability: Floats) -> Spread:
    """Compute the distribution of the probabilities of both groups, in bins of equal log-odds.

    Parameters
    ----------
    label, probability
        Shape (rows,).

    Examples
    --------
    >>> bins = spread(np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    >>> sum(bins.converted), len(bins.edges) - len(bins.converted)
    (1.0, 1)
    """
    odds = np.clip(probability, 1e-4, 1 - 1e-4)
    margin = np.log(odds / (1 - odds))
    low, high = math.floor(2 * margin.min()) / 2, math.ceil(2 * margin.max()) / 2
    edges = np.linspace(low, max(high, low + 1.0), _SPREAD_BINS + 1)
    shares = []
    for group in (label == 1.0, label != 1.0):
        count = np.histogram(margin[group], edges)[0]
        shares.append(tuple(float(share) for share in count / max(count.sum(), 1)))
    return Spread(tuple(float(edge) for edge in edges), *shares)
