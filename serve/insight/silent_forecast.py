"""Hot until: what becomes of a score if nothing happens from now on.

Decided here: "nothing" is no new record; what is already entered for a later day (a planned
meeting) has not happened either. The days are asked one by one, up to half a year, in one
computation. The band falls on the first day on which it is lower than now.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from serve.scoring.numbers import Numbers, numbers
from serve.scoring.point_in_time import seen_only
from serve.wire.records import Asked

DAYS: Final = 180
SILENT_DAYS: Final = (7, 14, 30)


class Silent(msgspec.Struct, frozen=True):
    """The numbers after some silent days."""

    days: int
    at: datetime
    probability: float
    score: float
    band: str


class Until(msgspec.Struct, frozen=True):
    """When the band falls if nothing happens; none if it does not within half a year."""

    band: str
    falls_at: datetime | None
    falls_to: str | None
    watched_days: int
    silent: list[Silent]


def until(loaded: Any, asked: Asked) -> Until:
    """Look ahead over silent days.

    Parameters
    ----------
    loaded
        The model.
    asked
        The lead at the moment from which nothing happens any more.
    """
    at = [asked.cutoff + timedelta(days=days) for days in range(DAYS + 1)]
    found = numbers(loaded.scorer, loaded.values(seen_only(asked), at))
    falls = first_fall(found)
    return Until(
        band=found.band(0),
        falls_at=None if falls is None else at[falls],
        falls_to=None if falls is None else found.band(falls),
        watched_days=DAYS,
        silent=[_silent(found, days, at[days]) for days in SILENT_DAYS],
    )


def first_fall(found: Numbers) -> int | None:
    """Give the first row whose band is lower than that of row 0."""
    lower = (found.band_code < found.band_code[0]).nonzero()[0]
    return int(lower[0]) if lower.size else None


def _silent(found: Numbers, days: int, at: datetime) -> Silent:
    return Silent(
        days=days,
        at=at,
        probability=float(found.probability[days]),
        score=float(found.score[days]),
        band=found.band(days),
    )
