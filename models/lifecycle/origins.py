"""Rolling origins: when a back-test trains, on which rows, and which rows that model predicts.

Decided here: an origin is a moment in the past at which a model could have been trained. Its
training rows are those that had matured by then, and no others:

    cutoff + embargo <= origin

The model predicts the rows from its origin until the next origin of the same cadence; `NEVER_AGAIN`
trains once. With a horizon of 90 days and an origin on 2026-04-01, a snapshot of 2026-01-01 is a
training row, one of 2026-01-02 is not, and one of 2026-04-01 is the first that is predicted.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import NotEnoughEvidence
from features.timeline import DAY, Moments, from_moments
from models.stats.limits import Count, Days, Seed, Several, Share, SomeValues

NEVER_AGAIN: Final = 0.0
"""The cadence of a model that is trained once, at the first origin."""


@dataclass(frozen=True)
class BacktestSettings:
    """Settings of a back-test.

    Attributes
    ----------
    first_share
        The share of the span of cutoffs before the first origin.
    retrain_days
        Cadences to compare, in days; a model that is never trained again is always included.
    period_days
        Length of the periods of the figures.
    recalibrate_days
        Recalibration learns from the matured outcomes of this many latest days.
    capacity
        Number of leads that sales can work in a week.
    redraws
        Number of bootstrap redraws of leads behind every interval.
    seed
        Of all draws.
    """

    first_share: Share = 0.4
    retrain_days: SomeValues[Days] = (28.0,)
    period_days: Days = 28.0
    recalibrate_days: Days = 90.0
    capacity: Count = 50
    redraws: Several = 200
    seed: Seed = 0

    @property
    def cadences(self) -> tuple[float, ...]:
        """Never again, then the others from the longest to the shortest."""
        return (NEVER_AGAIN, *sorted(self.retrain_days, reverse=True))


@dataclass(frozen=True)
class Origin:
    """A moment of training, and the end of the predictions of its models; microseconds UTC."""

    at: int
    until: int


@dataclass(frozen=True)
class Rolling:
    """The schedule of a back-test.

    Attributes
    ----------
    first, end
        The first origin, and the moment after the last cutoff.
    settings
        Settings of the back-test.
    """

    first: int
    end: int
    settings: BacktestSettings

    def moments(self, cadence: float) -> Moments:
        """Return the origins of one cadence, ascending."""
        step = round(cadence * DAY) if cadence else self.end - self.first
        return np.arange(self.first, self.end, step, dtype=np.int64)

    def origins(self) -> list[Origin]:
        """Return every moment of training once, with the end of the predictions of its models."""
        until: dict[int, int] = {}
        for cadence in self.settings.cadences:
            moments = self.moments(cadence).tolist()
            for at, following in zip(moments, [*moments[1:], self.end], strict=True):
                until[at] = max(until.get(at, at), following)
        return [Origin(at, until[at]) for at in sorted(until)]

    def origin_of(self, cutoff: Moments, cadence: float) -> Moments:
        """Return the origin of the model that predicts each row.

        Parameters
        ----------
        cutoff
            Shape (rows,): cutoffs from the first origin on.
        cadence
            The cadence of training, in days.
        """
        moments = self.moments(cadence)
        return moments[np.searchsorted(moments, cutoff, side="right") - 1]

    def periods(self) -> list[tuple[int, int]]:
        """Return the periods of the figures: [start, end)."""
        step = round(self.settings.period_days * DAY)
        starts = range(self.first, self.end, step)
        return [(start, min(start + step, self.end)) for start in starts]


def rolling(cutoff: Moments, embargo: int, settings: BacktestSettings) -> Rolling:
    """Make the schedule of a back-test over matured snapshots.

    Parameters
    ----------
    cutoff
        Of all matured snapshots, in any order.
    embargo
        Microseconds, at least the horizon.
    settings
        Settings of the back-test.

    Raises
    ------
    NotEnoughEvidence
        If nothing had matured at the first origin, or nothing comes after it.

    Examples
    --------
    >>> days = np.arange(100) * DAY
    >>> made = rolling(days, 10 * DAY, BacktestSettings(0.5, (20.0,), 20.0))
    >>> [(origin.at // DAY, origin.until // DAY) for origin in made.origins()]
    [(50, 99), (70, 90), (90, 99)]
    """
    low, high = (int(cutoff.min()), int(cutoff.max())) if len(cutoff) else (0, 0)
    first = low + -(-round((high - low) * settings.first_share) // DAY) * DAY
    if not (matured_by(cutoff, first, embargo).any() and (cutoff >= first).any()):
        raise NotEnoughEvidence.of(
            f"no snapshot that had matured by the first origin, {day_of(first)}"
            if len(cutoff)
            else "no matured snapshot",
            f"snapshots at least {embargo / DAY:g} days before it, and some after it",
            "raise backtest.first_share, shorten cohort.horizon_days, or bring a longer history",
        )
    return Rolling(first, high + 1, settings)


def matured_by(cutoff: Moments, origin: int, embargo: int) -> NDArray[np.bool_]:
    """Mark the snapshots that had matured at an origin.

    Parameters
    ----------
    cutoff
        Shape (rows,).
    origin
        The moment of training.
    embargo
        Microseconds from a cutoff until its label is known.

    Examples
    --------
    >>> matured_by(np.array([1, 2, 3]), origin=12, embargo=10)
    array([ True,  True, False])
    """
    return cutoff + embargo <= origin


def day_of(moment: int) -> str:
    """Write the day (UTC) of a moment.

    >>> day_of(0)
    '1970-01-01'
    """
    return f"{from_moments(np.array([moment]))[0]:%Y-%m-%d}"
