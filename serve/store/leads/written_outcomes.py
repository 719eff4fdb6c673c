"""Outcomes, written once: the same outcome with another amount or reason is a conflict.

Decided here: lead, deal, outcome and moment identify an outcome; amount and reason are compared.
The first stays, as with activities; a reason may come later, since people write it down later.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from features.reading.normalize import folded
from serve.store.engine import moment, time_of
from serve.store.id_list import bound, in_ids
from serve.store.leads.refresh_marks import upsert
from serve.store.tables import OUTCOMES
from serve.wire.stored_bodies import StoredOutcome

LONGEST_REASON: Final = 200
_KEY: Final = ("lead_id", "deal_id", "outcome", "occurred_at")
OutcomeKey = tuple[str, str, str, int]
"""Lead, deal, outcome and moment."""


class Written(NamedTuple):
    """The lead of each added outcome, and of each that has its reason now; conflicts in words."""

    lead_ids: list[str]
    explained: list[str]
    conflicting: list[str]


def key_of(one: StoredOutcome) -> OutcomeKey:
    """Return what identifies an outcome."""
    deal_id = folded(one.deal_id or "")
    return folded(one.lead_id), deal_id, one.outcome, moment(one.occurred_at)


def write(
    connection: Connection, sent: Sequence[StoredOutcome], rows: Mapping[OutcomeKey, dict[str, Any]]
) -> Written:
    """Insert the rows that are not stored yet, and compare all that was sent with what is stored.

    Parameters
    ----------
    connection
        In a transaction that holds the locks of the leads.
    sent
        The outcomes of a request.
    rows
        A row for each, by key; of a repeated key, the first.
    """
    if not rows:
        return Written([], [], [])
    adding = upsert(connection.dialect.name, OUTCOMES).on_conflict_do_nothing()
    added = connection.execute(adding.returning(OUTCOMES.c.lead_id), list(rows.values())).scalars()
    lead_ids = list(added)
    if len(lead_ids) == len(rows):
        stored = {key: (row["amount"], row["reason"]) for key, row in rows.items()}
    else:
        stored = _stored(connection, sorted({key[0] for key in rows}))
    later = {key: row for key, row in rows.items() if row["reason"] and not stored[key][1]}
    _explain(connection, list(later.values()))
    conflicting = [
        key
        for one in sent
        if stored[key := key_of(one)][0] != one.amount or _other_reason(one, stored[key][1])
    ]
    return Written(lead_ids, [key[0] for key in later], [_words(key) for key in conflicting])


def reason_of(one: StoredOutcome) -> str | None:
    """Return the reason of an outcome as it is stored: a line of at most 200 signs, or none."""
    return " ".join((one.reason or "").split())[:LONGEST_REASON] or None


def _other_reason(one: StoredOutcome, stored: str | None) -> bool:
    reason = reason_of(one)
    return bool(stored and reason) and reason != stored


def _explain(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the reasons of outcomes that are stored without one."""
    if not rows:
        return
    own = [OUTCOMES.c[name] == bindparam(f"its_{name}") for name in _KEY]
    setting = update(OUTCOMES).where(*own).values(reason=bindparam("its_reason"))
    values = [{f"its_{name}": row[name] for name in (*_KEY, "reason")} for row in rows]
    connection.execute(setting, values)


def _stored(
    connection: Connection, lead_ids: Sequence[str]
) -> dict[OutcomeKey, tuple[float | None, str | None]]:
    columns = [OUTCOMES.c[name] for name in (*_KEY, "amount", "reason")]
    query = select(*columns).where(in_ids(connection.dialect.name, OUTCOMES.c.lead_id))
    rows = connection.execute(query, bound(connection, lead_ids))
    return {(row[0], row[1], row[2], row[3]): (row.amount, row.reason) for row in rows}


def _words(key: OutcomeKey) -> str:
    """Return an outcome in words.

    >>> _words(("L-1", "", "won", 0))
    'L-1 won 1970-01-01T00:00:00+00:00'
    """
    lead_id, deal_id, outcome, occurred_at = key
    parts = (lead_id, deal_id, outcome, time_of(occurred_at).isoformat())
    return " ".join(part for part in parts if part)
