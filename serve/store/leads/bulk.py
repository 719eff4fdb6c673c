"""Activities in bulk: compared with what is kept, then written by the quickest way there is.

Decided here: PostgreSQL is given a COPY, SQLite one prepared statement. An id that another writer
keeps in the same moment makes a COPY fail; then everything is compared again.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from features.records.moments import moment_of
from features.records.normalize import folded
from serve.store.id_list import among, bound, fetched
from serve.store.tables import ACTIVITIES
from serve.wire.stored_bodies import StoredActivity

Row = tuple[Any, ...]
SAID: Final = (
    "activity_id", "lead_id", "activity_type", "occurred_at",
    "topic", "direction", "actor", "text", "dwell_seconds", "amount",
)  # fmt: skip
"""What was said of an activity: the same id with another of these is a conflict."""
COLUMNS: Final = (*SAID, "known_at", "revision")
_LIST: Final = ", ".join(COLUMNS)
_INSERT: Final = f"insert into activities ({_LIST}) values ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - names of ours
_COPY: Final = f"copy activities ({_LIST}) from stdin"


def said_row(one: StoredActivity) -> Row:
    """Give what is said of an activity, in the order of `SAID`."""
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


def kept_rows(connection: Connection, activity_ids: Sequence[str]) -> list[Row]:
    """Give the rows of those that are kept already, in the order of `SAID`."""
    query = _kept(connection.dialect.name)
    return fetched(connection, query, bound(connection, activity_ids))


def write_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Add rows, in the order of `COLUMNS`, none of which is kept."""
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.exec_driver_sql(_INSERT, list(rows))
        return
    cursor: Any = connection.connection.cursor()
    with cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row(row)


def was_kept_meanwhile(error: Exception) -> bool:
    """Tell whether a write failed because another has just kept one of the ids."""
    return getattr(error, "sqlstate", None) == "23505"


@cache
def _kept(dialect: str) -> Select[Any]:
    columns = [ACTIVITIES.c[name] for name in SAID]
    return select(*columns).where(among(dialect, ACTIVITIES.c.activity_id))
