"""The state of a connection: one SQLite file that is whole after any kill.

Decided here: everything that must agree changes in one transaction: a page of records with its
cursor, what was written to a CRM with the ledger, a changed band with the event that reports it.
Erased persons are remembered by a keyed hash alone, so that the next pull does not bring them back,
and by their id until every server that was sent to has erased them.
So a file that is damaged is not made anew, and one of a later version is not touched.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from features.errors import BadInput
from pipelines.storage import machine

_TABLES: Final = """
create table if not exists records (
  place text, record_id text, version integer not null, content text not null,
  shown text not null, primary key (place, record_id)) without rowid;
create table if not exists cursors (place text primary key, cursor text not null);
create table if not exists facts (name text primary key, value text not null);
create table if not exists gone (lead_id text primary key, at text not null);
create table if not exists erased (hash text primary key);
create table if not exists servers (address text primary key) without rowid;
create table if not exists owed (
  lead_id text, address text, primary key (lead_id, address)) without rowid;
create table if not exists ledger (
  lead_id text primary key, fields text not null, as_of text not null, sent_at text not null);
create table if not exists delivered (
  path text, key text, hash text not null, lead_id text, primary key (path, key)) without rowid;
create table if not exists standings (
  lead_id text primary key, band text, woke_up_at text, owner_id text);
create table if not exists outbox (
  event_id text, receiver text, lead_id text, body text not null, created_at text not null,
  tries integer not null default 0, due_at text not null, state text not null, why text not null,
  primary key (event_id, receiver));
"""
_OWNER_ALONE: Final = 0o600
_VERSION: Final = 1
_WAIT_SECONDS: Final = 30.0


class State:
    """The state of a connection.

    Parameters
    ----------
    path
        The file; it is made, readable by its owner alone, if it is not there.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, _OWNER_ALONE))
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None, timeout=_WAIT_SECONDS)
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            raise (machine.of_sqlite(error, str(path)) or error) from error

    def _prepare(self) -> None:
        version = int(self._db.execute("pragma user_version").fetchone()[0])
        if version > _VERSION:
            self._db.close()
            raise BadInput.of(
                f"{self.path} of version {version}",
                f"version {_VERSION} or earlier",
                "install the version of mikomi that wrote it, or a later one",
            )
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.execute("pragma secure_delete = on")
        self._db.executescript(_TABLES)
        self._db.execute(f"pragma user_version = {_VERSION}")
        salt = hashlib.sha256(os.urandom(32)).hexdigest()
        self._db.execute("insert or ignore into facts values ('salt', ?)", (salt,))
        self._salt = self.fact("salt")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction: all of it, or nothing.

        Raises
        ------
        MachineFault
            If there is no room, or the file is locked or damaged.
        """
        try:
            self._db.execute("begin immediate")
            yield self._db
            self._db.execute("commit")
        except BaseException as error:
            if self._db.in_transaction:  # SQLite itself ends it when the disk is full
                self._db.execute("rollback")
            fault = machine.of_sqlite(error, str(self.path))
            if fault is None or not isinstance(error, sqlite3.Error):
                raise
            raise fault from error

    @property
    def db(self) -> sqlite3.Connection:
        """The database, for reading."""
        return self._db

    def fact(self, name: str) -> str | None:
        """Return a fact about the connection; none if it is not known."""
        row = self._db.execute("select value from facts where name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Store a fact about the connection.

        Parameters
        ----------
        name
            Of the fact.
        value
            In place of what was stored.
        """
        self._db.execute("insert or replace into facts values (?, ?)", (name, value))

    def changes(self) -> int:
        """Return a number that grows with every change of the mirror."""
        return int(self.fact("changes") or 0)

    def hash_of(self, lead_id: str) -> str:
        """Return the hash under which an erased person is remembered."""
        return hashlib.sha256(f"{self._salt}\n{lead_id}".encode()).hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._db.close()
