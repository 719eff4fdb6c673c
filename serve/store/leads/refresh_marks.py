"""Marks: which leads may score otherwise than they are ranked, and from when.

Decided here: whoever changes what is known of a lead marks it in the same transaction, so that a
mark is as durable as the change. Marks are written in the order of the ids, so writers never wait
for each other in a circle.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, func, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

from serve.store.id_list import bound, each
from serve.store.tables import LEADS, RANKING_MARKS

DUE: Final = 0
"""The `due_at` of a lead of which something has changed: it is due whatever the time."""
NEVER: Final = 2**62
"""The `due_at` of a lead that nothing but a change can bring into the ranking."""


def upsert(dialect: str, table: Any) -> Any:
    """Begin an insert that can say what to do where the key is there."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def mark(connection: Connection, lead_ids: Iterable[str]) -> None:
    """Mark leads as changed."""
    ids = sorted(set(lead_ids))
    if ids:
        connection.execute(_marking(connection.dialect.name), bound(connection, ids))


def mark_account(connection: Connection, account_id: str | None) -> None:
    """Mark the known leads of an account as changed."""
    if account_id:
        mates = select(LEADS.c.lead_id).where(LEADS.c.account_id == account_id, LEADS.c.known)
        mark(connection, connection.execute(mates).scalars())


def hold_account(connection: Connection, account_id: str | None) -> None:
    """Let one at a time tell of an account or bring a lead of it, until the transaction ends.

    So the account's telling finds the lead, or the lead's is read with the account.
    """
    if account_id and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(account_id))))


@cache
def _marking(dialect: str) -> Any:
    fresh = each(dialect, literal(DUE), literal(1)).where(true())
    marked = upsert(dialect, RANKING_MARKS).from_select(["lead_id", "due_at", "mark"], fresh)
    return marked.on_conflict_do_update(
        index_elements=["lead_id"], set_={"due_at": DUE, "mark": RANKING_MARKS.c.mark + 1}
    )
