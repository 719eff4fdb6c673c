"""What a cutoff sees of a question: the records that had happened and were known before it.

Decided here: a record without `known_at` was known when it occurred; the rule is the one of
`features.timeline`. Leaving out what is not seen never moves a feature at that cutoff; it says what
"nothing further happens" means for later ones.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from features.catalog.reserved import OWNER
from features.records.attributes import ACCOUNT_PREFIX
from serve.wire.records import Asked, LeadHistory, Value


def seen_at(record: Any) -> datetime:
    """Give the moment from which a record is seen; a lead occurs when it is created."""
    occurred: datetime = getattr(record, "occurred_at", None) or record.created_at
    known: datetime | None = record.known_at
    return occurred if known is None else max(occurred, known)


def seen_only(asked: Asked, cutoff: datetime | None = None) -> Asked:
    """Give the question with only what `cutoff` (missing: its own) sees; the asked lead stays."""
    cutoff = cutoff or asked.cutoff
    first, *others = asked.histories
    known = [history for history in others if seen_at(history.lead) < cutoff]
    return Asked(
        histories=[_history(history, cutoff) for history in (first, *known)],
        account=asked.account,
        cutoff=asked.cutoff,
    )


def _history(history: LeadHistory, cutoff: datetime) -> LeadHistory:
    return LeadHistory(
        lead=history.lead,
        activities=_seen(history.activities, cutoff),
        outcomes=_seen(history.outcomes, cutoff),
        changes=_seen(history.changes, cutoff),
    )


def _seen(records: Sequence[Any], cutoff: datetime) -> list[Any]:
    return [record for record in records if seen_at(record) < cutoff]


def attributes_of(asked: Asked, at: datetime) -> dict[str, Value]:
    """Give the asked lead's attributes as known at a moment, the account's as `account.<name>`."""
    first, account = asked.histories[0], asked.account
    found = dict(first.lead.attributes)
    if account is not None and (account.known_at is None or account.known_at < at):
        found |= {ACCOUNT_PREFIX + name: value for name, value in account.attributes.items()}
    changes = [one for one in first.changes if one.attribute != OWNER and seen_at(one) < at]
    return found | {one.attribute: one.value for one in sorted(changes, key=seen_at)}


def owner_of(asked: Asked, at: datetime) -> str | None:
    """Tell who owns the asked lead, as was known at a moment."""
    first = asked.histories[0]
    changes = [one for one in first.changes if one.attribute == OWNER and seen_at(one) < at]
    if not changes:
        return first.lead.owner_id
    last = max(enumerate(changes), key=lambda pair: (seen_at(pair[1]), pair[0]))[1].value
    return None if last is None else str(last)
