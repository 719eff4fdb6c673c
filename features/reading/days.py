"""Dates without a time of day.

Decided here: a cell holds a day only if nothing of a time of day is written in it and it falls on
midnight in its zone; the end of a day is its last microsecond, so that a cutoff at the next
midnight sees it as past. A midnight that is written (`03.05.2024 00:00:00`) counts as a day only
where that is stated. A column that was exported in another zone than its own shows days as one
constant time of day; it counts as a column of days where that is midnight in UTC.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.text import as_text, folded
from features.reading.times import TimeForm
from features.timeline import MOMENT_DTYPE

Flags = NDArray[np.bool_]
DAYS: Final = "days "
PLACED: Final = "placed "
TIMES: Final = "times "
"""Before the source and column whose days, days placed at their end, and times are counted."""
_TIME_OF_DAY: Final = r"\d\s*:\s*\d|\d[Tt ]\d{2,6}(?:\D|$)|[時分]|(?i:\b[ap]\.?m\b)"
_WITHIN_A_DAY: Final = ("%H", "%I", "%M", "%S", "%c", "%X", "%T", "%R", "%r")


def day_count(moments: pd.Series, zone: str) -> int:
    """Return how many moments are midnight in a zone, or all that are midnight in UTC if more.

    Parameters
    ----------
    moments
        Shape (rows,): times, UTC.
    zone
        Name of a time zone.
    """
    there = moments.dropna()
    return max(int(_midnight(there, zone).sum()), int(_midnight(there, "UTC").sum()))


def days_only(raw: pd.Series, moments: pd.Series, rule: TimeForm) -> Flags:
    """Flag the cells that hold a date without a time of day.

    Parameters
    ----------
    raw
        The cells as they stand in the source.
    moments
        What they were read as; missing where nothing could be read.
    rule
        How they were read.
    """
    midnight = _midnight(moments, rule.zone or "UTC")
    if rule.format.startswith("epoch") or any(part in rule.format for part in _WITHIN_A_DAY):
        return np.zeros(len(raw), dtype=bool)
    if pd.api.types.is_datetime64_any_dtype(raw):
        return midnight & bool(midnight[moments.notna().to_numpy()].all())
    text = folded(as_text(raw))
    written: Flags = text.str.contains(_TIME_OF_DAY, regex=True, na=False).to_numpy(bool)
    return midnight & ~written


def placed_days(raw: pd.Series, moments: pd.Series, rule: TimeForm, day: str) -> pd.Series:
    """Move dates without a time of day to where they are placed.

    Parameters
    ----------
    raw
        The cells as they stand in the source.
    moments
        What they were read as; missing where nothing could be read.
    rule
        How they were read.
    day
        `start`, `end`, or `end_if_midnight`: where midnight is written too, as databases do that
        have no type for days.

    Examples
    --------
    >>> from features.reading.values import TimeReading
    >>> cells = pd.Series(["2024-05-03", "2024-05-03 00:00:00"])
    >>> moments = pd.Series(pd.to_datetime(["2024-05-03"] * 2, utc=True).as_unit("us"))
    >>> [str(t) for t in placed_days(cells, moments, TimeReading(), "end").dt.hour]
    ['23', '0']
    >>> [str(t) for t in placed_days(cells, moments, TimeReading(), "end_if_midnight").dt.hour]
    ['23', '23']
    """
    if day == "start":
        return moments
    zone = rule.zone or "UTC"
    rows = _midnight(moments, zone) if day == "end_if_midnight" else days_only(raw, moments, rule)
    return end_of_day(moments, rows, zone)


def end_of_day(moments: pd.Series, rows: Flags, zone: str) -> pd.Series:
    """Move the flagged moments to the last microsecond of their local day.

    Parameters
    ----------
    moments
        Moments in UTC.
    rows
        Which of them to move.
    zone
        The zone of the day.

    Examples
    --------
    >>> day = pd.Series(pd.to_datetime(["2024-12-29T15:00:00Z"], utc=True).as_unit("us"))
    >>> end_of_day(day, np.array([True]), "Asia/Tokyo")[0].isoformat()
    '2024-12-30T14:59:59.999999+00:00'
    """
    if not rows.any():
        return moments
    local = moments[rows].dt.tz_convert(zone).dt.tz_localize(None)
    last = local.dt.normalize() + pd.Timedelta(days=1) - pd.Timedelta(microseconds=1)
    later = np.zeros(len(last), dtype=bool)
    placed = last.dt.tz_localize(zone, ambiguous=later, nonexistent="shift_backward")
    result = moments.copy()
    result[rows] = placed.dt.tz_convert("UTC").astype(MOMENT_DTYPE)
    return result


def _midnight(moments: pd.Series, zone: str) -> Flags:
    local = moments.dt.tz_convert(zone).dt.tz_localize(None)
    flags: Flags = (local.notna() & (local == local.dt.normalize())).to_numpy()
    return flags
