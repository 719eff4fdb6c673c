"""Activities in bulk: compared with the stored ones, then written in the fastest way.

Decided here: PostgreSQL uses a COPY, SQLite one prepared statement. If another writer stores one of
the ids at the same moment, the COPY fails; then everything is compared again.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from features.encoders.moments import moment_of
from features.reading.normalize import folded
from serve.store.id_list import bound, fetch, in_ids
from serve.store.tables import ACTIVITIES
from serve.wire.stored_bodies import StoredActivity

Row = tuple[Any, ...]
FACTS: Final = (
    "activity_id", "lead_id", "activity_type", "occurred_at",
    "topic", "direction", "actor", "text", "dwell_seconds", "amount",
)  # fmt: skip
"""The facts of an activity: a repeated id with a different fact is a conflict."""
COLUMNS: Final = (*FACTS, "known_at", "revision")
_LIST: Final = ", ".join(COLUMNS)
_INSERT: Final = f"insert into activities ({_LIST}) values ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - names of ours
_COPY: Final = f"copy activities ({_LIST}) from stdin"


def fact_row(one: StoredActivity) -> Row:
    """Return the facts of an activity, in the order of `FACTS`."""
    return (
        folded(one.activity_id),
        folded(one.lead_id),
        one.activity_type,
        moment_of(one.occurred_at),
        one.topic,
        one.direction,
        one.actor,
        one.text,
        one.dwell_seconds,
        one.amount,
    )


def stored_rows(connection: Connection, activity_ids: Sequence[str]) -> list[Row]:
    """Return the rows of those that are stored already, in the order of `FACTS`.

    Parameters
    ----------
    connection
        Open, for reading.
    activity_ids
        Normalised ids.
    """
    query = _stored_query(connection.dialect.name)
    return fetch(connection, query, bound(connection, activity_ids))


def write_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert rows, in the order of `COLUMNS`, none of which is stored yet.

    Parameters
    ----------
    connection
        In a transaction.
    rows
        The new rows.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.exec_driver_sql(_INSERT, list(rows))
        return
    cursor: Any = connection.connection.cursor()
    with cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def is_duplicate_key(error: Exception) -> bool:
    """Return whether a write failed because another writer has just stored one of the ids."""
    return getattr(error, "sqlstate", None) == "23505"


@cache
def _stored_query(dialect: str) -> Select[Any]:
    columns = [ACTIVITIES.c[name] for name in FACTS]
    return select(*columns).where(in_ids(dialect, ACTIVITIES.c.activity_id))
