"""The forecast of a score if nothing happens from now on, and until when its band holds.

Decided here: "nothing" means no new record; a record dated later (a planned meeting) does not count
either. Every day up to half a year ahead is computed, in one batch. The band falls on the first day
on which it is lower than now.
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from serve.scoring.inputs.point_in_time import visible_only
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import ScoreNumbers, numbers
from serve.wire.records import ScoreRequest

DAYS: Final = 180
SILENT_DAYS: Final = (7, 14, 30)


class Silent(msgspec.Struct, frozen=True):
    """The numbers after some silent days."""

    days: int
    at: datetime
    probability: float
    score: float
    band: str


class SilentForecast(msgspec.Struct, frozen=True):
    """When the band falls if nothing happens; None if it does not within half a year."""

    band: str
    falls_at: datetime | None
    falls_to: str | None
    watched_days: int
    silent: list[Silent]


def silent_forecast(loaded: LoadedModel, request: ScoreRequest) -> SilentForecast:
    """Compute the forecast of a lead over silent days.

    Parameters
    ----------
    loaded
        The model.
    request
        The lead; nothing happens from its cutoff on.
    """
    at = [request.cutoff + timedelta(days=days) for days in range(DAYS + 1)]
    by_day = numbers(loaded.scorer, loaded.values(visible_only(request), at))
    falls = first_fall(by_day)
    return SilentForecast(
        band=by_day.band(0),
        falls_at=None if falls is None else at[falls],
        falls_to=None if falls is None else by_day.band(falls),
        watched_days=DAYS,
        silent=[_silent(by_day, days, at[days]) for days in SILENT_DAYS],
    )


def first_fall(by_day: ScoreNumbers) -> int | None:
    """Return the first row whose band is lower than that of row 0."""
    lower = (by_day.band_code < by_day.band_code[0]).nonzero()[0]
    return int(lower[0]) if lower.size else None


def _silent(by_day: ScoreNumbers, days: int, at: datetime) -> Silent:
    return Silent(
        days=days,
        at=at,
        probability=float(by_day.probability[days]),
        score=float(by_day.score[days]),
        band=by_day.band(days),
    )
