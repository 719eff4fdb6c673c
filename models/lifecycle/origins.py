"""Rolling origins: when a back-test trains, what it may learn then, and whom that model answers.

Decided here: an origin is a moment in the past at which a model could have been trained. What may
be learned at it had matured by then, and nothing else:

    cutoff + embargo <= origin

It answers the rows from its origin until the next origin of the same cadence; `NEVER_AGAIN` trains
once. With a horizon of 90 days and an origin on 2026-04-01, a snapshot of 2026-01-01 may teach, one
of 2026-01-02 may not, and one of 2026-04-01 is the first that is answered.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.errors import NotEnoughEvidence
from features.timeline import DAY, Moments, from_moments

NEVER_AGAIN: Final = 0.0
"""The cadence of a model that is trained once, at the first origin."""


@dataclass(frozen=True)
class BacktestSettings:
    """How a back-test is made.

    Attributes
    ----------
    first_share
        The part of the span of cutoffs that lies before the first origin.
    retrain_days
        Cadences to compare, in days; a model that is never trained again is always among them.
    period_days
        Length of the periods that figures are told of.
    recalibrate_days
        Recalibration learns from the outcomes of so many latest days that have matured.
    capacity
        How many leads sales could work in a week.
    redraws
        Redraws of leads behind every interval.
    seed
        Of all draws.
    """

    first_share: float = 0.4
    retrain_days: tuple[float, ...] = (28.0,)
    period_days: float = 28.0
    recalibrate_days: float = 90.0
    capacity: int = 50
    redraws: int = 200
    seed: int = 0

    @property
    def cadences(self) -> tuple[float, ...]:
        """Never again, then the others from the longest to the shortest."""
        return (NEVER_AGAIN, *sorted(self.retrain_days, reverse=True))


@dataclass(frozen=True)
class Origin:
    """A moment of training, and until when its models answer; microseconds UTC."""

    at: int
    until: int


@dataclass(frozen=True)
class Rolling:
    """The course of a back-test.

    Attributes
    ----------
    first, end
        The first origin, and the moment after the last cutoff.
    settings
        How it is made.
    """

    first: int
    end: int
    settings: BacktestSettings

    def moments(self, cadence: float) -> Moments:
        """Tell the origins of one cadence, ascending."""
        step = round(cadence * DAY) if cadence else self.end - self.first
        return np.arange(self.first, self.end, step, dtype=np.int64)

    def origins(self) -> list[Origin]:
        """Tell every moment of training once, with the last moment that anybody asks its models."""
        until: dict[int, int] = {}
        for cadence in self.settings.cadences:
            moments = self.moments(cadence).tolist()
            for at, following in zip(moments, [*moments[1:], self.end], strict=True):
                until[at] = max(until.get(at, at), following)
        return [Origin(at, until[at]) for at in sorted(until)]

    def asked(self, cutoff: Moments, cadence: float) -> Moments:
        """Tell the origin of the model that answers each row, under a cadence."""
        moments = self.moments(cadence)
        return moments[np.searchsorted(moments, cutoff, side="right") - 1]

    def periods(self) -> list[tuple[int, int]]:
        """Tell the periods that figures are told of: [start, end)."""
        step = round(self.settings.period_days * DAY)
        starts = range(self.first, self.end, step)
        return [(start, min(start + step, self.end)) for start in starts]


def rolling(cutoff: Moments, embargo: int, settings: BacktestSettings) -> Rolling:
    """Lay out a back-test over matured snapshots.

    >>> days = np.arange(100) * DAY
    >>> made = rolling(days, 10 * DAY, BacktestSettings(0.5, (20.0,), 20.0))
    >>> [(origin.at // DAY, origin.until // DAY) for origin in made.origins()]
    [(50, 99), (70, 90), (90, 99)]

    Parameters
    ----------
    cutoff
        Of all matured snapshots, in any order.
    embargo
        Microseconds, at least the horizon.
    settings
        How.

    Raises
    ------
    NotEnoughEvidence
        When nothing had matured at the first origin, or nothing comes after it.
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
    """Mark the snapshots that may be learned from at an origin.

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
