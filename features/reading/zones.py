"""Time zones as a table of offsets, for compiled code.

Decided here: offsets are known from 1970 to 2100, as the zone database has them; before and after,
the nearest one counts.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Integers = NDArray[np.int64]
_FIRST: Final = "1970-01-01"
_LAST: Final = "2100-01-01"
_MINUTE: Final = 60_000_000
_ZONES: Final = 64


class ZoneOffsets(NamedTuple):
    """From when which offset from UTC holds in a zone.

    Attributes
    ----------
    begin
        Microseconds, ascending; the first one is before every moment.
    shift
        What is added to a moment from then on: its local time.
    """

    begin: Integers
    shift: Integers


@lru_cache(_ZONES)
def offsets_of(zone: str) -> ZoneOffsets:
    """Return the offsets of a zone by its name.

    >>> [int(shift) // 3_600_000_000 for shift in offsets_of("Asia/Tokyo").shift]
    [9]
    """
    days = pd.date_range(_FIRST, _LAST, freq="D", tz="UTC")
    shifts = _shifts(days, zone)
    change = np.flatnonzero(np.diff(shifts)) + 1
    moments = days.as_unit("us").asi8
    info = ZoneInfo(zone)
    begins = [_change(info, int(moments[n - 1]), int(moments[n])) for n in change]
    begin = np.array([np.iinfo(np.int64).min // 2, *begins], np.int64)
    return ZoneOffsets(begin, np.append(shifts[:1], shifts[change]))


def shift_at(offsets: ZoneOffsets, moment: int) -> int:
    """Return the offset from UTC at a moment.

    Parameters
    ----------
    offsets
        Of the zone.
    moment
        Microseconds.
    """
    return int(offsets.shift[np.searchsorted(offsets.begin, moment, side="right") - 1])


def _shifts(days: pd.DatetimeIndex, zone: str) -> Integers:
    local = days.tz_convert(zone).tz_localize(None).as_unit("us").asi8
    shifts: Integers = local - days.as_unit("us").asi8
    return shifts


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """Return the minute, between two moments, from which the offset of the latter holds."""
    target = _offset(zone, after)
    while after - before > _MINUTE:
        middle = (before + after) // 2 // _MINUTE * _MINUTE
        if _offset(zone, middle) == target:
            after = middle
        else:
            before = middle
    return after


def _offset(zone: ZoneInfo, moment: int) -> float:
    at = datetime.fromtimestamp(moment / 1_000_000, UTC).astimezone(zone)
    offset = at.utcoffset()
    return 0.0 if offset is None else offset.total_seconds()
