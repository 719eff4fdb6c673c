"""The limits of values: the moments, numbers, texts and ids that a history can hold.

Decided here: a moment has a zone and lies from 1970 to 9998 in UTC, so that every database and
every zone can hold it; an amount is below a million millions, so that sums of thousandths fit; no
text holds NUL, which PostgreSQL cannot store; an id has at most 512 bytes, so that it fits an
index. A full check costs time, so the many records of a body are first checked by `all_plain`.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

from features.errors import Fault
from features.reading.normalize import folded

FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
END: Final = datetime(9999, 1, 1, tzinfo=UTC)
MOST_NUMBER: Final = 1e12
MOST_ID_BYTES: Final = 512
MOST_NAMES: Final = 1_000
MOST_FAULTS: Final = 100
DO: Final = "correct the field"

_FIRST_YEAR: Final = FIRST.year
_LAST_YEAR: Final = END.year - 1
_NUMBERS: Final = frozenset({"dwell_seconds", "amount"})
_IDS: Final = frozenset(
    {"lead_id", "account_id", "owner_id", "activity_id", "deal_id", "outcome", "receipt_id"}
)
_SHOWN: Final = 80
_SHORT: Final = 15
"""So few characters never exceed the bytes of an id: a folded character has at most 33."""


def plain(record: Any) -> bool:
    """Check whether the moments and numbers of an activity or outcome are within their limits."""
    return all_plain([record])


def all_plain(records: Sequence[Any]) -> bool:
    """Check the same of many records, column by column: half the cost of one at a time."""
    if not records:
        return True
    moments = [one.occurred_at for one in records]
    moments += [one.known_at for one in records if one.known_at is not None]
    numbers = [one.amount for one in records if one.amount is not None]
    if hasattr(records[0], "dwell_seconds"):
        numbers += [one.dwell_seconds for one in records if one.dwell_seconds is not None]
    try:
        in_time = min(moments) >= FIRST and max(moments) < END
    except TypeError:  # one without a zone cannot be compared
        return False
    return in_time and (
        not numbers or (min(numbers) >= -MOST_NUMBER and max(numbers) <= MOST_NUMBER)
    )


def plain_moment(at: datetime) -> bool:
    """Check whether a moment is within its limits; False may also mean: near one of them."""
    return at.tzinfo is not None and _FIRST_YEAR < at.year < _LAST_YEAR


def plain_id(text: str) -> bool:
    """Check whether an id is within its limits; False may also mean: perhaps too long.

    >>> plain_id("L-1"), plain_id(" "), plain_id("ﷺ" * 100)
    (True, False, False)
    """
    short = len(text) <= _SHORT or (len(text) <= MOST_ID_BYTES and text.isascii())
    return short and bool(text) and not text.isspace()


def faults_in(value: Any, path: str, name: str = "", *, required: bool = False) -> Iterator[Fault]:
    """Yield the faults of a decoded value, each with its place.

    Parameters
    ----------
    value
        A record, or a part of one.
    path
        Its place in the body, such as `$.activities[3]`.
    name
        The name of the field that holds it.
    required
        Whether the field is required.

    >>> [fault.expected for fault in faults_in("a" * 600, "$.lead_id", "lead_id", required=True)]
    ['at most 512 bytes of UTF-8']
    """
    match value:
        case msgspec.Struct():
            for field, needed in _fields(type(value)):
                part = getattr(value, field)
                yield from faults_in(part, f"{path}.{field}", field, required=needed)
        case list():
            for n, one in enumerate(value):
                yield from faults_in(one, f"{path}[{n}]", name)
        case dict():
            yield from _names(value, path)
        case str() | datetime() | int() | float():
            yield from _leaf(value, path, name, required=required)


def faults_in_id(text: str, name: str) -> Iterator[Fault]:
    """Yield the faults of an id in the path of an address.

    Parameters
    ----------
    text
        The id.
    name
        What it is the id of, such as `lead_id`.
    """
    if "�" in text:
        yield Fault(f"{name}: {text[:_SHOWN]}", "an id in UTF-8", "encode the address as UTF-8")
    yield from _text(text, name, "lead_id", required=True)


def _leaf(value: Any, path: str, name: str, *, required: bool) -> Iterator[Fault]:
    if isinstance(value, str):
        return _text(value, path, name, required=required)
    if isinstance(value, datetime):
        return _moment(value, path)
    return _number(value, path) if name in _NUMBERS else iter(())


@cache
def _fields(kind: Any) -> tuple[tuple[str, bool], ...]:
    return tuple((field.name, field.required) for field in msgspec.structs.fields(kind))


def _names(value: dict[Any, Any], path: str) -> Iterator[Fault]:
    if len(value) > MOST_NAMES:
        yield Fault(f"{path}: {len(value)} names", f"at most {MOST_NAMES}", "leave some out")
        return
    for key, one in value.items():
        yield from _text(str(key), f"{path}[name]", "", required=False)
        yield from faults_in(one, f"{path}.{key}")


def _text(text: str, path: str, name: str, *, required: bool) -> Iterator[Fault]:
    shown = ascii(text[:_SHOWN])
    if "\0" in text:
        yield Fault(f"{path}: {shown}", "text without NUL characters", "leave them out")
    if name not in _IDS:
        return
    if required and not text.strip():
        yield Fault(f"{path}: {shown}", "something other than nothing", DO)
    if not plain_id(text) and len(folded(text).encode()) > MOST_ID_BYTES:
        yield Fault(f"{path}: {shown}", f"at most {MOST_ID_BYTES} bytes of UTF-8", "shorten it")


def _number(number: float, path: str) -> Iterator[Fault]:
    if abs(number) > MOST_NUMBER:
        expected = f"a number between -{MOST_NUMBER:g} and {MOST_NUMBER:g}"
        yield Fault(f"{path}: {number:g}", expected, DO)


def _moment(at: datetime, path: str) -> Iterator[Fault]:
    if at.tzinfo is None:
        yield Fault(f"{path}: {at.isoformat()}", "a time with its zone, like ...Z", DO)
    elif not FIRST <= at < END:
        yield Fault(f"{path}: {at.isoformat()}", "1970 or later, and before 9999, in UTC", DO)
