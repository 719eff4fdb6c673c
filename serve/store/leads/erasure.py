"""Erasing a person: all their records are deleted; counts and one line of audit stay.

Decided here: the audit line holds no id and no hash of one, because a hash of an id can be guessed.
The rows of the receipts stay, without the lead, its input and the answer; the receipts of others of
the account lose the list of leads they were computed with, so they can still be read and no longer
be replayed. A concurrent write either comes first and is erased, or waits and counts as new. An
answer under way may be logged after the erasure: it is searched for during another minute.
"""

from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from features.reading.normalize import folded
from serve.errors import NoLead
from serve.store.engine import forget, moment
from serve.store.leads.refresh_marks import mark_account
from serve.store.tables import (
    ACTIVITIES,
    AUDIT,
    CHANGES,
    FEEDBACK,
    LEAD_DISPLAY,
    LEAD_STEPS,
    LEAD_WORK,
    LEADS,
    OUTCOMES,
    RANKING,
    RANKING_MARKS,
    RECEIPTS,
    SHADOW_SCORES,
    STANDINGS,
    WORKED_LISTS,
)

SEARCH_TIME: Final = timedelta(minutes=1)
"""How long late answers are searched for: longer than any answer takes."""


class Eraser:
    """Erases persons from a database, and the answers that were logged after an erasure."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._erased: dict[str, datetime] = {}
        self._truncated = True

    def erase(self, lead_id: str, at: datetime) -> dict[str, int]:
        """Erase a lead.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        at
            The moment of the erasure; receipts up to it are emptied.

        Returns
        -------
        How many rows of each kind were erased.

        Raises
        ------
        NoLead
            If nothing is stored about it.
        """
        lead_id = folded(lead_id)
        counts = _erase(self._engine, lead_id, at)
        with self._lock:
            self._erased[lead_id] = at
        self._truncated = forget(self._engine)
        return counts

    def look_again(self, now: datetime) -> int:
        """Empty the receipts of erased persons that were logged late, and return their number.

        The files of SQLite are truncated as well, if a reader prevented that before.
        """
        with self._lock:
            recent = dict(self._erased)
        emptied = 0
        for lead_id, at in recent.items():
            with self._engine.begin() as connection:
                emptied += _empty_receipts(connection, lead_id, at)
                if not connection.execute(_lead(lead_id)).first():
                    _unrank(connection, lead_id)
            if not at <= now < at + SEARCH_TIME:
                with self._lock:
                    self._erased.pop(lead_id, None)
        if emptied or not self._truncated:
            self._truncated = forget(self._engine)
        return emptied


def _erase(engine: Engine, lead_id: str, at: datetime) -> dict[str, int]:
    with engine.begin() as connection:
        account_id = _locked(connection, lead_id)
        receipts = _empty_receipts(connection, lead_id, at)
        _remove_from_mates(connection, lead_id, account_id)
        counts = {}
        for table in (ACTIVITIES, OUTCOMES, CHANGES, LEADS):
            gone = connection.execute(delete(table).where(table.c.lead_id == lead_id))
            counts[table.name] = gone.rowcount
        for table in (LEAD_DISPLAY, LEAD_WORK, LEAD_STEPS):
            connection.execute(delete(table).where(table.c.lead_id == lead_id))
        _unrank(connection, lead_id)
        mark_account(connection, account_id)
        counts["receipts"] = receipts
        if not any(counts.values()):
            raise NoLead.of("nothing of this lead", "a lead that was sent", "check the id")
        line = {"at": moment(at), "what": "erased a person", "counts": counts}
        connection.execute(insert(AUDIT), [line])
    return counts


def _lead(lead_id: str) -> Any:
    return select(LEADS.c.account_id).where(LEADS.c.lead_id == lead_id)


def _locked(connection: Connection, lead_id: str) -> str | None:
    """Lock the lead until the transaction ends, and return its account."""
    account_id: str | None = connection.execute(_lead(lead_id).with_for_update()).scalar()
    return account_id


def _unrank(connection: Connection, lead_id: str) -> None:
    for table in (
        RANKING_MARKS,
        RANKING,
        STANDINGS,
        WORKED_LISTS,
    ):  # a writer of a row holds the lock of its mark
        connection.execute(delete(table).where(table.c.lead_id == lead_id))


def _empty_receipts(connection: Connection, lead_id: str, at: datetime) -> int:
    """Empty the receipts logged up to a moment, notes included; the rows stay."""
    of_lead = (RECEIPTS.c.lead_id == lead_id) & (RECEIPTS.c.at <= moment(at))
    values: dict[str, Any] = {"input": None, "answer": b"", "revisions": None}
    connection.execute(update(RECEIPTS).where(of_lead).values(values | {"erased_at": moment(at)}))
    receipts = select(RECEIPTS.c.receipt_id).where(of_lead)
    connection.execute(
        update(FEEDBACK).where(FEEDBACK.c.receipt_id.in_(receipts)).values(note=None)
    )
    connection.execute(delete(SHADOW_SCORES).where(SHADOW_SCORES.c.receipt_id.in_(receipts)))
    count = connection.execute(
        select(func.count()).select_from(RECEIPTS).where(of_lead)
    ).scalar_one()
    connection.execute(update(RECEIPTS).where(of_lead).values(lead_id=""))
    return count


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
