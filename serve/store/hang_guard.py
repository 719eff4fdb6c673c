"""A database that hangs: whoever waits for it is answered 503 within two seconds.

Decided here: a thread sends a query of nothing on a connection of its own, twice a second. While
one is not answered for `HUNG_SECONDS`, all requests that wait are refused, and new ones at the
door, so none piles up; when it is answered, everything goes on at once. What waits for the log of
answers is refused after `LOG_SECONDS` also if the database answers others, for example behind a
lock. A refused write may still be committed when the database goes on, as with any answer that is
lost on the way; sending it again is harmless.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from features.errors import Fault
from serve.errors import NoStore

HUNG_SECONDS: Final = 0.8
LOG_SECONDS: Final = 1.6
PROBE_SECONDS: Final = 0.5
TICK_SECONDS: Final = 0.1
_Answer = TypeVar("_Answer")


class HangGuard:
    """Watches a database.

    Parameters
    ----------
    query
        Sends a query of nothing and returns when it is answered.
    steady
        The steady clock, in seconds.
    """

    def __init__(
        self, query: Callable[[], object], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._query = query
        self._steady = steady
        self._began: float | None = None
        self._ending = threading.Event()
        self._waiting: dict[asyncio.Future[Any], float | None] = {}
        self.is_hung = False

    def start(self) -> None:
        """Start the thread; it ends with the process if the database hangs then."""
        threading.Thread(target=self._probe, name="hang-guard", daemon=True).start()

    def stop(self) -> None:
        """End the thread."""
        self._ending.set()

    def check(self) -> None:
        """Refuse a request while the database hangs.

        Raises
        ------
        NoStore
            If it does.
        """
        if self.is_hung:
            raise _refusal()

    async def logged(self, written: asyncio.Future[None]) -> None:
        """Wait until answers are logged, at most `LOG_SECONDS`."""
        await self._wait(written, self._steady() + LOG_SECONDS)

    async def answered(self, answering: Awaitable[_Answer]) -> _Answer:
        """Wait for the answer of a request, as long as the database does not hang.

        What was begun goes on by itself when this is refused.
        """
        task = asyncio.ensure_future(answering)
        outer: asyncio.Future[None] = task.get_loop().create_future()
        task.add_done_callback(partial(_note, outer))
        try:
            await self._wait(outer, None)
        except asyncio.CancelledError:
            task.cancel()
            raise
        return task.result()

    async def _wait(self, future: asyncio.Future[Any], until: float | None) -> None:
        self._waiting[future] = until
        try:
            await future
        finally:
            self._waiting.pop(future, None)

    async def watch(self, ending: asyncio.Event) -> None:
        """Refuse those who wait for too long, until the server ends."""
        while not ending.is_set():
            self.tick()
            await asyncio.sleep(TICK_SECONDS)

    def tick(self) -> None:
        """Look at the clock once."""
        now, began = self._steady(), self._began
        self.is_hung = began is not None and now - began > HUNG_SECONDS
        for future, until in list(self._waiting.items()):
            late = self.is_hung or (until is not None and now > until)
            if late and not future.done():
                future.set_exception(_refusal())

    def _probe(self) -> None:
        while not self._ending.wait(PROBE_SECONDS):
            self._began = self._steady()
            try:
                self._query()
            except (SQLAlchemyError, OSError, NoStore):
                pass  # it answers, though by an error, which every request meets itself
            finally:
                self._began = None


def _note(outer: asyncio.Future[None], task: asyncio.Future[Any]) -> None:
    """Wake up who waits for a task; nobody may wait any more, then its error is dropped."""
    if not outer.done():
        outer.set_result(None)
    elif not task.cancelled():
        task.exception()


def query_of(engine: Engine) -> Callable[[], None]:
    """Return a query of nothing, on a connection that is in no pool."""
    own = create_engine(engine.url, poolclass=NullPool) if _is_server(engine) else None

    def query() -> None:
        if own is not None:
            with own.connect() as connection:
                connection.exec_driver_sql("select 1")

    return query


def _is_server(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def _refusal() -> NoStore:
    return NoStore([Fault("a database that does not answer", "an answer", "send it again later")])
