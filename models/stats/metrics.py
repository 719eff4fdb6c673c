"""Metrics: how well probabilities rank leads and how well they are calibrated, with intervals.

Decided here: every metric takes row weights, so that a bootstrap by lead is a draw of weights;
equal probabilities are one step (a row inside a tie counts for its expected place). Labels and
probabilities are passed by keyword only. A log loss clips probabilities, never margins.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.calibration_error import calibration_gap, equal_bins
from models.stats.training_set import Floats

_EDGE: Final = 1e-12


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval by a bootstrap of leads.

    Attributes
    ----------
    value
        The figure on all rows.
    low, high
        The 2.5th and 97.5th percentile of the draws; NaN if no draw defines it.
    """

    value: float
    low: float
    high: float


class ScoredRows:
    """Rows with their probabilities, sorted once: descending, equal ones taken together.

    Every metric takes the weights of the rows, shape (rows,); missing means one each.

    Parameters
    ----------
    label
        Shape (rows,): 1.0 or 0.0.
    probability
        Shape (rows,): a probability; for the metrics of rank alone, any score that rises with it.
    """

    def __init__(self, *, label: Floats, probability: Floats) -> None:
        self.label, self.probability = label, probability
        self._bin = equal_bins(probability)
        self._order = np.argsort(-probability, kind="stable")
        ranked = probability[self._order]
        self._begin = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
        self._label = label[self._order]
        self._summed: tuple[Floats | None, tuple[Floats, Floats]] | None = None

    @cached_property
    def _losses(self) -> Floats:
        return log_losses(label=self.label, probability=self.probability)

    @cached_property
    def _squared_errors(self) -> Floats:
        return np.asarray((self.probability - self.label) ** 2)

    def sums(self, weight: Floats | None) -> tuple[Floats, Floats]:
        """Return the weight of conversions and of others at every step, shape (steps,) each.

        Those of the last weights are remembered, as several metrics need them: an array of weights
        must not be changed between two calls.

        Parameters
        ----------
        weight
            Shape (rows,): weights of the rows.
        """
        if self._summed is None or self._summed[0] is not weight:
            self._summed = weight, self._sums(weight)
        return self._summed[1]

    def _sums(self, weight: Floats | None) -> tuple[Floats, Floats]:
        each = np.ones(len(self._label)) if weight is None else weight[self._order]
        converted = np.add.reduceat(each * self._label, self._begin)
        return converted, np.add.reduceat(each, self._begin) - converted

    def auc(self, weight: Floats | None = None) -> float:
        """Compute the share of (conversion, other) pairs in the right order; ties count half.

        NaN without a pair.

        >>> label, probability = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.8, 0.3, 0.1])
        >>> ScoredRows(label=label, probability=probability).auc()
        0.75
        """
        converted, others = self.sums(weight)
        below = others.sum() - np.cumsum(others)
        pairs = converted.sum() * others.sum()
        return float(converted @ (below + 0.5 * others) / pairs) if pairs > 0 else np.nan

    def average_precision(self, weight: Floats | None = None) -> float:
        """Compute the precision averaged over the steps of recall; NaN without a conversion."""
        converted, others = self.sums(weight)
        if converted.sum() == 0:
            return np.nan
        captured = np.cumsum(converted)
        ranked = captured + np.cumsum(others)
        precision = np.divide(captured, ranked, out=np.zeros_like(captured), where=ranked > 0)
        return float(converted @ precision / captured[-1])

    def capture(self, share: float, weight: Floats | None = None) -> float:
        """Compute the share of all conversions among the hottest rows; NaN without a conversion.

        >>> label, probability = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.9, 0.8, 0.7, 0.6])
        >>> ScoredRows(label=label, probability=probability).capture(0.25)
        0.5

        Parameters
        ----------
        share
            The share of rows that are the hottest, in (0, 1].
        weight
            Shape (rows,): weights of the rows.
        """
        converted, others = self.sums(weight)
        if converted.sum() == 0:
            return np.nan
        ranked = np.append(0.0, np.cumsum(converted + others))
        captured = np.append(0.0, np.cumsum(converted))
        return float(np.interp(share * ranked[-1], ranked, captured) / captured[-1])

    def lift(self, share: float, weight: Floats | None = None) -> float:
        """Compute how many times the base rate the hottest rows convert.

        Parameters
        ----------
        share, weight
            As in `capture`.
        """
        return self.capture(share, weight) / share

    def log_loss(self, weight: Floats | None = None) -> float:
        """Compute the mean log loss."""
        return float(np.average(self._losses, weights=weight))

    def brier(self, weight: Floats | None = None) -> float:
        """Compute the mean squared error of the probability."""
        return float(np.average(self._squared_errors, weights=weight))

    def ece(self, weight: Floats | None = None) -> float:
        """Compute the expected calibration error."""
        return calibration_gap(self.label, self.probability, self._bin, weight)


def auc(*, label: Floats, probability: Floats, weight: Floats | None = None) -> float:
    """Compute the area under the ROC curve; NaN if all labels are alike.

    Parameters
    ----------
    label, probability, weight
        As in `ScoredRows`.
    """
    return ScoredRows(label=label, probability=probability).auc(weight)


def log_losses(*, label: Floats, probability: Floats) -> Floats:
    """Compute the log loss of every row; probabilities are clipped to [1e-12, 1 - 1e-12].

    Parameters
    ----------
    label, probability
        Shape (rows,).
    """
    inside = np.clip(probability, _EDGE, 1.0 - _EDGE)
    return np.asarray(-label * np.log(inside) - (1.0 - label) * np.log1p(-inside))


def log_loss(*, label: Floats, probability: Floats, weight: Floats | None = None) -> float:
    """Compute the mean log loss; probabilities are clipped as in `log_losses`.

    Parameters
    ----------
    label, probability
        Shape (rows,).
    weight
        Shape (rows,); missing means one each.
    """
    return float(np.average(log_losses(label=label, probability=probability), weights=weight))


def margin_log_losses(*, label: Floats, margin: Floats) -> Floats:
    """Compute the log loss of every row from its log-odds: exact however far, nothing is clipped.

    Parameters
    ----------
    label, margin
        Shape (rows,).
    """
    return np.asarray(np.logaddexp(0.0, margin) - label * margin)


METRICS: Final[Mapping[str, Callable[[ScoredRows, Floats | None], float]]] = MappingProxyType(
    {
        "auc": ScoredRows.auc,
        "average_precision": ScoredRows.average_precision,
        "log_loss": ScoredRows.log_loss,
        "brier": ScoredRows.brier,
        "ece": ScoredRows.ece,
        "lift_at_10": lambda scored, weight: scored.lift(0.10, weight),
        "capture_at_20": lambda scored, weight: scored.capture(0.20, weight),
    }
)


def measure(
    *,
    label: Floats,
    probability: Floats,
    lead: NDArray[np.int64],
    draws: int = 200,
    seed: int = 0,
) -> dict[str, Interval]:
    """Compute every metric with its interval.

    Parameters
    ----------
    label, probability
        Shape (rows,).
    lead
        Shape (rows,): a code of the lead of each row.
    draws
        Bootstrap draws of leads; the same seed draws the same leads, so models can be compared.
    seed
        Seed of the draws.
    """
    scored = ScoredRows(label=label, probability=probability)
    values = {name: metric(scored, None) for name, metric in METRICS.items()}
    drawn = {name: np.empty(draws) for name in METRICS}
    for draw, weight in enumerate(_weights_by_lead(lead, draws, seed)):
        for name, metric in METRICS.items():
            drawn[name][draw] = metric(scored, weight)
    return {name: _interval(values[name], drawn[name]) for name in METRICS}


def difference(
    metric: str,
    *,
    label: Floats,
    probabilities: tuple[Floats, Floats],
    lead: NDArray[np.int64],
    draws: int = 200,
) -> Interval:
    """Compute one metric of the first probabilities minus that of the second, on the same draws.

    Parameters
    ----------
    metric
        A name of `METRICS`.
    label
        Shape (rows,).
    probabilities
        Two models' probabilities of the same rows.
    lead
        Shape (rows,): a code of the lead of each row.
    draws
        Bootstrap draws of leads.
    """
    both = [ScoredRows(label=label, probability=probability) for probability in probabilities]

    def gap(weight: Floats | None) -> float:
        first, second = (METRICS[metric](scored, weight) for scored in both)
        return first - second

    drawn = np.array([gap(weight) for weight in _weights_by_lead(lead, draws, seed=0)])
    return _interval(gap(None), drawn)


def _weights_by_lead(lead: NDArray[np.int64], draws: int, seed: int) -> list[Floats]:
    _, position = np.unique(lead, return_inverse=True)
    leads = int(position.max()) + 1 if len(lead) else 0
    source = np.random.default_rng(seed)
    return [
        np.bincount(source.integers(0, leads, leads), minlength=leads)[position].astype(np.float64)
        for _ in range(draws)
    ]


def _interval(value: float, drawn: Floats) -> Interval:
    defined = drawn[~np.isnan(drawn)]
    if len(defined) == 0:
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(value, float(low), float(high))
