"""Checkpoints of SQLite's write-ahead log, outside the requests.

Decided here: a commit never runs a checkpoint, as SQLite does by default, because a checkpoint
waits for the disk and every request waits for its commit. A thread of the server runs one every
second instead; from then on the data also survive a power failure. Under a load that never pauses
the log would grow without limit, so above `MOST_PAGES` it is truncated, at the price of one short
wait.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from serve.store.engine import at_once

SECONDS: Final = 1.0
MOST_PAGES: Final = 65_536
"""A quarter of a gibibyte."""


class Checkpoints:
    """The checkpoints of a SQLite database; of any other database, nothing is done.

    Parameters
    ----------
    engine
        Of the database; its new connections run no checkpoints of their own.
    most_pages
        The length of the log, in pages, above which it is truncated.
    """

    def __init__(self, engine: Engine, most_pages: int = MOST_PAGES) -> None:
        self._engine = engine
        self._most_pages = most_pages
        self._is_sqlite = engine.dialect.name == "sqlite"
        if self._is_sqlite:
            event.listen(engine, "connect", _disable_automatic)

    def move(self) -> int:
        """Run one checkpoint and return how many pages of the log were in use."""
        if not self._is_sqlite:
            return 0
        with at_once(self._engine).connect() as connection:
            pages = _checkpoint(connection, "PASSIVE")
            if pages > self._most_pages:
                _checkpoint(connection, "TRUNCATE")
        return pages


def _disable_automatic(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _checkpoint(connection: Connection, kind: str) -> int:
    _busy, pages, _moved = connection.exec_driver_sql(f"PRAGMA wal_checkpoint({kind})").one()
    return int(pages)
