"""The sample company's calendar: working days, seasons, drift, the hours of a day.

Decided here: a day is a UTC day; factors are constant during a day and the same for all days of one
*day kind* = 2 * month since the start + (day off). Within a day things happen by a fixed profile of
the hours, so the share of the day that is over before a cutoff is known exactly.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY

START: Final = datetime(2024, 4, 1, tzinfo=UTC)
START_MOMENT: Final = int(START.timestamp()) * 1_000_000
SECOND_ERA_MONTH: Final = 6
"""Mail opens turn into noise, small plans get dearer, the comparison site loses its worth."""
_OFF: Final = "0101 0102 0103 0211 0223 0320 0429 0503 0504 0505 0813 0814 0815 1103 1123 1230 1231"
#                  Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec
_ACTIVITY: Final = (0.9, 1.0, 1.1, 1.0, 0.9, 1.05, 1.0, 0.8, 1.1, 1.05, 1.05, 0.9)
_DEALS: Final = (0.7, 1.0, 2.0, 0.6, 0.8, 1.0, 0.9, 0.7, 1.7, 0.8, 0.9, 1.2)
_WAKING: Final = (1.5, 1.4, 1.0, 0.9, 0.8, 1.0, 1.1, 0.8, 1.1, 0.9, 0.9, 0.7)
_INTAKE: Final = (0.8, 1.0, 1.0, 1.1, 0.9, 1.1, 1.0, 0.7, 1.0, 1.3, 1.2, 0.7)
DRIFT_PER_MONTH: Final = -0.012
"""Deals get harder, in log per month."""


@dataclass(frozen=True)
class Seasons:
    """Factors by day and by day kind.

    Attributes
    ----------
    kind
        Shape (days,): the day kind of every day since the start.
    activity, deal, waking
        Shape (kinds,): factors on activity rates, on the hazards of deals, on waking up.
    era
        Shape (kinds,): 0 or 1.
    hours, deal_hours
        Shape (25,): share of a day's activities (deal events) before each hour, UTC.
    """

    kind: NDArray[np.int64]
    activity: NDArray[np.float64]
    deal: NDArray[np.float64]
    waking: NDArray[np.float64]
    era: NDArray[np.int64]
    hours: NDArray[np.float64]
    deal_hours: NDArray[np.float64]


def seasons(days: int) -> Seasons:
    """Return the calendar of the first `days` days."""
    dates = [START.date() + timedelta(days=day) for day in range(days)]
    months = np.array([months_since_start(day) for day in dates])
    off = np.array([_is_off(day) for day in dates])
    kinds = 2 * (int(months[-1]) + 1)
    month = np.arange(kinds) // 2
    of_year = (month + START.month - 1) % 12
    is_off = np.arange(kinds) % 2 == 1
    return Seasons(
        kind=2 * months + off,
        activity=np.array(_ACTIVITY)[of_year] * np.where(is_off, 0.35, 1.3),
        deal=np.array(_DEALS)[of_year]
        * np.exp(DRIFT_PER_MONTH * month)
        * np.where(is_off, 0.05, 1.45),
        waking=np.array(_WAKING)[of_year],
        era=(month >= SECOND_ERA_MONTH).astype(np.int64),
        hours=_profile([8.0] * 9 + [3.2] * 6 + [0.9] * 9),
        deal_hours=_profile([10.5] * 9 + [0.7] * 6 + [0.1] * 9),
    )


def days_in(months: int) -> int:
    """Count the days of the first `months` months.

    >>> days_in(12), days_in(24)
    (365, 730)
    """
    years, rest = divmod(START.month - 1 + months, 12)
    return (date(START.year + years, rest + 1, 1) - START.date()).days


def months_since_start(day: date) -> int:
    """Count the months from the start's month."""
    return (day.year - START.year) * 12 + day.month - START.month


def intake_weights(days: int) -> NDArray[np.float64]:
    """Return how many leads come on each day, relative; shape (days,)."""
    dates = [START.date() + timedelta(days=day) for day in range(days)]
    season = np.array([_INTAKE[day.month - 1] * (0.3 if _is_off(day) else 1.25) for day in dates])
    return season * np.exp(np.arange(days) * 0.15 / 365)


def split_moment(moments: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Split moments into the day since the start and the share of its 24 hours that is over."""
    day, within = np.divmod(moments - START_MOMENT, DAY)
    return day, within / DAY


def _is_off(day: date) -> bool:
    saturday = 5
    return day.weekday() >= saturday or f"{day:%m%d}" in _OFF.split()


def _profile(weights: list[float]) -> NDArray[np.float64]:
    upto = np.concatenate([[0.0], np.cumsum(weights)])
    share: NDArray[np.float64] = upto / upto[-1]
    return share
