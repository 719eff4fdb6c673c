"""Reading what comes in: fast when it is right, and with all its faults when it is not.

Decided here: a body is decoded once. Only one that cannot be decoded, or that holds what cannot be
meant, is looked at again to list every fault with its place. Unknown names are never refused.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar, cast

import msgspec

from features.errors import BadInput, Fault
from serve.body_faults import faults_of
from serve.meant import (
    DO,
    MOST_FAULTS,
    MOST_NAMES,
    all_plain,
    plain,
    plain_id,
    plain_moment,
    unmeant,
)
from serve.records import Account, Activity, Asked, Change, Lead, LeadHistory, Outcome, Value

_NUL: Final = b"\\u0000"
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


def asked_of(body: ScoreBody, now: datetime) -> Asked:
    """Make the question of a body.

    Raises
    ------
    BadBody
        If a moment or number cannot be meant.
    """
    cutoff = now if body.as_of is None else body.as_of
    if not _is_plain(body):
        refuse(_unmeant(body))
    refuse(_later(body, cutoff, now))
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


def _is_plain(body: ScoreBody) -> bool:
    """Say whether a body is of the usual kind and needs no closer look; texts hold no NUL here."""
    ids = body.lead_id, body.owner_id or body.lead_id, body.account_id or body.lead_id
    return (
        not (body.outcomes or body.changes or body.account or body.as_of or body.known_at)
        and plain_moment(body.created_at)
        and len(body.attributes) <= MOST_NAMES
        and all(map(plain_id, ids))
        and all_plain(body.activities)
    )


def _unmeant(body: ScoreBody) -> Iterator[Fault]:
    for n, one in enumerate(body.activities):
        if not plain(one):
            yield from unmeant(one, f"$.activities[{n}]")
    for name in _OTHERS:
        value = getattr(body, name)
        if value:
            yield from unmeant(value, f"$.{name}", name)
    if not body.lead_id.strip():
        yield from unmeant(body.lead_id, "$.lead_id", "lead_id", required=True)


def _later(body: ScoreBody, cutoff: datetime, now: datetime) -> Iterator[Fault]:
    if cutoff > now:
        yield Fault(f"$.as_of: {cutoff.isoformat()}", f"at most now, {now.isoformat()}", DO)
    if body.created_at > cutoff:
        yield Fault(f"$.created_at: {body.created_at.isoformat()}", "at most as_of", DO)
