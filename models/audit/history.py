"""The history of a score: which value each lead had from when on.

Decided here: a value counts at a moment if it was given before it, as with everything that is
known; between two values the earlier one stands. A higher value is a hotter lead.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.timeline import Moments
from models.stats.training_set import Floats

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class ScoreHistory:
    """The values of a score in the order of lead and time: one row a value.

    Attributes
    ----------
    lead, at
        Shape (values,): a code of the lead; when the value was given, microseconds.
    value
        Shape (values,): the score; higher is hotter.
    """

    lead: Codes
    at: Moments
    value: Floats

    @classmethod
    def of(cls, lead: Codes, at: Moments, value: Floats) -> "ScoreHistory":
        """Sort values into a history; of two values at one moment the last row stands.

        Parameters
        ----------
        lead, at, value
            As in `ScoreHistory`, in any order.
        """
        order = np.lexsort((np.arange(len(lead)), at, lead))
        lead, at, value = lead[order], at[order], value[order]
        last = np.append((lead[1:] != lead[:-1]) | (at[1:] != at[:-1]), True)[: len(lead)]
        return cls(lead[last], at[last], value[last])

    def place_before(self, lead: Codes, moment: Moments) -> NDArray[np.intp]:
        """Return the row of the last value before a moment: shape (rows,), -1 where there is none.

        Parameters
        ----------
        lead, moment
            Shape (rows,): the lead, and a moment in microseconds.
        """
        ticks, keys = self._keys
        wanted = lead * (len(ticks) + 1) + np.searchsorted(ticks, moment)
        place = np.searchsorted(keys, wanted) - 1
        there = (place >= 0) & (np.append(self.lead, -1)[place] == lead)
        return np.where(there, place, -1)

    @cached_property
    def _keys(self) -> tuple[Moments, Codes]:
        """The distinct moments, and one ascending key a row of lead and moment."""
        ticks = np.unique(self.at)
        return ticks, self.lead * (len(ticks) + 1) + np.searchsorted(ticks, self.at)

    def at_rows(self, lead: Codes, moment: Moments) -> tuple[Floats, Floats]:
        """Return the value at each row, and its age in microseconds; NaN where there is none.

        >>> history = ScoreHistory.of(np.array([1, 1]), np.array([5, 9]), np.array([0.1, 0.7]))
        >>> history.at_rows(np.array([1, 1, 1, 2]), np.array([5, 9, 10, 10]))[0].tolist()
        [nan, 0.1, 0.7, nan]

        Parameters
        ----------
        lead, moment
            Shape (rows,): the lead, and the moment of prediction.
        """
        place = self.place_before(lead, moment)
        value = np.append(self.value, np.nan)[place]
        age = np.where(place < 0, np.nan, moment - np.append(self.at, 0)[place])
        return value, age

    def steps(self) -> tuple[NDArray[np.intp], Floats]:
        """Return the rows that follow a value of the same lead, and by how much they differ."""
        following = np.flatnonzero(self.lead[1:] == self.lead[:-1]) + 1
        return following, self.value[following] - self.value[following - 1]
