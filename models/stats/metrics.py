"""Metrics: how well probabilities rank leads and how true they are, with intervals by lead.

Decided here: every metric takes row weights, so that a bootstrap by lead is a draw of weights;
equal probabilities are one step (a row inside a tie counts for its expected place); ECE has bins of
equal size and is read against its floor: the ECE that true probabilities would show by chance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats

BINS: Final = 15
"""Bins of the expected calibration error."""


@dataclass(frozen=True)
class Interval:
    """A figure with the 2.5th and 97.5th percentile of its bootstrap by lead."""

    value: float
    low: float
    high: float


class Scored:
    """Rows with their probabilities, sorted once: falling, equal ones taken together.

    Every metric takes the weights of the rows, shape (rows,); missing means one each.
    """

    def __init__(self, label: Floats, probability: Floats) -> None:
        self.label, self.probability = label, probability
        self._bin = equal_bins(probability)
        self._order = np.argsort(-probability, kind="stable")
        ranked = probability[self._order]
        self._begin = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
        self._label = label[self._order]

    def sums(self, weight: Floats | None) -> tuple[Floats, Floats]:
        """Give the weight of conversions and of others at every step."""
        each = np.ones(len(self._label)) if weight is None else weight[self._order]
        converted = np.add.reduceat(each * self._label, self._begin)
        return converted, np.add.reduceat(each, self._begin) - converted

    def auc(self, weight: Floats | None = None) -> float:
        """Give the share of (conversion, other) pairs in the right order; ties count half.

        >>> Scored(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.8, 0.3, 0.1])).auc()
        0.75
        """
        converted, others = self.sums(weight)
        below = others.sum() - np.cumsum(others)
        pairs = converted.sum() * others.sum()
        return float(converted @ (below + 0.5 * others) / pairs) if pairs > 0 else np.nan

    def average_precision(self, weight: Floats | None = None) -> float:
        """Give the precision averaged over the steps of recall."""
        converted, others = self.sums(weight)
        if converted.sum() == 0:
            return np.nan
        found = np.cumsum(converted)
        seen = found + np.cumsum(others)
        precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
        return float(converted @ precision / found[-1])

    def capture(self, share: float, weight: Floats | None = None) -> float:
        """Give the share of all conversions among the hottest share of rows."""
        converted, others = self.sums(weight)
        if converted.sum() == 0:
            return np.nan
        seen = np.append(0.0, np.cumsum(converted + others))
        found = np.append(0.0, np.cumsum(converted))
        return float(np.interp(share * seen[-1], seen, found) / found[-1])

    def lift(self, share: float, weight: Floats | None = None) -> float:
        """Give how many times the base rate the hottest share of rows converts."""
        return self.capture(share, weight) / share

    def log_loss(self, weight: Floats | None = None) -> float:
        """Give the mean log loss."""
        return log_loss(self.label, self.probability, weight)

    def brier(self, weight: Floats | None = None) -> float:
        """Give the mean squared error of the probability."""
        return float(np.average((self.probability - self.label) ** 2, weights=weight))

    def ece(self, weight: Floats | None = None) -> float:
        """Give the expected calibration error."""
        return _gap(self.label, self.probability, self._bin, weight)


def auc(label: Floats, probability: Floats, weight: Floats | None = None) -> float:
    """Give the area under the ROC curve."""
    return Scored(label, probability).auc(weight)


def average_precision(label: Floats, probability: Floats, weight: Floats | None = None) -> float:
    """Give the average precision."""
    return Scored(label, probability).average_precision(weight)


def lift(label: Floats, probability: Floats, share: float) -> float:
    """Give lift@k: how many times the base rate in the hottest share."""
    return Scored(label, probability).lift(share)


def capture(label: Floats, probability: Floats, share: float) -> float:
    """Give capture@k: the share of all conversions in the hottest share.

    >>> capture(np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.9, 0.8, 0.7, 0.6]), 0.25)
    0.5
    """
    return Scored(label, probability).capture(share)


def log_loss(label: Floats, probability: Floats, weight: Floats | None = None) -> float:
    """Give the mean log loss; probabilities are held inside (1e-12, 1 - 1e-12)."""
    inside = np.clip(probability, 1e-12, 1.0 - 1e-12)
    rows = -label * np.log(inside) - (1.0 - label) * np.log1p(-inside)
    return float(np.average(rows, weights=weight))


def brier(label: Floats, probability: Floats, weight: Floats | None = None) -> float:
    """Give the mean squared error of the probability."""
    return Scored(label, probability).brier(weight)


def ece(
    label: Floats, probability: Floats, weight: Floats | None = None, bins: int = BINS
) -> float:
    """Give the expected calibration error: the mean gap, over bins of equal size, of rate and mean.

    >>> round(ece(np.array([1.0, 0.0]), np.array([0.7, 0.7]), bins=1), 3)
    0.2
    """
    return _gap(label, probability, equal_bins(probability, bins), weight)


def equal_bins(probability: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """Give every row its bin: equally many rows a bin, equal probabilities never parted."""
    edges = np.quantile(probability, np.arange(1, bins) / bins)
    return np.searchsorted(edges, probability, side="left").astype(np.int64)


def _gap(
    label: Floats, probability: Floats, bin_of: NDArray[np.int64], weight: Floats | None = None
) -> float:
    each = np.ones(len(label)) if weight is None else weight
    gaps = np.bincount(bin_of, weights=each * (label - probability))
    return float(np.abs(gaps).sum() / each.sum())


@dataclass(frozen=True)
class Floor:
    """The ECE of true probabilities, by simulation: its mean and its 95th percentile."""

    mean: float
    high: float


def ece_floor(
    probability: Floats,
    lead: NDArray[np.int64] | None = None,
    draws: int = 200,
    seed: int = 0,
    bins: int = BINS,
) -> Floor:
    """Simulate the ECE that would be seen if the probabilities were true.

    Parameters
    ----------
    probability
        Shape (rows,).
    lead
        Shape (rows,): the snapshots of a lead share one draw, as their labels nearly do. Missing
        means that rows are independent.
    draws, seed
        How many simulations; of the draws.
    bins
        As in `ece`.
    """
    source = np.random.default_rng(seed)
    bin_of = equal_bins(probability, bins)
    codes = np.arange(len(probability)) if lead is None else np.unique(lead, return_inverse=True)[1]
    seen = np.empty(draws)
    for draw in range(draws):
        luck = source.random(int(codes.max()) + 1)[codes]
        seen[draw] = _gap((luck < probability).astype(np.float64), probability, bin_of)
    return Floor(float(seen.mean()), float(np.quantile(seen, 0.95)))


METRICS: Final[Mapping[str, Callable[[Scored, Floats | None], float]]] = MappingProxyType(
    {
        "auc": Scored.auc,
        "average_precision": Scored.average_precision,
        "log_loss": Scored.log_loss,
        "brier": Scored.brier,
        "ece": Scored.ece,
        "lift_at_10": lambda scored, weight: scored.lift(0.10, weight),
        "capture_at_20": lambda scored, weight: scored.capture(0.20, weight),
    }
)


def measure(
    label: Floats,
    probability: Floats,
    lead: NDArray[np.int64],
    draws: int = 200,
    seed: int = 0,
) -> dict[str, Interval]:
    """Give every metric with its interval.

    Parameters
    ----------
    label, probability, lead
        Shape (rows,).
    draws
        Bootstrap draws of leads; the same seed draws the same leads, so models can be compared.
    seed
        Of the draws.
    """
    scored = Scored(label, probability)
    values = {name: metric(scored, None) for name, metric in METRICS.items()}
    seen = {name: np.empty(draws) for name in METRICS}
    for draw, weight in enumerate(_weights_by_lead(lead, draws, seed)):
        for name, metric in METRICS.items():
            seen[name][draw] = metric(scored, weight)
    return {name: _interval(values[name], seen[name]) for name in METRICS}


def difference(
    metric: str,
    label: Floats,
    probabilities: tuple[Floats, Floats],
    lead: NDArray[np.int64],
    draws: int = 200,
) -> Interval:
    """Give one metric of the first probabilities minus that of the second, on the same draws.

    Parameters
    ----------
    metric
        A name of `METRICS`.
    label, lead
        Shape (rows,).
    probabilities
        Two models' probabilities of the same rows.
    draws
        Bootstrap draws of leads.
    """
    both = [Scored(label, probability) for probability in probabilities]

    def gap(weight: Floats | None) -> float:
        first, second = (METRICS[metric](scored, weight) for scored in both)
        return first - second

    seen = np.array([gap(weight) for weight in _weights_by_lead(lead, draws, seed=0)])
    return _interval(gap(None), seen)


def _weights_by_lead(lead: NDArray[np.int64], draws: int, seed: int) -> list[Floats]:
    _, position = np.unique(lead, return_inverse=True)
    leads = int(position.max()) + 1 if len(lead) else 0
    source = np.random.default_rng(seed)
    return [
        np.bincount(source.integers(0, leads, leads), minlength=leads)[position].astype(np.float64)
        for _ in range(draws)
    ]


def _interval(value: float, seen: Floats) -> Interval:
    kept = seen[~np.isnan(seen)]
    if len(kept) == 0:
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(kept, [0.025, 0.975])
    return Interval(value, float(low), float(high))
