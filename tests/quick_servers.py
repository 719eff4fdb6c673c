"""What makes servers in the process of a test start quickly; `mikomi serve` has none of it.

A test starts a server in its own process several hundred times: its tables are made by the
migrations once and copied from then on, a password costs a thousandth, and the whole heap is not
searched for garbage at each start. PostgreSQL and every step between two versions run the
migrations themselves; tests of the other two take `HASHER` and `SETTLE`, which are the real ones.
"""

import sqlite3
from typing import Any, Final

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from serve import app
from serve.store import schema_versions
from serve.store.people import passwords


class QuickMigrations:
    """The migrations of an empty SQLite database, run once and then copied."""

    def __init__(self) -> None:
        self.real = schema_versions.migrate
        self._template: sqlite3.Connection | None = None

    def __call__(self, engine: Engine, version: str, *, back: bool = False) -> None:
        """Run the migrations, as `serve.store.schema_versions.migrate`."""
        fresh = engine.dialect.name == "sqlite" and version == "head" and not back
        if not fresh or not _is_empty(engine):
            self.real(engine, version, back=back)
        elif self._template is None:
            self.real(engine, version)
            self._template = sqlite3.connect(":memory:", check_same_thread=False)
            self._copy(engine, to_template=True)
        else:
            self._copy(engine, to_template=False)

    def _copy(self, engine: Engine, *, to_template: bool) -> None:
        raw = engine.raw_connection()
        try:
            ends: list[Any] = [raw.driver_connection, self._template]
            source, target = ends if to_template else ends[::-1]
            source.backup(target)
        finally:
            raw.close()


def _is_empty(engine: Engine) -> bool:
    with engine.connect() as connection:
        return not connection.exec_driver_sql("select count(*) from sqlite_master").scalar()


HASHER: Final = passwords._HASHER
SETTLE: Final = app._settle
"""What a server of a process of its own does; tests of garbage collection take it back."""


def quicken(patch: pytest.MonkeyPatch) -> None:
    """Make the servers of this process start quickly, until the patch is undone.

    Parameters
    ----------
    patch
        What changes the product's modules and changes them back.
    """
    patch.setattr(schema_versions, "migrate", QuickMigrations())
    patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    patch.setattr(app, "_settle", lambda: None)
