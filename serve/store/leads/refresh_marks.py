"""Marks: which leads may score differently than they are ranked, and from when.

Decided here: a lead is marked in the transaction that changes it, so a mark is as durable as the
change. Marks are written in the order of the ids, so writers cannot deadlock. A first mark is
random, so a refresher that read a lead before it was erased writes nothing about one that came
after.
"""

import secrets
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, func, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

from serve.store.id_list import bound, each
from serve.store.tables import LEADS, RANKING_MARKS

DUE: Final = 0
"""The `due_at` of a lead that has changed: it is due at any time."""
_FIRST_BITS: Final = 48
NEVER: Final = 2**62
"""The `due_at` of a lead whose score only a change can move."""


def upsert(dialect: str, table: Any) -> Any:
    """Return an insert that supports `on_conflict_do_update` and `on_conflict_do_nothing`.

    Parameters
    ----------
    dialect
        Name of the database's dialect.
    table
        The table to insert into.
    """
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def mark(connection: Connection, lead_ids: Iterable[str]) -> None:
    """Mark leads as changed.

    Parameters
    ----------
    connection
        In a transaction.
    lead_ids
        Normalised ids, in any order.
    """
    ids = sorted(set(lead_ids))
    if ids:
        first = {"first": secrets.randbits(_FIRST_BITS)}
        connection.execute(_marking(connection.dialect.name), bound(connection, ids) | first)


def mark_account(connection: Connection, account_id: str | None) -> None:
    """Mark the known leads of an account as changed.

    Parameters
    ----------
    connection
        In a transaction.
    account_id
        A normalised id; none marks nothing.
    """
    if account_id:
        mates = select(LEADS.c.lead_id).where(LEADS.c.account_id == account_id, LEADS.c.known)
        mark(connection, connection.execute(mates).scalars())


def hold_account(connection: Connection, account_id: str | None) -> None:
    """Lock an account until the transaction ends: one writer at a time stores it or a lead of it.

    So either the account's writer marks the lead, or the lead is read with the account.

    Parameters
    ----------
    connection
        In a transaction.
    account_id
        A normalised id; none locks nothing.
    """
    if account_id and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(account_id))))


@cache
def _marking(dialect: str) -> Any:
    first = bindparam("first", type_=BigInteger)
    fresh = each(dialect, literal(DUE), first).where(true())
    marked = upsert(dialect, RANKING_MARKS).from_select(["lead_id", "due_at", "mark"], fresh)
    return marked.on_conflict_do_update(
        index_elements=["lead_id"], set_={"due_at": DUE, "mark": RANKING_MARKS.c.mark + 1}
    )
