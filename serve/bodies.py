"""Reading what comes in: fast when it is right, and with all its faults when it is not.

Decided here: a body is decoded once. Only one that cannot be decoded is read again, loosely, to
list every fault with its place, by the schema that the decoder itself declares. What no moment or
number of a history can hold is refused; unknown names never are.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeVar, cast

import jsonschema
import msgspec

from features.errors import BadInput, Fault
from serve.records import Account, Activity, Asked, Change, Lead, LeadHistory, Outcome, Value

_MOST: Final = 1e12
"""Sums of thousandths of so much still fit."""
_FIRST_YEAR: Final = 1970
_DO: Final = "correct the field"
_SHOWN: Final = 80
_MOST_FAULTS: Final = 100

_Kind = TypeVar("_Kind")


class BadBody(BadInput):
    """A body or parameter cannot be used."""


class ScoreBody(msgspec.Struct, frozen=True, kw_only=True):
    """A lead with all that is known of it, to be scored as of a moment (missing: now)."""

    lead_id: str
    created_at: datetime
    known_at: datetime | None = None
    account_id: str | None = None
    owner_id: str | None = None
    attributes: dict[str, Value] = {}
    activities: list[Activity] = []
    outcomes: list[Outcome] = []
    changes: list[Change] = []
    account: Account | None = None
    as_of: datetime | None = None


class BatchBody(msgspec.Struct, frozen=True, kw_only=True):
    """Leads to be scored, each on its own."""

    leads: list[msgspec.Raw]


@cache
def _decoder(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


@cache
def _validator(kind: Any) -> Any:
    return jsonschema.Draft202012Validator(msgspec.json.schema(kind))


def read(kind: type[_Kind], body: bytes | msgspec.Raw) -> _Kind:
    """Decode a body.

    Raises
    ------
    BadBody
        If it cannot be decoded; lists every fault.
    """
    try:
        found: _Kind = _decoder(cast(Any, kind)).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(_faults(kind, bytes(body), error)) from error
    return found


def asked_of(body: ScoreBody, now: datetime) -> Asked:
    """Make the question of a body.

    Raises
    ------
    BadBody
        If a moment or number cannot be meant.
    """
    cutoff = now if body.as_of is None else body.as_of
    faults = list(_moments(body, cutoff, now))
    faults += list(_numbers(body))
    if faults:
        raise BadBody(faults[:_MOST_FAULTS])
    lead = Lead(
        lead_id=body.lead_id,
        created_at=body.created_at,
        known_at=body.known_at,
        account_id=_account_id(body),
        owner_id=body.owner_id,
        attributes=body.attributes,
    )
    history = LeadHistory(
        lead=lead, activities=body.activities, outcomes=body.outcomes, changes=body.changes
    )
    return Asked(histories=[history], account=body.account, cutoff=cutoff)


def _account_id(body: ScoreBody) -> str | None:
    if body.account_id is None and body.account is not None:
        return body.account.account_id
    return body.account_id


def _moments(body: ScoreBody, cutoff: datetime, now: datetime) -> Iterator[Fault]:
    if not body.lead_id.strip():
        yield Fault("$.lead_id: nothing", "the id of the lead", _DO)
    for name in ("created_at", "known_at", "as_of"):
        yield from _zoned(f"$.{name}", getattr(body, name))
    if body.account is not None:
        yield from _zoned("$.account.known_at", body.account.known_at)
    for name in ("activities", "outcomes", "changes"):
        yield from _dated(name, getattr(body, name))
    if cutoff.tzinfo is None or body.created_at.tzinfo is None:
        return
    if cutoff > now:
        yield Fault(f"$.as_of: {cutoff.isoformat()}", f"at most now, {now.isoformat()}", _DO)
    if body.created_at > cutoff:
        yield Fault(f"$.created_at: {body.created_at.isoformat()}", "at most as_of", _DO)


def _dated(name: str, records: Sequence[Any]) -> Iterator[Fault]:
    for n, one in enumerate(records):
        occurred_at = one.occurred_at
        if occurred_at.tzinfo is None or occurred_at.year < _FIRST_YEAR:
            yield from _zoned(f"$.{name}[{n}].occurred_at", occurred_at)
        if one.known_at is not None:
            yield from _zoned(f"$.{name}[{n}].known_at", one.known_at)


def _zoned(path: str, at: datetime | None) -> Iterator[Fault]:
    if at is None:
        return
    if at.tzinfo is None:
        yield Fault(f"{path}: {at.isoformat()}", "a time with its zone, like ...Z", _DO)
    elif at.year < _FIRST_YEAR:
        yield Fault(f"{path}: {at.isoformat()}", f"{_FIRST_YEAR} or later", _DO)


def _numbers(body: ScoreBody) -> Iterator[Fault]:
    for n, done in enumerate(body.activities):
        if done.dwell_seconds is not None and abs(done.dwell_seconds) > _MOST:
            yield _large(f"$.activities[{n}].dwell_seconds", done.dwell_seconds)
        if done.amount is not None and abs(done.amount) > _MOST:
            yield _large(f"$.activities[{n}].amount", done.amount)
    for n, deal in enumerate(body.outcomes):
        if deal.amount is not None and abs(deal.amount) > _MOST:
            yield _large(f"$.outcomes[{n}].amount", deal.amount)


def _large(path: str, value: float) -> Fault:
    return Fault(f"{path}: {value:g}", f"a number between -{_MOST:g} and {_MOST:g}", _DO)


def _faults(kind: type[Any], body: bytes, error: Exception) -> list[Fault]:
    """List what is wrong with a body that cannot be decoded."""
    try:
        raw = json.loads(body, parse_constant=_constant)
        found = sorted(_validator(cast(Any, kind)).iter_errors(raw), key=lambda one: one.json_path)
        faults = [_fault(one) for one in found[:_MOST_FAULTS]]
    except (ValueError, RecursionError) as unreadable:
        return [Fault(f"$: {str(unreadable)[:_SHOWN] or 'too deep'}", "JSON", "send valid JSON")]
    return faults or [_told(error)]


def _constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _fault(error: Any) -> Fault:
    """Say one finding of the schema; of alternatives, those of the value itself."""
    expected = str(error.message).replace(repr(error.instance), "the value")
    if error.validator in ("anyOf", "oneOf"):
        kinds = [str(one.get("format", one.get("type", "object"))) for one in error.validator_value]
        expected = " or ".join(kinds)
    elif error.validator == "type":
        expected = str(error.validator_value)
    shown = json.dumps(error.instance, ensure_ascii=False)[:_SHOWN]
    return Fault(f"{error.json_path}: {shown}", expected, _DO)


def _told(error: Exception) -> Fault:
    """Say the decoder's own finding: what a schema does not tell, such as a time."""
    message, _, path = str(error).partition(" - at ")
    return Fault(f"{path.strip('`') or '$'}: {message[:_SHOWN]}", "what the API declares", _DO)
