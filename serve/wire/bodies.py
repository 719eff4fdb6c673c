"""Request bodies: decoded fast when valid, refused with every fault when not.

Decided here: a body is decoded once. Only a body that cannot be decoded, or that holds values
outside the limits of `serve.wire.value_limits`, is read again to list every fault with its place.
A field that the API does not know is refused, wherever it stands; only the names inside
`attributes`, `display` and `skills` are the sender's own. A record that stands there twice counts
once, as in an export: activities by their id.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from threading import Lock
from typing import Any, Final, TypeVar, cast

import msgspec

from features.encoders.from_json import CodedActivities
from features.errors import Fault
from features.reading.free_mail import is_free_mail
from features.reading.id_rule import plain_id
from features.reading.normalize import folded
from serve.errors import BadBody
from serve.wire.body_faults import faults_of
from serve.wire.records import (
    Account,
    Activity,
    Change,
    CodedScoreRequest,
    DecodedRequest,
    Lead,
    LeadHistory,
    Outcome,
    ScoreRequest,
    Value,
)
from serve.wire.value_limits import (
    DO,
    MOST_FAULTS,
    MOST_NAMES,
    all_plain,
    faults_in,
    plain,
    plain_moment,
)

_NUL: Final = b"\\u0000"
_LETTER: Final = b"\\u00"
"""Begins the escape of an ASCII letter, and of NUL."""
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
_Record = TypeVar("_Record")


class _LeadBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    curve: bool = False


class ScoreBody(_LeadBody, frozen=True, kw_only=True):
    """A lead with all its records, to be scored as of a moment (missing: now).

    `curve` requests the probabilities of other horizons too.
    """

    activities: list[Activity] = []


class _OutlineBody(_LeadBody, frozen=True, kw_only=True):
    activities: msgspec.Raw = msgspec.Raw(b"[]")


_OUTLINE: Final = msgspec.json.Decoder(_OutlineBody)


class BatchBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Leads to be scored, each on its own."""

    leads: list[msgspec.Raw]


_MAKING: Final = Lock()
"""Held while a decoder is made: using one that another thread is still making is a crash."""


def _decoder(kind: Any) -> Any:
    with _MAKING:
        return _cached_decoder(kind)


@cache
def _cached_decoder(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


def read(kind: type[_Kind], body: bytes | msgspec.Raw) -> _Kind:
    """Decode a body.

    Parameters
    ----------
    kind
        The struct that the body must be.
    body
        JSON, as sent.

    Raises
    ------
    BadBody
        If it cannot be decoded or a value is outside its limits; lists every fault.
    """
    try:
        decoded: _Kind = _decoder(cast(Any, kind)).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadBody(faults_of(kind, bytes(body))) from error
    if _NUL in bytes(body):
        refuse(faults_in(decoded, "$"))
    return decoded


def refuse(faults: Iterator[Fault]) -> None:
    """Refuse a body that has faults.

    Raises
    ------
    BadBody
        With the first `MOST_FAULTS` of them, if there are any.
    """
    some = list(islice(faults, MOST_FAULTS))
    if some:
        raise BadBody(some)


def request_from_bytes(
    body: bytes, now: datetime, coded: Callable[[bytes], CodedActivities | None]
) -> DecodedRequest:
    """Read a score request from the bytes of a body.

    Activities of the usual form are coded straight from their JSON text; otherwise the whole body
    is decoded by `read` and `request_from_body`, with the same result.

    Parameters
    ----------
    body
        JSON, as sent.
    now
        When it was received.
    coded
        Codes the JSON text of an array of activities; returns None where it cannot.

    Raises
    ------
    BadBody
        As `read` and `request_from_body`.
    """
    outline = _outline(body)
    text = b"" if outline is None else bytes(outline.activities)
    if outline is not None and text and _has_one_activities_field(body, text):
        lead, cutoff = _lead(outline), _cutoff_if_plain(outline, now)
        activities = None if cutoff is None else coded(text)
        if cutoff is not None and activities is not None:
            return CodedScoreRequest(
                lead=lead,
                activities=activities,
                outcomes=outline.outcomes,
                changes=_once(outline.changes, _change_key),
                cutoff=cutoff,
                account=_company(outline),
                curve=outline.curve,
            )
    return request_from_body(read(ScoreBody, body), now)


def _cutoff_if_plain(outline: _OutlineBody, now: datetime) -> datetime | None:
    """Return the cutoff; None if something beside the activities has a fault."""
    try:
        return _cutoff(outline, now, ())
    except BadBody:
        return None


def _outline(body: bytes) -> _OutlineBody | None:
    """Decode a body except its activities; None if it has a fault."""
    try:
        outline: _OutlineBody = _OUTLINE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return outline


def _has_one_activities_field(body: bytes, activities: bytes) -> bool:
    """Check that a body has one field `activities`, with this text.

    Of a repeated field, the outline decoder keeps the last and checks none; the full decoder
    refuses a fault in any.
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


def request_from_body(body: ScoreBody, now: datetime) -> ScoreRequest:
    """Build the score request of a decoded body.

    Parameters
    ----------
    body
        As decoded.
    now
        When it was received: the cutoff if the body has no `as_of`.

    Raises
    ------
    BadBody
        If a value is outside its limits, or a moment lies after the cutoff or `now`.
    """
    cutoff = _cutoff(body, now, body.activities)
    history = LeadHistory(
        lead=_lead(body),
        activities=_once(body.activities, _activity_key),
        outcomes=body.outcomes,
        changes=_once(body.changes, _change_key),
    )
    return ScoreRequest(
        histories=[history], account=_company(body), cutoff=cutoff, curve=body.curve
    )


def _once(records: list[_Record], key: Callable[[_Record], Hashable]) -> list[_Record]:
    """Return the first record of every key, as the checks of an export keep it."""
    if len(records) < 2:  # noqa: PLR2004 - one is there once
        return records
    first: dict[Hashable, _Record] = {}
    for one in records:
        first.setdefault(key(one), one)
    return records if len(first) == len(records) else list(first.values())


def _activity_key(activity: Activity) -> Hashable:
    """Return the id of an activity; without one all that it holds."""
    return folded(activity.activity_id) if activity.activity_id else activity


def _change_key(change: Change) -> Hashable:
    return change.attribute.strip(), change.occurred_at


def _cutoff(body: _LeadBody, now: datetime, activities: Sequence[Activity]) -> datetime:
    """Return the cutoff; refuse a body with values outside their limits."""
    cutoff = now if body.as_of is None else body.as_of
    if not (_is_plain(body) and all_plain(activities)):
        refuse(_faults(body, activities))
    if not body.created_at <= cutoff <= now:
        refuse(_late_moments(body, cutoff, now))
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


def _company(body: _LeadBody) -> Account | None:
    """Return the account of a body; None where it is a provider of mailboxes."""
    account = body.account
    return None if account is None or is_free_mail(account.account_id) else account


def _account_id(body: _LeadBody) -> str | None:
    own = body.account_id
    if own is None and body.account is not None:
        own = body.account.account_id
    return None if own is None or is_free_mail(own) else own


def _is_plain(body: _LeadBody) -> bool:
    """Check whether a body is so plain that it cannot have a fault; texts hold no NUL here."""
    return (
        not (body.outcomes or body.changes or body.account or body.as_of or body.known_at)
        and plain_moment(body.created_at)
        and len(body.attributes) <= MOST_NAMES
        and plain_id(body.lead_id)
        and (not body.owner_id or plain_id(body.owner_id))
        and (not body.account_id or plain_id(body.account_id))
    )


def _faults(body: _LeadBody, activities: Sequence[Activity]) -> Iterator[Fault]:
    for n, one in enumerate(activities):
        if not plain(one):
            yield from faults_in(one, f"$.activities[{n}]")
    for name in _OTHERS:
        value = getattr(body, name)
        if value:
            yield from faults_in(value, f"$.{name}", name)
    if not body.lead_id.strip():
        yield from faults_in(body.lead_id, "$.lead_id", "lead_id", required=True)


def _late_moments(body: _LeadBody, cutoff: datetime, now: datetime) -> Iterator[Fault]:
    if cutoff > now:
        yield Fault(f"$.as_of: {cutoff.isoformat()}", f"at most now, {now.isoformat()}", DO)
    if body.created_at > cutoff:
        yield Fault(f"$.created_at: {body.created_at.isoformat()}", "at most as_of", DO)
