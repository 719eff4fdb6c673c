"""How sure a probability is: an interval for the share of leads like this one that convert.

Decided here: the interval answers the product's own promise. Of leads given 0.2 one in five
converts; the interval says between which shares that may lie, 90 % of the time, in the months to
come. It is a curve of the calibrated log-odds z, learned from margins that were later than, or
held out of, what the model was trained on:

    true log-odds = z + shift + slope * (z - center) + period

`shift` and `slope` have normal priors of standard deviation `SHIFT` and `SLOPE`, so with no
outcomes the interval is as wide as ignorance, and narrows with every conversion, without a step.
Rows of a lead repeat each other: the likelihood is divided by their design effect (Kish 1965), the
squared sums of the residuals of each lead over the sum of their squares.
`period` is what a base rate moves by from one horizon to the next: its variance is estimated over
periods of one horizon (DerSimonian and Laird 1986) and held towards `PERIOD` squared by a prior
worth `PERIODS` periods. The probability shown lies inside its interval, always.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.training_set import Floats

LEVEL: Final = 0.9
"""In this share of the cases the interval holds the share that converts."""
SHIFT: Final = 1.0
SLOPE: Final = 0.5
PERIOD: Final = 0.15
PERIODS: Final = 3.0
SUFFICIENT: Final = float(np.log(2.0))
"""Evidence is insufficient where the odds may be more than twice, or less than half, of those
shown."""

_QUANTILE: Final = 1.6448536269514722
_ROUNDS: Final = 50
_EDGE: Final = 1e-12


@dataclass(frozen=True)
class Interval:
    """What was learned about the errors of the probabilities.

    Attributes
    ----------
    center
        The log-odds at which `shift` is told.
    shift, slope
        The most likely error.
    variances
        Of shift, of slope, their covariance.
    period
        Standard deviation of what a period adds.
    """

    center: float = 0.0
    shift: float = 0.0
    slope: float = 0.0
    variances: tuple[float, float, float] = (SHIFT**2, SLOPE**2, 0.0)
    period: float = PERIOD

    def of(self, probability: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Give the lower end, the upper end, and where the evidence is sufficient.

        Each has the shape of `probability`.

        >>> low, high, sufficient = Interval().of(np.array([0.2]))
        >>> bool(low[0] < 0.1 < 0.2 < 0.4 < high[0]), sufficient.tolist()
        (True, [False])
        """
        low, high = np.empty(len(probability)), np.empty(len(probability))
        sufficient = np.empty(len(probability), np.bool_)
        learned = (self.center, self.shift, self.slope, *self.variances, self.period)
        _ends(probability, learned, low, high, sufficient)
        return low, high, sufficient

    def to_json(self) -> dict[str, Any]:
        """Write the interval as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Interval":
        """Read what `to_json` wrote."""
        return cls(**(raw | {"variances": tuple(raw["variances"])}))


@njit(cache=True, nogil=True)
def _ends(
    probability: Floats,
    learned: tuple[float, float, float, float, float, float, float],
    low: Floats,
    high: Floats,
    sufficient: NDArray[np.bool_],
) -> None:
    center, shift, slope, of_shift, of_slope, both, period = learned
    for i in range(probability.size):
        inside = min(max(probability[i], _EDGE), 1.0 - _EDGE)
        z = np.log(inside) - np.log1p(-inside)
        far = z - center
        error = shift + slope * far
        variance = of_shift + 2.0 * both * far + of_slope * far * far + period * period
        span = _QUANTILE * np.sqrt(variance)
        low[i] = min(probability[i], 1.0 / (1.0 + np.exp(-(z + error - span))))
        high[i] = max(probability[i], 1.0 / (1.0 + np.exp(-(z + error + span))))
        sufficient[i] = abs(error) + span <= SUFFICIENT


def learn(
    probability: Floats, label: Floats, lead: NDArray[np.int64], period: NDArray[np.int64]
) -> Interval:
    """Learn how far probabilities may be from the shares that convert.

    Parameters
    ----------
    probability, label
        Shape (rows,): calibrated, of rows that the model was not trained on; what became of them.
    lead
        Shape (rows,): whose rows they are.
    period
        Shape (rows,): the number of the period, each one horizon long.
    """
    if len(label) == 0:
        return Interval()
    z = _logit(probability)
    center = float(np.average(z, weights=probability * (1.0 - probability) + _EDGE))
    parts = np.column_stack([np.ones(len(z)), z - center])
    prior = np.diag([SHIFT**-2, SLOPE**-2])
    repeated = _design_effect(label - probability, lead)
    error, bend = _mode(z, parts, label, prior * repeated)
    spread = np.linalg.inv(bend / repeated)
    expected = _expit(z + parts @ error)
    weight = expected * (1.0 - expected)
    moved = _period_variance(label - expected, weight, period, repeated)
    variances = (float(spread[0, 0]), float(spread[1, 1]), float(spread[0, 1]))
    return Interval(center, float(error[0]), float(error[1]), variances, float(np.sqrt(moved)))


def periods(cutoff: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """Give the number of the period of each cutoff, one horizon long, from the first.

    >>> periods(np.array([0, 9, 10, 25]), 10).tolist()
    [0, 0, 1, 2]
    """
    first = np.int64(cutoff.min() if cutoff.size else 0)
    return np.asarray((cutoff - first) // horizon, np.int64)


def _design_effect(residual: Floats, lead: NDArray[np.int64]) -> float:
    """Tell how many rows of a lead are worth one: 1 if they are independent."""
    together = _sums(residual[:, None], lead)
    return max(1.0, float(np.sum(together**2) / np.sum(residual**2)))


def _mode(z: Floats, parts: Floats, label: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Find the most likely error by Newton's method; give it with the second derivatives.

    Steps that do not help are halved.
    """

    def loss(error: Floats) -> float:
        margin = z + parts @ error
        return float(np.sum(np.logaddexp(0.0, margin) - label * margin) + error @ prior @ error / 2)

    error, bend = np.zeros(2), prior
    best = loss(error)
    for _ in range(_ROUNDS):
        expected = _expit(z + parts @ error)
        slope = parts.T @ (expected - label) + prior @ error
        bend = (parts * (expected * (1.0 - expected))[:, None]).T @ parts + prior
        step = np.linalg.solve(bend, slope)
        while loss(error - step) > best and np.abs(step).max() > _EDGE:
            step = step / 2
        error = error - step
        best = loss(error)
        if np.abs(step).max() < _EDGE**0.5:
            break
    return error, bend


def _sums(rows: Floats, group: NDArray[np.int64]) -> Floats:
    """Add up the rows of each group: shape (groups, columns)."""
    _, place = np.unique(group, return_inverse=True)
    return np.column_stack([np.bincount(place, weights=column) for column in rows.T])


def _period_variance(
    left: Floats, weight: Floats, period: NDArray[np.int64], repeated: float
) -> float:
    """Estimate the variance of what periods add, held towards the prior."""
    surplus, information = _sums(np.column_stack([left, weight]), period).T / repeated
    some = information > 1.0
    surplus, information = surplus[some], information[some]
    freedom = len(surplus) - 1
    prior = PERIOD**2
    if freedom < 1:
        return prior
    total = information.sum()
    excess = np.sum(surplus**2 / information) - surplus.sum() ** 2 / total - freedom
    found = max(0.0, excess / (total - np.sum(information**2) / total))
    return float((PERIODS * prior + freedom * found) / (PERIODS + freedom))


def _logit(probability: Floats) -> Floats:
    inside = np.clip(probability, _EDGE, 1.0 - _EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _expit(margin: Floats) -> Floats:
    return np.asarray(np.exp(-np.logaddexp(0.0, -margin)))
