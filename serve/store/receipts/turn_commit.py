"""Turn commit: all items of one turn of the event loop are written at its end, in its thread.

Decided here: SQLite commits faster than two threads can pass the interpreter to each other, so the
loop's own thread writes, and never waits: if the database is locked or gone, the
items are passed on to the group commit, whose thread may wait and reports which item failed.
Batches too large for one turn go there as well.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Engine

from serve.store.file_watch import check_of
from serve.store.receipts.group_commit import GroupCommit

_Item = TypeVar("_Item")
_MOST_AT_ONCE: Final = 100


class TurnCommit(Generic[_Item]):
    """A writer in the event loop.

    Parameters
    ----------
    write
        Called with all items of a turn; it commits all of them without waiting, or raises.
    later
        Writes the items that could not be written so.
    passed_on
        Errors of `write` after which `later` writes; it meets them too, and reports them.
    """

    def __init__(
        self,
        write: Callable[[list[_Item]], None],
        later: GroupCommit[_Item],
        passed_on: tuple[type[Exception], ...] = (OSError,),
    ) -> None:
        self._write = write
        self._later = later
        self._passed_on = passed_on
        self._waiting: list[tuple[Sequence[_Item], asyncio.Future[None]]] = []

    def written(self, items: Sequence[_Item]) -> asyncio.Future[None]:
        """Submit items from the event loop; the future is done when they are committed."""
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
        except self._passed_on:
            for items, done in waiting:
                self._later.take(items, done)
            return
        except Exception as error:  # noqa: BLE001 - a defect; the callers raise it
            for done in _unanswered(waiting):
                done.set_exception(error)
            return
        for done in _unanswered(waiting):
            done.set_result(None)


def _unanswered(
    waiting: Iterable[tuple[object, asyncio.Future[None]]],
) -> Iterator[asyncio.Future[None]]:
    """Yield the futures whose callers were not cancelled meanwhile."""
    return (done for _, done in waiting if not done.done())


class NoWaitConnection:
    """A connection to SQLite that never waits for a lock, for one thread.

    Parameters
    ----------
    engine
        Of SQLite; the connection is opened like its others, and not returned to its pool.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._check: Callable[[], None]

    def execute(self, statement: str, values: Sequence[Any]) -> int:
        """Run one statement as a transaction of its own; after an error the next reconnects.

        Parameters
        ----------
        statement
            In SQL.
        values
            Of its parameters.

        Returns
        -------
        How many rows it changed.
        """
        try:
            if self._connection is None:
                self._connection = self._connected()
            changed: int = self._connection.execute(statement, values).rowcount
            self._check()
        except Exception:
            self.close()
            raise
        return changed

    def close(self) -> None:
        """Close the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connected(self) -> Any:
        pooled = self._engine.raw_connection()
        connection, self._check = pooled.driver_connection, check_of(pooled)
        pooled.detach()
        assert connection is not None  # noqa: S101 - it was just made
        connection.execute("PRAGMA busy_timeout=0")
        return connection
