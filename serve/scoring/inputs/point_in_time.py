"""A request at a point in time: the records that had occurred and were known before a cutoff.

Decided here: a record without `known_at` was known when it occurred; the rule is the one of
`features.timeline`. Dropping invisible records never changes a feature at that cutoff; it defines
what "nothing further happens" means for later cutoffs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from features.catalog.naming import ACCOUNT_PREFIX
from features.catalog.reserved import OWNER
from serve.wire.records import Activity, Change, Lead, LeadHistory, Outcome, ScoreRequest, Value

_Record = TypeVar("_Record", Activity, Outcome, Change)


def visible_from(record: Lead | Activity | Outcome | Change) -> datetime:
    """Return the moment from which a record is visible; a lead occurs when it is created."""
    occurred = record.created_at if isinstance(record, Lead) else record.occurred_at
    return occurred if record.known_at is None else max(occurred, record.known_at)


def visible_only(request: ScoreRequest, cutoff: datetime | None = None) -> ScoreRequest:
    """Return a request with only the records visible at a cutoff; the requested lead stays.

    Parameters
    ----------
    request
        The request.
    cutoff
        The moment; missing means the request's own cutoff.
    """
    cutoff = cutoff or request.cutoff
    first, *others = request.histories
    known = [history for history in others if visible_from(history.lead) < cutoff]
    return ScoreRequest(
        histories=[_history(history, cutoff) for history in (first, *known)],
        account=request.account,
        cutoff=request.cutoff,
    )


def _history(history: LeadHistory, cutoff: datetime) -> LeadHistory:
    return LeadHistory(
        lead=history.lead,
        activities=_visible(history.activities, cutoff),
        outcomes=_visible(history.outcomes, cutoff),
        changes=_visible(history.changes, cutoff),
    )


def _visible(records: Sequence[_Record], cutoff: datetime) -> list[_Record]:
    return [record for record in records if visible_from(record) < cutoff]


def attributes_of(request: ScoreRequest, at: datetime) -> dict[str, Value]:
    """Return the requested lead's attributes as known at a moment.

    Parameters
    ----------
    request
        The request.
    at
        The moment.

    Returns
    -------
    Value by name; attributes of the account are named `account.<name>`.
    """
    first, account = request.histories[0], request.account
    attributes = dict(first.lead.attributes)
    if account is not None and (account.known_at is None or account.known_at < at):
        attributes |= {ACCOUNT_PREFIX + name: value for name, value in account.attributes.items()}
    changes = [one for one in first.changes if one.attribute != OWNER and visible_from(one) < at]
    return attributes | {one.attribute: one.value for one in sorted(changes, key=visible_from)}


def owner_of(request: ScoreRequest, at: datetime) -> str | None:
    """Return the owner of the requested lead as known at a moment; None if it has none.

    Parameters
    ----------
    request
        The request.
    at
        The moment.
    """
    first = request.histories[0]
    changes = [one for one in first.changes if one.attribute == OWNER and visible_from(one) < at]
    if not changes:
        return first.lead.owner_id
    last = max(enumerate(changes), key=lambda pair: (visible_from(pair[1]), pair[0]))[1].value
    return None if last is None else str(last)
