"""Group commit: all items that wait at one moment are written in one transaction.

Decided here: one thread writes; a caller's future is done only after the commit. A batch that
cannot be written fails for all callers in it, and the next batch is tried anew, so the log recovers
when the database does; an error that one item caused fails that item alone. The thread starts with
the first item and ends with `close`, so none is left when the process ends. An event loop is woken
once a batch, not once an item: waking one costs as much as writing a row.
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
        Called with all items of a batch; it must have committed them when it returns.
    of_items
        Errors that an item causes, not the database: the other items are then written without it.
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
        """Submit items; the future is done when they are committed."""
        done: Future[None] = Future()
        self._add(_Waiting(items, done, None))
        return done

    def written(self, items: Sequence[_Item]) -> asyncio.Future[None]:
        """Submit items from an event loop; the future is done when they are committed."""
        done = asyncio.get_running_loop().create_future()
        self.take(items, done)
        return done

    def take(self, items: Sequence[_Item], done: asyncio.Future[None]) -> None:
        """Submit items from an event loop, with an existing future.

        Parameters
        ----------
        items
            To be written.
        done
            Of a running event loop; it is done when the items are committed.
        """
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
                own = [one for one in settled if one[0].loop is loop]
                if loop is None:
                    _resolve(own)
                elif not loop.is_closed():
                    loop.call_soon_threadsafe(_resolve, own)

    def _settled(self, batch: Sequence[_Waiting]) -> Iterator[_Settled]:
        """Write a batch; yield the error of each submission, none if it was committed."""
        error: Exception | None = None
        try:
            self._write([item for waiting in batch for item in waiting.items])
        except Exception as caught:  # noqa: BLE001 - it is passed on to every caller
            error = caught
        if len(batch) > 1 and isinstance(error, self._of_items):
            for waiting in batch:
                yield from self._settled([waiting])
        else:
            yield from ((waiting, error) for waiting in batch)

    def _next(self) -> list[_Waiting]:
        """Wait for items and return them; none when closed and all are written."""
        with self._awake:
            while self._open and not self._waiting:
                self._awake.wait()
            batch = self._waiting[:_MOST_WAITING]
            del self._waiting[:_MOST_WAITING]
        return batch


def _resolve(settled: list[_Settled]) -> None:
    """Complete the futures that were not cancelled."""
    for waiting, error in settled:
        if waiting.done.done():
            continue
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)
