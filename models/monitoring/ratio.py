"""Observed over expected, with an interval: for counts of conversions and of activities.

Decided here: counts of few and busy leads vary more than chance of a single event says, so their
variance is a multiple (`spread`) of the expectation; what was expected may itself be uncertain
(`noise`, a variance). The interval holds every ratio r with
(observed - r * expected)^2 <= z^2 (spread * r * expected + r^2 * noise), which is a quadratic
equation. It holds for a count of zero too, and is not fooled by a variance that is small because
the count happened to be small.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models.monitoring.age_matching import Codes
from models.stats.metrics import Interval
from models.stats.training_set import Floats

SHOWN: Final = 0.05
"""The intervals that are shown miss the truth in one of twenty."""


@dataclass(frozen=True)
class Counted:
    """A count and what was expected.

    Attributes
    ----------
    observed, expected
        How many came, and how many were to be expected.
    spread
        Variance of the count, in multiples of its expectation.
    noise
        Variance of what was expected.
    """

    observed: float
    expected: float
    spread: float = 1.0
    noise: float = 0.0

    def ratio(self, error: float = SHOWN) -> Interval:
        """Give observed over expected; the interval misses the truth at this rate, at both ends.

        >>> told = Counted(40.0, 40.0).ratio()
        >>> round(told.low, 2), told.value, round(told.high, 2)
        (0.73, 1.0, 1.36)
        >>> Counted(0.0, 40.0).ratio().low
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
        """Say whether the ratio is shown to be above the factor, or below one over it."""
        told = self.ratio(error)
        return told.low > factor or told.high < 1.0 / factor


def by_unit(each: Floats, unit: Codes, used: NDArray[np.bool_]) -> Floats:
    """Sum what rows say by unit: shape (units,)."""
    return np.asarray(np.bincount(unit[used], each[used]), np.float64)


def spread_of(residual: Floats, unit: Codes, used: NDArray[np.bool_], total: float) -> float:
    """Estimate the variance of a count in multiples of it, rows of a unit taken together.

    It is never below one: that would be less than chance of single events.
    """
    if total <= 0.0:
        return 1.0
    return max(1.0, float(np.sum(by_unit(residual, unit, used) ** 2)) / total)
