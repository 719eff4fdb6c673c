"""What webhooks hinted at: records of a CRM to be read again, until a connection took them.

Decided here: a file of its own, so that a hint is stored in a millisecond whatever the database
does. A hint holds the id of a record and nothing of its content; one that comes again moves to the
end, so that it is never removed with an earlier one. Hints that nobody takes for a month are
dropped: the daily comparison of a connection has seen to them.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

_TABLE: Final = """
create table if not exists hints (
  number integer primary key autoincrement, connection text not null, place text not null,
  record_id text not null, at text not null, unique (connection, place, record_id));
"""
_ADD: Final = """
insert or replace into hints (connection, place, record_id, at) values (?, ?, ?, ?)
"""
_FILE: Final = "hooks.db"
_MOST: Final = 1_000
_AGE: Final = timedelta(days=31)
_OWNER_ALONE: Final = 0o600


class HookHint(msgspec.Struct, frozen=True):
    """A record to be read again; `place` is what the system calls its table."""

    number: int
    place: str
    record_id: str


class HookHints:
    """The hints of all connections.

    Parameters
    ----------
    folder
        Of the server's own files; the file in it is made at the first hint.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE

    def add(self, connection: str, records: Iterable[tuple[str, str]], at: datetime) -> None:
        """Store hints; when this returns, they are committed.

        Parameters
        ----------
        connection
            The name of the connection.
        records
            Place and id of each record.
        at
            The moment.
        """
        rows = [(connection, place, record_id, at.isoformat()) for place, record_id in records]
        with self._opened() as db:
            db.executemany(_ADD, rows)
            db.execute("delete from hints where at < ?", ((at - _AGE).isoformat(),))

    def waiting(self, connection: str) -> list[HookHint]:
        """Return up to 1,000 hints of a connection, the earliest first."""
        if not self._path.is_file():
            return []
        query = (
            "select number, place, record_id from hints where connection = ? "
            "order by number limit ?"
        )
        with self._opened() as db:
            return [HookHint(*row) for row in db.execute(query, (connection, _MOST))]

    def take(self, connection: str, until: int) -> int:
        """Remove hints of a connection; return how many.

        Parameters
        ----------
        connection
            The name of the connection.
        until
            The number of the last one that was followed.
        """
        with self._opened() as db:
            query = "delete from hints where connection = ? and number <= ?"
            return db.execute(query, (connection, until)).rowcount

    def forget(self, record_id: str) -> int:
        """Remove the hints about a person who was erased; return how many."""
        if not self._path.is_file():
            return 0
        with self._opened() as db:
            query = "delete from hints where record_id = ?"
            return db.execute(query, (record_id,)).rowcount

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(_OWNER_ALONE)
        with closing(sqlite3.connect(self._path, timeout=10.0)) as db:
            db.execute("pragma secure_delete = on")
            db.executescript(_TABLE)
            with db:
                yield db
