"""Whether contacted and other leads can be compared at all, where people chose whom to contact.

Decided here: rows whose chance of a contact is below 5 % or above 95 % have nobody to be compared
with; they are left out and counted. What is left suffices if it is half of all rows, and if either
side counts for 100 rows after weighting (Kish: the square of the sum over the sum of squares).
Whether the columns hold all that people chose by, no check can say.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.contact.cross_fit import LEAST_CHANCE
from models.contact.rows import Flags
from models.stats.training_set import Floats

_SHARE: Final = 0.5
_ROWS: Final = 100.0
_DIFFERENCE: Final = 0.1


@dataclass(frozen=True)
class Overlap:
    """How far both sides overlap.

    Attributes
    ----------
    share
        Share of rows whose chance lies within 5 and 95 %.
    contacted, others
        What either side counts for after weighting, in rows.
    difference
        The largest difference of a column's bin between both sides after weighting, in standard
        deviations.
    """

    share: float
    contacted: float
    others: float
    difference: float

    @property
    def suffices(self) -> bool:
        """Whether a comparison holds."""
        enough = min(self.contacted, self.others) >= _ROWS and self.share >= _SHARE
        return bool(enough and self.difference <= _DIFFERENCE)


def inside(chance: Floats) -> Flags:
    """Return which rows can be compared: shape (rows,)."""
    return np.asarray((chance >= LEAST_CHANCE) & (chance <= 1.0 - LEAST_CHANCE))


def overlap(indicators: Floats, contacted: Flags, chance: Floats) -> Overlap:
    """Measure the overlap.

    Parameters
    ----------
    indicators
        Shape (rows, indicators).
    contacted
        Shape (rows,): who was contacted.
    chance
        Shape (rows,): the estimated chance of a contact.
    """
    within = inside(chance)
    if not within.any():
        return Overlap(0.0, 0.0, 0.0, np.inf)
    x, e, called = indicators[within], chance[within], contacted[within]
    weights = np.where(called, 1.0 / e, 0.0), np.where(called, 0.0, 1.0 / (1.0 - e))
    sizes = [float(w.sum() ** 2 / (w**2).sum()) if w.any() else 0.0 for w in weights]
    difference = np.inf
    if min(sizes) > 0.0:
        means = [np.average(x, axis=0, weights=w) for w in weights]
        spread = np.sqrt(np.maximum(x.var(axis=0), 1e-4))
        difference = float(np.max(np.abs(means[0] - means[1]) / spread, initial=0.0))
    return Overlap(float(within.mean()), sizes[0], sizes[1], difference)
