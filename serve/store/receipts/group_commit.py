"""Group commit: whatever waits at one moment is written in one transaction.

Decided here: one thread writes; who asked is told only after the commit. A batch that cannot be
written fails for all who wait in it, and the next is tried as if nothing had happened, so the log
recovers by itself when the database does; what one item is to blame for, it suffers alone. The
thread comes with the first item and ends with `close`, so none is left when the process ends. Event
loops are woken once a batch, not once an item: waking one costs as much as writing a row.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Any, Final, Generic, NamedTuple, TypeVar

_Item = TypeVar("_Item")
_MOST_WAITING: Final = 2_000


class _Waiting(NamedTuple):
    items: Sequence[Any]
    done: Any
    loop: asyncio.AbstractEventLoop | None


_Settled = tuple[_Waiting, Exception | None]


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
        self._thread: Thread | None = None

    def put(self, items: Sequence[_Item]) -> Future[None]:
        """Hand items over; the future is done when they are committed."""
        done: Future[None] = Future()
        self._add(_Waiting(items, done, None))
        return done

    def written(self, items: Sequence[_Item]) -> asyncio.Future[None]:
        """Hand items over; awaiting the future, until they are committed, blocks nobody else."""
        done = asyncio.get_running_loop().create_future()
        self.take(items, done)
        return done

    def take(self, items: Sequence[_Item], done: asyncio.Future[None]) -> None:
        """Do the same for a future that is there already."""
        self._add(_Waiting(items, done, done.get_loop()))

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._awake:
            self._open = False
            self._awake.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _add(self, waiting: _Waiting) -> None:
        with self._awake:
            if not self._open:
                raise RuntimeError("the log is closed")
            self._waiting.append(waiting)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="group-commit", daemon=True)
                self._thread.start()
            if len(self._waiting) == 1:
                self._awake.notify()

    def _work(self) -> None:
        while batch := self._next():
            settled = list(self._settled(batch))
            for loop in {waiting.loop for waiting in batch}:
                told = [one for one in settled if one[0].loop is loop]
                if loop is None:
                    _tell(told)
                elif not loop.is_closed():
                    loop.call_soon_threadsafe(_tell, told)

    def _settled(self, batch: Sequence[_Waiting]) -> Iterator[_Settled]:
        """Write a batch; say of each who waits what became of it."""
        error: Exception | None = None
        try:
            self._write([item for waiting in batch for item in waiting.items])
        except Exception as found:  # noqa: BLE001 - whoever waits is told, whatever it was
            error = found
        if len(batch) > 1 and isinstance(error, self._of_items):
            for waiting in batch:
                yield from self._settled([waiting])
        else:
            yield from ((waiting, error) for waiting in batch)

    def _next(self) -> list[_Waiting]:
        """Wait for work; nothing when closed and all is written."""
        with self._awake:
            while self._open and not self._waiting:
                self._awake.wait()
            batch = self._waiting[:_MOST_WAITING]
            del self._waiting[:_MOST_WAITING]
        return batch


def _tell(settled: list[_Settled]) -> None:
    """End the waiting of those who have not gone away."""
    for waiting, error in settled:
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)
