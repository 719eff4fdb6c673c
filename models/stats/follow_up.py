"""The follow-up of rows: what was observed after their cutoffs, up to a moment.

Decided here: a row whose horizon is not over is not thrown away; what has been observed of it so
far is known, and the rest is censored. Nothing at or after the moment is known, whatever the data
hold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY, Moments
from models.stats.training_set import Floats, TrainingSet


@dataclass(frozen=True)
class FollowUp:
    """What was observed of each row after its cutoff.

    Attributes
    ----------
    days
        Shape (rows,): days from the cutoff to the conversion; infinite where none was observed.
    observed_days
        Shape (rows,): days from the cutoff to the end of observation.
    """

    days: Floats
    observed_days: Floats

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.days)

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "FollowUp":
        """Return some of the rows, by position or by mask."""
        return FollowUp(self.days[rows], self.observed_days[rows])

    @classmethod
    def until(
        cls, moment: int, cutoff: Moments, days: Floats, known_days: Floats | None = None
    ) -> "FollowUp":
        """Observe rows up to a moment.

        >>> known = FollowUp.until(10 * DAY, np.array([0, 4 * DAY]), np.array([3.0, 7.0]))
        >>> known.days.tolist(), known.observed_days.tolist()
        ([3.0, inf], [10.0, 6.0])

        Parameters
        ----------
        moment
            Microseconds: what happened at or after it is not known.
        cutoff
            Shape (rows,): microseconds.
        days
            Shape (rows,): days from the cutoff to the conversion; NaN or infinite without one.
        known_days
            Shape (rows,): days from the cutoff until our systems knew of it; missing means `days`.
        """
        observed = (moment - cutoff) / DAY
        known = days if known_days is None else known_days
        return cls(np.where(known < observed, days, np.inf), observed)


@dataclass(frozen=True)
class ObservedRows:
    """Rows with their follow-up; the label of a row that has not matured is NaN.

    Attributes
    ----------
    rows
        The rows.
    follow_up
        What was observed of them.
    """

    rows: TrainingSet
    follow_up: FollowUp
