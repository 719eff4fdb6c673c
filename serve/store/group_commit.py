"""Group commit: whatever waits at one moment is written in one transaction.

Decided here: one thread writes; who asked is told only after the commit. A batch that cannot be
written fails for all who wait in it, and the next is tried as if nothing had happened, so the log
recovers by itself when the database does; what one item is to blame for, it suffers alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Any, Final, Generic, NamedTuple, TypeVar

_Item = TypeVar("_Item")
_MOST_WAITING: Final = 2_000


class _Waiting(NamedTuple):
    items: Sequence[Any]
    done: Future[None]


class GroupCommit(Generic[_Item]):
    """A writer thread.

    Parameters
    ----------
    write
        Is given all items of a batch and must have committed them.
    of_items
        Errors that are the fault of an item and not of the place: the others are written without
        it.
    """

    def __init__(
        self,
        write: Callable[[list[_Item]], None],
        of_items: tuple[type[Exception], ...] = (),
    ) -> None:
        self._write = write
        self._of_items = of_items
        self._waiting: list[_Waiting] = []
        self._awake = Condition()
        self._open = True
        self._thread = Thread(target=self._work, name="group-commit", daemon=True)
        self._thread.start()

    def put(self, items: Sequence[_Item]) -> Future[None]:
        """Hand items over; the future is done when they are committed."""
        waiting = _Waiting(items, Future())
        with self._awake:
            if not self._open:
                raise RuntimeError("the log is closed")
            self._waiting.append(waiting)
            self._awake.notify()
        return waiting.done

    async def written(self, items: Sequence[_Item]) -> None:
        """Hand items over and wait, without blocking others, until they are committed."""
        await asyncio.wrap_future(self.put(items))

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._awake:
            self._open = False
            self._awake.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next():
            self._settle(batch)

    def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Write a batch and tell who waits what became of it."""
        try:
            self._write([item for waiting in batch for item in waiting.items])
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            if len(batch) > 1 and isinstance(error, self._of_items):
                for waiting in batch:
                    self._settle([waiting])
                return
            for waiting in batch:
                waiting.done.set_exception(error)
        else:
            for waiting in batch:
                waiting.done.set_result(None)

    def _next(self) -> list[_Waiting]:
        """Wait for work; nothing when closed and all is written."""
        with self._awake:
            while self._open and not self._waiting:
                self._awake.wait()
            batch = self._waiting[:_MOST_WAITING]
            del self._waiting[:_MOST_WAITING]
        return batch
