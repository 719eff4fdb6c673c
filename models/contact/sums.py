"""Averages of rows that come in clusters: value, standard error, interval.

Decided here: rows of one unit (a lead, an account) are summed first; units are independent.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from models.contact.rows import Codes
from models.stats.metrics import Interval
from models.stats.training_set import Floats


class ClusteredMean(NamedTuple):
    """A mean and its standard error."""

    value: float
    error: float

    def interval(self, miss: float) -> Interval:
        """Return the interval that misses the truth with this rate."""
        reach = float(-ndtri(miss / 2.0)) * self.error
        return Interval(self.value, self.value - reach, self.value + reach)

    @property
    def z(self) -> float:
        """The value in standard errors; 0 where nothing varies."""
        return self.value / self.error if self.error > 0.0 else 0.0


def clustered_mean(each: Floats, unit: Codes) -> ClusteredMean:
    """Compute the mean of rows and its standard error.

    >>> clustered_mean(np.array([1.0, 3.0, 1.0, 3.0]), np.arange(4)).value
    2.0

    Parameters
    ----------
    each, unit
        Shape (rows,): the quantity, and what is independent.
    """
    rows = len(each)
    if not rows:
        return ClusteredMean(np.nan, np.nan)
    mean = float(each.mean())
    place = np.unique(unit, return_inverse=True)[1]
    together = np.bincount(place, each - mean)
    units = len(together)
    if units < 2:  # noqa: PLR2004
        return ClusteredMean(mean, np.inf)
    spread = float((together**2).sum()) * units / (units - 1)
    return ClusteredMean(mean, float(np.sqrt(spread)) / rows)
