"""Erasing a person: all their records are deleted; counts and one line of audit stay.

Decided here: persons are selected by their id, never by a moment, because clocks differ. The audit
line holds no id and no hash of one, because a hash of an id can be guessed. The rows of the
receipts stay, without the lead, its input and the answer; the receipts of others of the account
lose the list of leads they were computed with, so they can still be read and no longer be replayed.
A concurrent write either comes first and is erased, or waits and counts as new; an answer under way
is emptied before it is logged, see `serve.store.erasures`, also if nothing of the lead is stored.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update

from features.reading.normalize import folded
from serve.errors import NoLead
from serve.store.account_tables import ACCOUNT_RANKING
from serve.store.engine import forget, moment
from serve.store.erasures import Erasures
from serve.store.leads.refresh_marks import mark_account
from serve.store.tables import (
    ACTIVITIES,
    AUDIT,
    CHANGES,
    FEEDBACK,
    LEADS,
    METADATA,
    OUTCOMES,
    RANKING_MARKS,
    RECEIPTS,
    SHADOW_SCORES,
)

_LOG: Final = "erased a person"
_LEAD: Final = "lead_id"
_RECORDS: Final = (ACTIVITIES, OUTCOMES, CHANGES, LEADS)
_BY_THEMSELVES: Final = frozenset({*_RECORDS, RECEIPTS, AUDIT})
"""What is counted, and what keeps its rows without the lead."""


class Eraser:
    """Erases persons from a database.

    Parameters
    ----------
    engine
        Of the database.
    erasures
        Its erasures, as this process knows them; missing means its own.
    """

    def __init__(self, engine: Engine, erasures: Erasures | None = None) -> None:
        self._engine = engine
        self._erasures = erasures or Erasures(engine)
        self._truncated = True

    def erase(self, lead_id: str, at: datetime, who: str | None = None) -> dict[str, int]:
        """Erase a lead.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        at
            The moment of the erasure, for the audit; it selects nothing.
        who
            Who erases: `user:` and an id, or the id of a key.

        Returns
        -------
        How many rows of each kind were erased.

        Raises
        ------
        NoLead
            If nothing is stored about it.
        """
        lead_id = folded(lead_id)
        with self._engine.begin() as connection:
            counts, number = _erase(connection, self._erasures, lead_id, at)
            if any(counts.values()):
                line = {"at": moment(at), "what": _LOG, "counts": counts, "who": who}
                connection.execute(insert(AUDIT), [line])
        self._erasures.learn(number)
        self._truncated = forget(self._engine)
        if not any(counts.values()):
            raise NoLead.of("nothing of this lead", "a lead that was sent", "check the id")
        return counts

    def look_again(self) -> bool:
        """Finish erasures, and return whether another process erased somebody.

        The files of SQLite are truncated if a reader prevented that before.
        """
        if not self._truncated:
            self._truncated = forget(self._engine)
        erased_elsewhere = self._erasures.read()
        self._erasures.forget()
        return erased_elsewhere


def _erase(
    connection: Connection, erasures: Erasures, lead_id: str, at: datetime
) -> tuple[dict[str, int], int]:
    """Delete the records; the log is locked last, as every answer waits for it."""
    account_id = _locked(connection, lead_id)
    counts = {}
    for table in _RECORDS:
        gone = connection.execute(delete(table).where(table.c.lead_id == lead_id))
        counts[table.name] = gone.rowcount
    _unrank(connection, lead_id)
    mark_account(connection, account_id)
    connection.execute(delete(ACCOUNT_RANKING).where(ACCOUNT_RANKING.c.account_id == account_id))
    connection.execute(update(AUDIT).where(AUDIT.c.lead_id == lead_id).values(lead_id=None))
    number = erasures.add(connection, lead_id)
    _remove_from_mates(connection, lead_id, account_id)
    counts["receipts"] = _empty_receipts(connection, lead_id, at)
    return counts, number


def _lead(lead_id: str) -> Any:
    return select(LEADS.c.account_id).where(LEADS.c.lead_id == lead_id)


def _locked(connection: Connection, lead_id: str) -> str | None:
    """Lock the lead until the transaction ends, and return its account."""
    account_id: str | None = connection.execute(_lead(lead_id).with_for_update()).scalar()
    return account_id


def _unrank(connection: Connection, lead_id: str) -> None:
    """Delete the rows of all other tables that name a lead, whichever there are.

    The mark comes first: a writer of a row of the ranking holds the lock of its mark.
    """
    for table in (RANKING_MARKS, *METADATA.sorted_tables):
        if _LEAD in table.c and table not in _BY_THEMSELVES:
            connection.execute(delete(table).where(table.c.lead_id == lead_id))


def _empty_receipts(connection: Connection, lead_id: str, at: datetime) -> int:
    """Empty every receipt of a lead, notes included; the rows stay."""
    of_lead = RECEIPTS.c.lead_id == lead_id
    receipts = select(RECEIPTS.c.receipt_id).where(of_lead)
    connection.execute(
        update(FEEDBACK).where(FEEDBACK.c.receipt_id.in_(receipts)).values(note=None)
    )
    connection.execute(delete(SHADOW_SCORES).where(SHADOW_SCORES.c.receipt_id.in_(receipts)))
    nothing: dict[str, Any] = {"lead_id": "", "input": None, "answer": b"", "revisions": None}
    emptied = update(RECEIPTS).where(of_lead).values(nothing | {"erased_at": moment(at)})
    return connection.execute(emptied).rowcount


def _remove_from_mates(connection: Connection, lead_id: str, account_id: str | None) -> None:
    """Remove the lead from the receipts of others of its account."""
    if not account_id:
        return
    others = select(LEADS.c.lead_id).where(
        LEADS.c.account_id == account_id, LEADS.c.lead_id != lead_id
    )
    named = RECEIPTS.c.revisions.contains(msgspec.json.encode(lead_id).decode(), autoescape=True)
    connection.execute(
        update(RECEIPTS).where(RECEIPTS.c.lead_id.in_(others), named).values(revisions=None)
    )
