"""How sure a probability is: an interval for the share of leads like this one that convert.

Decided here: the interval is about the product's own promise. Of leads with a probability of 0.2
one in five converts; the interval states between which shares that may lie, 90 % of the time, in
the months to come. It is a curve of the calibrated log-odds z, learned from margins of rows that
are later than, or were held out of, the training rows:

    true log-odds = z + error + period * (1 + tilt * far),  far = z - center

The `error` is that of `models.stats.log_odds`, with priors of standard deviations `PRIOR`: with no
outcomes the interval is as wide as the prior, and narrows with every conversion, without a step;
far from where the conversions are it stays wide.
`period` is how much a base rate moves from one horizon to the next: its mean square under a
half-normal prior of scale `PERIOD` and the errors of the periods of one horizon. What moves the
rate tilts the curve too, by `tilt`, whose standard deviation is `TILT`. The probability shown
always lies inside its interval.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.stats.log_odds import estimate_error, expit, logit, powers
from models.stats.training_set import Floats

LEVEL: Final = 0.9
"""In this share of the cases the interval covers the share that converts."""
PRIOR: Final = (1.0, 0.5, 0.2)
PERIOD: Final = 0.4
TILT: Final = 0.5
SUFFICIENT: Final = float(np.log(2.0))
"""Evidence is insufficient where the odds may be more than twice, or less than half, of those
shown."""

_QUANTILE: Final = 1.6448536269514722
_EDGE: Final = 1e-12
_MOST: Final = 1.5


@dataclass(frozen=True)
class ProbabilityInterval:
    """The estimated error of the probabilities, and the intervals that follow from it.

    Attributes
    ----------
    center
        The log-odds at which the shift is stated.
    error
        The most likely shift, slope and bend.
    covariance
        Of the three: shape (3, 3).
    period
        Standard deviation of the log-odds between periods of one horizon.
    """

    center: float = 0.0
    error: tuple[float, ...] = (0.0, 0.0, 0.0)
    covariance: tuple[tuple[float, ...], ...] = (
        (PRIOR[0] ** 2, 0.0, 0.0),
        (0.0, PRIOR[1] ** 2, 0.0),
        (0.0, 0.0, PRIOR[2] ** 2),
    )
    period: float = PERIOD

    def of(self, probability: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Compute the lower ends, the upper ends, and where the evidence is sufficient.

        Each has the shape of `probability`.

        >>> low, high, sufficient = ProbabilityInterval().of(np.array([0.2]))
        >>> bool(low[0] < 0.1 < 0.2 < 0.4 < high[0]), sufficient.tolist()
        (True, [False])
        """
        low, high = np.empty(len(probability)), np.empty(len(probability))
        sufficient = np.empty(len(probability), np.bool_)
        ends(probability, self.learned, low, high, sufficient)
        return low, high, sufficient

    @cached_property
    def learned(self) -> tuple[float, float, Floats, Floats]:
        """Center, period, error and covariance, as `ends` takes them."""
        return self.center, self.period, np.array(self.error), np.array(self.covariance)

    def moved(self, probability: Floats, deviations: Floats) -> Floats:
        """Compute what the true shares may be: shape (deviations, rows).

        Parameters
        ----------
        probability
            Shape (rows,).
        deviations
            By how many standard deviations all rows are moved at once.
        """
        _, period, errors, covariance = self.learned
        z = logit(probability)
        parts = powers(z, self.center)
        variance = np.einsum("ij,jk,ik->i", parts, covariance, parts)
        variance += period**2 * (1.0 + TILT**2 * parts[:, 2])
        return expit(z + parts @ errors + deviations[:, None] * np.sqrt(variance))

    def to_json(self) -> dict[str, Any]:
        """Return the interval as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "ProbabilityInterval":
        """Read what `to_json` wrote."""
        covariance = tuple(tuple(row) for row in raw["covariance"])
        return cls(raw["center"], tuple(raw["error"]), covariance, raw["period"])


@njit(cache=True, nogil=True)
def ends(
    probability: Floats,
    learned: tuple[float, float, Floats, Floats],
    low: Floats,
    high: Floats,
    sufficient: NDArray[np.bool_],
) -> None:
    """Write the ends of the intervals, and where the evidence is sufficient.

    Parameters
    ----------
    probability
        Shape (rows,).
    learned
        As in `ProbabilityInterval.learned`.
    low, high, sufficient
        Shape (rows,): written.
    """
    center, period, errors, covariance = learned
    part = np.ones(3)
    for i in range(probability.size):
        inside = min(max(probability[i], _EDGE), 1.0 - _EDGE)
        z = np.log(inside) - np.log1p(-inside)
        part[1] = z - center
        part[2] = part[1] * part[1]
        error, variance = 0.0, period * period * (1.0 + TILT * TILT * part[2])
        for j in range(3):
            error += part[j] * errors[j]
            for k in range(3):
                variance += part[j] * part[k] * covariance[j, k]
        span = _QUANTILE * np.sqrt(variance)
        low[i] = min(probability[i], 1.0 / (1.0 + np.exp(-(z + error - span))))
        high[i] = max(probability[i], 1.0 / (1.0 + np.exp(-(z + error + span))))
        sufficient[i] = abs(error) + span <= SUFFICIENT


def learn(
    probability: Floats, label: Floats, lead: NDArray[np.int64], period: NDArray[np.int64]
) -> ProbabilityInterval:
    """Learn how far probabilities may be from the shares that convert.

    Parameters
    ----------
    probability, label
        Shape (rows,): calibrated probabilities of rows that the model was not trained on; their
        labels.
    lead
        Shape (rows,): a code of the lead of each row.
    period
        Shape (rows,): the number of the period, each one horizon long.
    """
    if len(label) == 0:
        return ProbabilityInterval()
    z = logit(probability)
    error = estimate_error(z, label, lead, PRIOR)
    expected = expit(error.at(z))
    rest = (label - expected, expected * (1.0 - expected))
    moved = _period_variance(rest, period, error.repeated)
    return ProbabilityInterval(
        error.center,
        tuple(error.likely.tolist()),
        tuple(tuple(row) for row in error.covariance.tolist()),
        float(np.sqrt(moved)),
    )


def periods(cutoff: NDArray[np.int64], horizon: int) -> NDArray[np.int64]:
    """Compute the number of the period of each cutoff, one horizon long, from the first cutoff.

    >>> periods(np.array([0, 9, 10, 25]), 10).tolist()
    [0, 0, 1, 2]

    Parameters
    ----------
    cutoff
        Shape (rows,): microseconds.
    horizon
        Length of a period in microseconds.
    """
    first = np.int64(cutoff.min() if cutoff.size else 0)
    return np.asarray((cutoff - first) // horizon, np.int64)


def _sums(rows: Floats, group: NDArray[np.int64]) -> Floats:
    """Sum the rows of each group: shape (groups, columns)."""
    _, place = np.unique(group, return_inverse=True)
    return np.column_stack([np.bincount(place, weights=column) for column in rows.T])


def _period_variance(
    rest: tuple[Floats, Floats], period: NDArray[np.int64], repeated: float
) -> float:
    """Estimate the variance between periods from residuals and information of the rows."""
    surplus, information = _sums(np.column_stack(rest), period).T / repeated
    some = information > 0.0
    error, noise = surplus[some] / information[some], 1.0 / information[some]
    tried = np.linspace(0.0, _MOST, 151)
    weight = _log_likelihood(error, noise, tried) - tried**2 / (2.0 * PERIOD**2)
    weight = np.exp(weight - weight.max())
    return float(tried**2 @ weight / weight.sum())


def _log_likelihood(error: Floats, noise: Floats, tried: Floats) -> Floats:
    """Compute the log-likelihood of the periods' errors under each spread, whatever their mean."""
    variance = noise[:, None] + tried**2
    mean = np.sum(error[:, None] / variance, axis=0) / np.sum(1.0 / variance, axis=0)
    fit = np.sum(np.log(variance) + (error[:, None] - mean) ** 2 / variance, axis=0)
    return np.asarray(-0.5 * (fit + np.log(np.sum(1.0 / variance, axis=0))))
