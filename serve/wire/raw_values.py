"""Values as a CRM writes them: local times, dates and numbers in texts, ids in another form.

Decided here: a body is first read as it stands. Only one that is refused is looked at again: what
stands where a time or a number should is read as the mapping reads its column in an export, a date
without a time of day as the local day; what cannot be read stays, and is refused.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import pandas as pd

from features.reading.days import placed_days
from features.reading.reading import PLAIN, RecordReading
from features.reading.times import read_times
from features.reading.values import TimeReading, ValueReading
from serve.errors import BadBody

_LISTS: Final = {
    "activities": "activities",
    "outcomes": "outcomes",
    "changes": "attribute_changes",
}
_AS_OF: Final = "as_of"
_TIMES: Final = ("created_at", "occurred_at", "known_at", _AS_OF)
_LAST: Final = 999_999
_TICK: Final = pd.Timedelta(microseconds=1)
"""From the last moment of a day to the next day: a score as of a day sees all of it."""
_NUMBERS: Final = ("dwell_seconds", "amount")
_IDS: Final = ("lead_id", "account_id", "deal_id", "activity_id")
_Kind = TypeVar("_Kind")
_Record = TypeVar("_Record", bound=msgspec.Struct)
_Raw = dict[str, Any]
_NUMBER: Final = ValueReading("number")


class _Cell(NamedTuple):
    """A value that must be read: where it stands, and how it is written."""

    record: _Raw
    name: str
    stated: ValueReading


def with_reading(parse: Callable[[bytes], _Kind], body: bytes, reading: RecordReading) -> _Kind:
    """Parse a body; one that is refused is parsed again with its values read by the mapping.

    Parameters
    ----------
    parse
        Decodes and checks a body.
    body
        JSON, as sent.
    reading
        How values are written.

    Raises
    ------
    BadBody
        If it cannot be used, read either way.
    """
    try:
        return parse(body)
    except BadBody:
        again = as_read(body, reading)
        if again is None:
            raise
        return parse(again)


def as_read(body: bytes, reading: RecordReading) -> bytes | None:
    """Return a body with its times and numbers as JSON has them; None if nothing in it changes.

    Parameters
    ----------
    body
        JSON, as sent.
    reading
        How values are written.

    Examples
    --------
    >>> as_read(b'{"created_at":"2026-01-10"}', RecordReading(zone="Asia/Tokyo"))
    b'{"created_at":"2026-01-09T15:00:00+00:00"}'
    """
    if reading == PLAIN:
        return None
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(raw, dict):
        return None
    cells = list(_cells(raw, reading))
    _read_times([one for one in cells if one.name in _TIMES])
    _read_numbers([one for one in cells if one.name in _NUMBERS])
    return msgspec.json.encode(raw) if cells else None


def with_ids(records: Sequence[_Record], table: str, reading: RecordReading) -> Sequence[_Record]:
    """Return records with their ids in the form of the mapping.

    Parameters
    ----------
    records
        As decoded.
    table
        The canonical table that they belong to.
    reading
        How ids are written.
    """
    columns = {
        name: stated
        for name in _IDS
        if (stated := reading.column(table, name)) is not None and stated.id_form is not None
    }
    if not columns:
        return records
    return [_with_ids(one, columns) for one in records]


def id_in_form(text: str, column: tuple[str, str], reading: RecordReading) -> str:
    """Return an id of an address in the form of the mapping.

    Parameters
    ----------
    text
        The id.
    column
        The canonical table and column that it belongs to.
    reading
        How ids are written.
    """
    stated = reading.column(*column)
    if stated is None or stated.id_form is None:
        return text
    return stated.word(text) or text


def _with_ids(record: _Record, columns: dict[str, ValueReading]) -> _Record:
    ids = {name: getattr(record, name, None) for name in columns}
    changes = {name: columns[name].word(text) or text for name, text in ids.items() if text}
    return msgspec.structs.replace(record, **changes)


def _tables(raw: _Raw) -> Iterator[tuple[str, list[_Raw]]]:
    """Yield the records of a body, table by table."""
    yield "leads", [raw]
    for name, table in _LISTS.items():
        listed = raw.get(name)
        if isinstance(listed, list):
            yield table, [one for one in listed if isinstance(one, dict)]
    if isinstance(raw.get("account"), dict):
        yield "accounts", [raw["account"]]


def _cells(raw: _Raw, reading: RecordReading) -> Iterator[_Cell]:
    """Yield what is no time where one should be, and texts where numbers should be."""
    anywhere = ValueReading("time", time=TimeReading(zone=reading.zone))
    for table, records in _tables(raw):
        times = {name: reading.column(table, name) or anywhere for name in _TIMES}
        times[_AS_OF] = ValueReading("time", time=TimeReading(zone=reading.zone, day="end"))
        numbers = {name: reading.column(table, name) or _NUMBER for name in _NUMBERS}
        for record in records:
            for name in record.keys() & times.keys():
                if not _is_moment(record[name]):
                    yield _Cell(record, name, times[name])
            for name in record.keys() & numbers.keys():
                if isinstance(record[name], str):
                    yield _Cell(record, name, numbers[name])


def _read_times(cells: Sequence[_Cell]) -> None:
    """Read times; those of one form at once."""
    for time in dict.fromkeys(one.stated.time for one in cells):
        mine = [one for one in cells if one.stated.time == time]
        texts = [_text(one.record[one.name]) for one in mine]
        for one, text, moment in zip(mine, texts, _moments(texts, time), strict=True):
            if text is not None and text.strip() in one.stated.missing:
                one.record[one.name] = None
            elif not pd.isna(moment):
                ended = one.name == _AS_OF and moment.microsecond == _LAST
                one.record[one.name] = (moment + _TICK if ended else moment).isoformat()


def _moments(texts: list[str | None], time: TimeReading) -> pd.Series:
    raw = pd.Series(texts, dtype="str")
    moments = _placed(raw, time)
    if time.format != "iso" and moments.isna().any():
        moments = moments.fillna(_placed(raw, replace(time, format="iso")))
    return moments


def _placed(raw: pd.Series, time: TimeReading) -> pd.Series:
    return placed_days(raw, read_times(raw, time).moments, time, time.day)


def _read_numbers(cells: Sequence[_Cell]) -> None:
    for one in cells:
        text = one.record[one.name]
        if not one.stated.is_unreadable(text):
            value = one.stated.number(text)
            one.record[one.name] = value if value == value else None  # noqa: PLR0124 - NaN


def _is_moment(value: Any) -> bool:
    if value is None:
        return True
    try:
        return msgspec.convert(value, datetime).tzinfo is not None
    except msgspec.ValidationError:
        return False


def _text(value: Any) -> str | None:
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if plain else None
