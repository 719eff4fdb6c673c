"""Turn commit: whatever one turn of the event loop brings is written at its end, where it runs.

Decided here: SQLite commits faster than two threads can hand the interpreter to each other, so the
loop's own thread writes, and never waits: where the database is taken, or anything else is the
matter, all is handed over to the group commit, whose thread may wait, tells what went wrong and
whose fault it was. So are batches too large for one turn.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Engine

from serve.store.receipts.group_commit import GroupCommit

_Item = TypeVar("_Item")
_MOST_AT_ONCE: Final = 100


class TurnCommit(Generic[_Item]):
    """A writer in the event loop.

    Parameters
    ----------
    write
        Is given all items of a turn and must have committed them, without waiting, or nothing.
    later
        Who writes what could not be written so.
    """

    def __init__(self, write: Callable[[list[_Item]], None], later: GroupCommit[_Item]) -> None:
        self._write = write
        self._later = later
        self._waiting: list[tuple[Sequence[_Item], asyncio.Future[None]]] = []

    def written(self, items: Sequence[_Item]) -> asyncio.Future[None]:
        """Hand items over, from the event loop; the future is done when they are committed."""
        if len(items) > _MOST_AT_ONCE:
            return self._later.written(items)
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._turn)
        self._waiting.append((items, done))
        return done

    def _turn(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            self._write([item for items, _ in waiting for item in items])
        except Exception:  # noqa: BLE001 - the other writer meets it too, and says so
            for items, done in waiting:
                self._later.take(items, done)
            return
        for _, done in waiting:
            if not done.done():  # who asked may have gone away
                done.set_result(None)


class Unwaiting:
    """A connection to SQLite that never waits for a lock, kept for one thread.

    Parameters
    ----------
    engine
        Of SQLite; the connection is made as its others are, and left out of its pool.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: Any = None

    def execute(self, statement: str, values: Sequence[Any]) -> None:
        """Run one statement, which is a transaction of its own; after an error, connect anew."""
        try:
            if self._kept is None:
                self._kept = self._connected()
            self._kept.execute(statement, values)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection, if there is one."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _connected(self) -> Any:
        pooled = self._engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        assert connection is not None  # noqa: S101 - it was just made
        connection.execute("PRAGMA busy_timeout=0")
        return connection
