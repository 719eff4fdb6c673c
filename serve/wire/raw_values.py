"""Values as a CRM writes them: local times, dates and numbers in texts, ids in another form.

Decided here: a body is first read as it stands. Only one that is refused is looked at again: what
stands where a time or a number should is read as the mapping reads its column in an export, a date
without a time of day as the local day; what cannot be read stays, and is refused.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
import pandas as pd

from features.reading.days import days_only, end_of_day
from features.reading.reading import PLAIN, Reading
from features.reading.times import read_times
from features.reading.values import TimeReading, ValueReading
from serve.errors import BadBody

_LISTS: Final = {
    "activities": "activities",
    "outcomes": "outcomes",
    "changes": "attribute_changes",
}
_TIMES: Final = ("created_at", "occurred_at", "known_at", "as_of")
_NUMBERS: Final = ("dwell_seconds", "amount")
_IDS: Final = ("lead_id", "account_id", "deal_id", "activity_id")
_Kind = TypeVar("_Kind")
_Record = TypeVar("_Record", bound=msgspec.Struct)
_Raw = dict[str, Any]


def with_reading(parse: Callable[[bytes], _Kind], body: bytes, reading: Reading) -> _Kind:
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


def as_read(body: bytes, reading: Reading) -> bytes | None:
    """Return a body with its times and numbers as JSON has them; None if nothing in it changes.

    Parameters
    ----------
    body
        JSON, as sent.
    reading
        How values are written.

    Examples
    --------
    >>> as_read(b'{"created_at":"2026-01-10"}', Reading(zone="Asia/Tokyo"))
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
    changed = [
        change(records, name, reading.column(table, name), reading.zone)
        for table, records in _tables(raw)
        for names, change in ((_TIMES, _read_times), (_NUMBERS, _read_numbers))
        for name in names
    ]
    return msgspec.json.encode(raw) if any(changed) else None


def with_ids(records: Sequence[_Record], table: str, reading: Reading) -> Sequence[_Record]:
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


def id_in_form(text: str, column: tuple[str, str], reading: Reading) -> str:
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


def _read_times(
    records: list[_Raw], name: str, stated: ValueReading | None, zone: str | None
) -> bool:
    stated = stated or ValueReading("time", time=TimeReading(zone=zone))
    rows = [one for one in records if name in one and not _is_moment(one[name])]
    texts = [_text(one[name]) for one in rows]
    moments = _moments(texts, stated.time)
    if stated.time.format != "iso":
        moments = moments.fillna(_moments(texts, replace(stated.time, format="iso")))
    for one, text, moment in zip(rows, texts, moments, strict=True):
        if text is not None and text.strip() in stated.missing:
            one[name] = None
        elif not pd.isna(moment):
            one[name] = moment.isoformat()
    return bool(rows)


def _moments(texts: list[str | None], time: TimeReading) -> pd.Series:
    raw = pd.Series(texts, dtype="str")
    moments = read_times(raw, time).moments
    if time.day == "start":
        return moments
    return end_of_day(moments, days_only(raw, moments, time), time.zone or "UTC")


def _read_numbers(
    records: list[_Raw],
    name: str,
    stated: ValueReading | None,
    zone: str | None,  # noqa: ARG001 - numbers have none
) -> bool:
    stated = stated or ValueReading("number")
    rows = [one for one in records if isinstance(one.get(name), str)]
    for one in rows:
        text = one[name]
        if not stated.is_unreadable(text):
            value = stated.number(text)
            one[name] = value if value == value else None  # noqa: PLR0124 - NaN
    return bool(rows)


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
