"""The audit: who signed in, exported, erased or assigned what, and when.

Decided here: a line is added after what it tells of was done; an erasure writes its line in its own
transaction. A line about a lead names it until the lead is erased. Names that were entered in vain
are not logged: people type passwords there.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from serve.store.engine import moment, reading, time_of
from serve.store.tables import AUDIT


class AuditLine(NamedTuple):
    """What was done, by whom, to which lead, with counts."""

    at: datetime
    what: str
    who: str | None
    lead_id: str | None
    counts: Mapping[str, int]


class Audit:
    """The audit in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, line: AuditLine) -> None:
        """Add a line."""
        with self._engine.begin() as connection:
            add_line(connection, line)

    def lines(self, since: datetime | None = None) -> list[AuditLine]:
        """Return the lines, the oldest first; `since` leaves out those before it."""
        query = select(AUDIT).order_by(AUDIT.c.audit_id)
        if since is not None:
            query = query.where(AUDIT.c.at >= moment(since))
        with reading(self._engine).connect() as connection:
            return [
                AuditLine(time_of(row.at), row.what, row.who, row.lead_id, row.counts)
                for row in connection.execute(query)
            ]


def add_line(connection: Connection, line: AuditLine) -> None:
    """Add a line in the transaction of what it is about.

    Parameters
    ----------
    connection
        In a transaction.
    line
        The line.
    """
    row = line._asdict() | {"at": moment(line.at), "counts": dict(line.counts)}
    connection.execute(insert(AUDIT), [row])
