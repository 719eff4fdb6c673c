"""Reading what comes in: fast when it is right, and with all its faults when it is not.

Decided here: a body is decoded once. Only one that cannot be decoded, or that holds what cannot be
meant, is looked at again to list every fault with its place. Unknown names are never refused.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from threading import Lock
from typing import Any, Final, TypeVar, cast

import msgspec

from features.encoders.from_json import Coded
from features.errors import Fault
from serve.errors import BadBody
from serve.wire.body_faults import faults_of
from serve.wire.records import (
    Account,
    Activity,
    Asked,
    Change,
    Lead,
    LeadHistory,
    Outcome,
    Value,
    Written,
)
from serve.wire.value_limits import (
    DO,
    MOST_FAULTS,
    MOST_NAMES,
    all_plain,
    plain,
    plain_id,
    plain_moment,
    unmeant,
)

_NUL: Final = b"\\u0000"
_LETTER: Final = b"\\u00"
"""A letter may be written so, and NUL."""
_ACTIVITIES: Final = b'activities"'
_OTHERS: Final = (
    "lead_id",
    "created_at",
    "known_at",
    "account_id",
    "owner_id",
    "attributes",
    "outcomes",
    "changes",
    "account",
    "as_of",
)

_Kind = TypeVar("_Kind")


class _LeadBody(msgspec.Struct, frozen=True, kw_only=True):
    lead_id: str
    created_at: datetime
    known_at: datetime | None = None
    account_id: str | None = None
    owner_id: str | None = None
    attributes: dict[str, Value] = {}
    outcomes: list[Outcome] = []
    changes: list[Change] = []
    account: Account | None = None
    as_of: datetime | None = None


class ScoreBody(_LeadBody, frozen=True, kw_only=True):
    """A lead with all that is known of it, to be scored as of a moment (missing: now)."""

    activities: list[Activity] = []


class _WrittenBody(_LeadBody, frozen=True, kw_only=True):
    activities: msgspec.Raw = msgspec.Raw(b"[]")


_OUTLINE: Final = msgspec.json.Decoder(_WrittenBody)


class BatchBody(msgspec.Struct, frozen=True, kw_only=True):
    """Leads to be scored, each on its own."""

    leads: list[msgspec.Raw]


_MAKING: Final = Lock()
"""Held while a decoder is made: a thread that decodes what another is making kills the process."""


def _decoder(kind: Any) -> Any:
    with _MAKING:
        return _made(kind)


@cache
def _made(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


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
        raise BadBody(faults_of(kind, bytes(body))) from error
    if _NUL in bytes(body):
        refuse(unmeant(found, "$"))
    return found


def refuse(faults: Iterator[Fault]) -> None:
    """Refuse a body for its faults, if there are any.

    Raises
    ------
    BadBody
        With the first of them.
    """
    some = list(islice(faults, MOST_FAULTS))
    if some:
        raise BadBody(some)


def asked_in(body: bytes, now: datetime, coded: Callable[[Any], Coded | None]) -> Asked | Written:
    """Make the question of the bytes of a body.

    Its activities are coded as they stand where they are of the plain kind; otherwise the whole
    body is read, as by `read` and `asked_of`, which say the same.

    Parameters
    ----------
    body, now
        As sent, and when.
    coded
        Codes an array of activities, or gives none.

    Raises
    ------
    BadBody
        As `read` and `asked_of`.
    """
    told = _outline(body)
    written = None if told is None else bytes(told.activities)
    activities = coded(written) if written and _told_once(body, written) else None
    if told is None or activities is None:
        return asked_of(read(ScoreBody, body), now)
    return Written(
        lead=_lead(told),
        activities=activities,
        outcomes=told.outcomes,
        changes=told.changes,
        cutoff=_cutoff(told, now, ()),
        account=told.account,
    )


def _outline(body: bytes) -> _WrittenBody | None:
    """Read a body but for its activities; none if it has a fault."""
    try:
        found: _WrittenBody = _OUTLINE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found


def _told_once(body: bytes, activities: bytes) -> bool:
    """Say whether this is the first place of activities, and there is no other.

    A decoder that passes over them keeps the last; one that reads them refuses a fault in any.
    """
    named = body.find(_ACTIVITIES)
    begin = body.find(activities[:1], named)
    end = begin + len(activities)
    return (
        named >= 0
        and body[named + len(_ACTIVITIES) : begin].strip() == b":"
        and body.startswith(activities, begin)
        and body.find(_LETTER, 0, named) < 0
        and body.find(_LETTER, end) < 0
        and body.find(_ACTIVITIES, end) < 0
    )


def asked_of(body: ScoreBody, now: datetime) -> Asked:
    """Make the question of a body.

    Raises
    ------
    BadBody
        If a moment or number cannot be meant.
    """
    cutoff = _cutoff(body, now, body.activities)
    history = LeadHistory(
        lead=_lead(body), activities=body.activities, outcomes=body.outcomes, changes=body.changes
    )
    return Asked(histories=[history], account=body.account, cutoff=cutoff)


def _cutoff(body: _LeadBody, now: datetime, activities: Sequence[Activity]) -> datetime:
    """Give the moment asked for; refuse a body that holds what cannot be meant."""
    cutoff = now if body.as_of is None else body.as_of
    if not (_is_plain(body) and all_plain(activities)):
        refuse(_unmeant(body, activities))
    if not body.created_at <= cutoff <= now:
        refuse(_later(body, cutoff, now))
    return cutoff


def _lead(body: _LeadBody) -> Lead:
    return Lead(
        lead_id=body.lead_id,
        created_at=body.created_at,
        known_at=body.known_at,
        account_id=_account_id(body),
        owner_id=body.owner_id,
        attributes=body.attributes,
    )


def _account_id(body: _LeadBody) -> str | None:
    if body.account_id is None and body.account is not None:
        return body.account.account_id
    return body.account_id


def _is_plain(body: _LeadBody) -> bool:
    """Say whether a body is of the usual kind and needs no closer look; texts hold no NUL here."""
    return (
        not (body.outcomes or body.changes or body.account or body.as_of or body.known_at)
        and plain_moment(body.created_at)
        and len(body.attributes) <= MOST_NAMES
        and plain_id(body.lead_id)
        and (not body.owner_id or plain_id(body.owner_id))
        and (not body.account_id or plain_id(body.account_id))
    )


def _unmeant(body: _LeadBody, activities: Sequence[Activity]) -> Iterator[Fault]:
    for n, one in enumerate(activities):
        if not plain(one):
            yield from unmeant(one, f"$.activities[{n}]")
    for name in _OTHERS:
        value = getattr(body, name)
        if value:
            yield from unmeant(value, f"$.{name}", name)
    if not body.lead_id.strip():
        yield from unmeant(body.lead_id, "$.lead_id", "lead_id", required=True)


def _later(body: _LeadBody, cutoff: datetime, now: datetime) -> Iterator[Fault]:
    if cutoff > now:
        yield Fault(f"$.as_of: {cutoff.isoformat()}", f"at most now, {now.isoformat()}", DO)
    if body.created_at > cutoff:
        yield Fault(f"$.created_at: {body.created_at.isoformat()}", "at most as_of", DO)
