"""Checkpoints of SQLite beside the requests: what was written ahead is moved into the tables.

Decided here: whoever commits does not move it, as SQLite would have it, for that waits for the disk
while every request waits for the commit. A thread of the server moves it every second, which
holds nobody up, and by which it is also safe from a power cut. Under a load that never pauses the
log would grow without end; past `MOST_PAGES` it is emptied at the price of one short wait.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from serve.store.engine import at_once

SECONDS: Final = 1.0
MOST_PAGES: Final = 65_536
"""A quarter of a gibibyte."""


class Checkpoints:
    """The checkpoints of a database; none where it is not SQLite.

    Parameters
    ----------
    engine
        From now on its connections leave checkpoints to this.
    most_pages
        How long the log may become.
    """

    def __init__(self, engine: Engine, most_pages: int = MOST_PAGES) -> None:
        self._engine = engine
        self._most_pages = most_pages
        self._here = engine.dialect.name == "sqlite"
        if self._here:
            event.listen(engine, "connect", _leave)

    def move(self) -> int:
        """Move what was written ahead; give how many pages of the log were in use."""
        if not self._here:
            return 0
        with at_once(self._engine).connect() as connection:
            pages = _checkpoint(connection, "PASSIVE")
            if pages > self._most_pages:
                _checkpoint(connection, "TRUNCATE")
        return pages


def _leave(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA wal_autocheckpoint=0")


def _checkpoint(connection: Connection, kind: str) -> int:
    _busy, pages, _moved = connection.exec_driver_sql(f"PRAGMA wal_checkpoint({kind})").one()
    return int(pages)
