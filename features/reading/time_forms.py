"""Forms of times that pandas does not read by itself, written as ISO text or read as naive times.

Decided here: a Japanese date may carry an era, a weekday and 午前 or 午後, and Chinese and Korean
dates are written alike; a serial day counts from 1899-12-30, as spreadsheets do, may have a decimal
comma, and is rounded to the millisecond; `UTC` and `GMT` at the end
of an ISO time are an offset of zero.
"""

import re
from typing import Final

import numpy as np
import pandas as pd

from features.reading.text import as_text, folded

JAPANESE: Final = "japanese"
EXCEL: Final = "excel"
HAS_OFFSET: Final = r"(?:\d:\d\d|\d[T ]\d{2,6}).*(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"
_ERAS: Final = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_DATE: Final = re.compile(
    r"(?:(?P<era>令和|平成|昭和|[RHS])\s*)?(?P<year>元|\d{1,4})\s*[年년./-]\s*(?P<month>\d{1,2})\s*[月월./-]"
    r"\s*(?P<day>\d{1,2})\s*[日일.]?\s*(?:[(][月火水木金土日월화수목금토일][)])?"
)
_TIME: Final = re.compile(
    r"(?P<half>午前|午後|上午|下午|오전|오후)?\s*(?P<hour>\d{1,2})\s*(?:[時时点시]|:)"
    r"\s*(?:(?P<minute>\d{1,2})\s*(?:[分분]|:)?)?\s*(?:(?P<second>\d{1,2})\s*[秒초]?)?"
)
_AFTERNOON: Final = ("午後", "下午", "오후")
_FIRST_SERIAL: Final = np.datetime64("1899-12-30", "us")
_MILLISECONDS_A_DAY: Final = 86_400_000
_LAST_SERIAL: Final = 2_958_466


def naive_times(text: pd.Series, pattern: str) -> pd.Series:
    """Read times without an offset; what does not fit the pattern is missing.

    Parameters
    ----------
    text
        Shape (rows,): the cells.
    pattern
        As `datetime.strptime` reads it.
    """
    return _coerced(text, pattern, utc=False).astype("datetime64[us]")


def absolute_times(text: pd.Series, pattern: str) -> pd.Series:
    """Read times with an offset as UTC; what does not fit the pattern is missing.

    Parameters
    ----------
    text
        Shape (rows,): the cells.
    pattern
        As `datetime.strptime` reads it.
    """
    return _coerced(text, pattern, utc=True).astype("datetime64[us, UTC]")


def _coerced(text: pd.Series, pattern: str, *, utc: bool) -> pd.Series:
    try:
        return pd.to_datetime(text, format=pattern, utc=utc, errors="coerce")
    except (ValueError, TypeError):  # one cell among many: read them one by one
        cells = [_one(value, pattern, utc=utc) for value in text]
        return pd.to_datetime(pd.Series(cells, index=text.index, dtype=object), utc=utc)


def _one(value: object, pattern: str, *, utc: bool) -> pd.Timestamp | None:
    try:
        moment = pd.to_datetime(str(value), format=pattern, utc=utc, errors="raise")
    except (ValueError, TypeError):
        return None
    return moment if utc or moment.tzinfo is None else None


def iso_text(text: pd.Series) -> pd.Series:
    """Write a zone that is spelled out, `UTC` or `GMT`, as the offset `Z`.

    >>> iso_text(pd.Series(["2024-05-03 14:07:00.000000 UTC"])).tolist()
    ['2024-05-03 14:07:00.000000Z']
    """
    return text.str.replace(r"(?<=\d)\s*(?:UTC|GMT|[Zz])$", "Z", regex=True)


def japanese_times(text: pd.Series) -> pd.Series:
    """Read Japanese dates and times, and those of Chinese and Korean form, as naive times.

    >>> [str(t) for t in japanese_times(pd.Series(["令和6年5月3日", "2024年5月3日 午後3時15分"]))]
    ['2024-05-03 00:00:00', '2024-05-03 15:15:00']
    >>> [str(t) for t in japanese_times(pd.Series(["2024. 5. 3. 오후 3:07", "2024/5/3 下午3:07"]))]
    ['2024-05-03 15:07:00', '2024-05-03 15:07:00']
    """
    return naive_times(text.map(_japanese, na_action="ignore").astype("str"), "ISO8601")


def _japanese(value: str) -> str | None:
    date = _DATE.match(value)
    if date is None or (not date["era"] and not re.match(r"\d{4}", date["year"])):
        return None
    year = (1 if date["year"] == "元" else int(date["year"])) + _ERAS.get(date["era"] or "", 0)
    clock = _clock(value[date.end() :].strip())
    return clock and f"{year:04d}-{int(date['month']):02d}-{int(date['day']):02d}T{clock}"


def _clock(rest: str) -> str | None:
    if not rest:
        return "00:00:00"
    time = _TIME.fullmatch(rest)
    if time is None:
        return None
    hour = int(time["hour"])
    if time["half"]:
        hour = hour % 12 + (12 if time["half"] in _AFTERNOON else 0)
    return f"{hour:02d}:{int(time['minute'] or 0):02d}:{int(time['second'] or 0):02d}"


def serial_times(raw: pd.Series) -> pd.Series:
    """Read the serial days of a spreadsheet as naive times.

    >>> [str(t) for t in serial_times(pd.Series(["45415", "45415.5", "45415,5", "soon"]))]
    ['2024-05-03 00:00:00', '2024-05-03 12:00:00', '2024-05-03 12:00:00', 'NaT']
    """
    text = folded(as_text(raw)).str.replace(r"^(\d+),(\d+)$", r"\1.\2", regex=True)
    days = pd.to_numeric(text, errors="coerce").to_numpy("float64", na_value=np.nan)
    fits = np.isfinite(days) & (days >= 1) & (days < _LAST_SERIAL)
    span = np.round(np.where(fits, days, 0) * _MILLISECONDS_A_DAY).astype("timedelta64[ms]")
    return pd.Series(_FIRST_SERIAL + span, index=raw.index, dtype="datetime64[us]").where(fits)
