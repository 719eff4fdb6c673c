"""Observed over expected, with an interval: for counts of conversions and of activities.

Decided here: counts of a few busy leads vary more than independent events would, so their variance
is a multiple (`spread`, the overdispersion) of the expectation; the expectation may itself be
uncertain (`noise`, a variance). The interval contains every ratio r with
(observed - r * expected)^2 <= z^2 (spread * r * expected + r^2 * noise), a quadratic equation. It
is valid for a count of zero too, and is not too narrow when the count happens to be small.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models.stats.metrics import Interval
from models.stats.training_set import Floats

Codes = NDArray[np.int64]
SHOWN: Final = 0.05
"""Error rate of the intervals that are shown."""


@dataclass(frozen=True)
class CountRatio:
    """A count and its expectation.

    Attributes
    ----------
    observed, expected
        The count, and its expectation.
    spread
        Variance of the count, in multiples of its expectation.
    noise
        Variance of the expectation.
    """

    observed: float
    expected: float
    spread: float = 1.0
    noise: float = 0.0

    def ratio(self, error: float = SHOWN) -> Interval:
        """Compute observed over expected; the interval misses the truth with this error rate.

        >>> ratio = CountRatio(40.0, 40.0).ratio()
        >>> round(ratio.low, 2), ratio.value, round(ratio.high, 2)
        (0.73, 1.0, 1.36)
        >>> CountRatio(0.0, 40.0).ratio().low
        0.0
        """
        if self.expected <= 0.0:
            return Interval(np.nan, np.nan, np.nan)
        z = float(-ndtri(error / 2.0))
        square = self.expected**2 - z**2 * self.noise
        middle = self.observed * self.expected + 0.5 * z**2 * self.spread * self.expected
        value = self.observed / self.expected
        if square <= 0.0:
            return Interval(value, 0.0, math.inf)
        root = math.sqrt(max(middle**2 - square * self.observed**2, 0.0))
        return Interval(value, max((middle - root) / square, 0.0), (middle + root) / square)

    def outside(self, factor: float, error: float) -> bool:
        """Check whether the whole interval lies above a factor, or below one over it.

        Parameters
        ----------
        factor
            Above 1.
        error
            Error rate of the interval.
        """
        interval = self.ratio(error)
        return interval.low > factor or interval.high < 1.0 / factor

    @classmethod
    def of_rows(cls, label: Floats, probability: Floats, lead: Codes) -> "CountRatio":
        """Count the conversions of some rows against the sum of their probabilities.

        Parameters
        ----------
        label, probability, lead
            Shape (rows,): 1 or 0; the probability; a code of the lead.

        Examples
        --------
        >>> one = CountRatio.of_rows(np.array([0.0, 1.0]), np.array([0.5, 0.7]), np.arange(2))
        >>> one.observed, one.expected
        (1.0, 1.2)
        """
        observed, expected = float(label.sum()), float(probability.sum())
        scale = observed / expected if expected > 0.0 else 1.0
        every = np.ones(len(label), np.bool_)
        residual = label - scale * probability
        return cls(observed, expected, spread_of(residual, lead, every, observed))


def by_unit(each: Floats, unit: Codes, used: NDArray[np.bool_]) -> Floats:
    """Sum a quantity of rows by unit.

    Parameters
    ----------
    each, unit
        Shape (rows,): the quantity, and the code of the unit.
    used
        Shape (rows,): the rows that are summed.

    Returns
    -------
    Shape (units,): the sums.
    """
    return np.asarray(np.bincount(unit[used], each[used]), np.float64)


def spread_of(residual: Floats, unit: Codes, used: NDArray[np.bool_], total: float) -> float:
    """Estimate the overdispersion of a count, with rows clustered by unit.

    Parameters
    ----------
    residual, unit
        Shape (rows,): observed minus expected, and the code of the unit.
    used
        Shape (rows,): the rows that are counted.
    total
        The count.

    Returns
    -------
    The variance in multiples of the count; at least 1, the variance of independent events.
    """
    if total <= 0.0:
        return 1.0
    return max(1.0, float(np.sum(by_unit(residual, unit, used) ** 2)) / total)
