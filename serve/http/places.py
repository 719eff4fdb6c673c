"""Requests that are answered at the same time: there are so many places, the others are refused.

Decided here: who comes when all places are taken is refused at once and sends the request again, so
that those who are in are answered in the usual time however many come. What blocks runs in threads;
when more than `MOST_WAITING` wait for one, for example behind a locked table, further requests that
may need one are refused as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from anyio.to_thread import current_default_thread_limiter

from serve.errors import Busy

THREADS: Final = 20
"""At most so many requests block at the same time."""
MOST_WAITING: Final = 10


class Places:
    """The places of one process.

    Parameters
    ----------
    most
        How many there are.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.taken = 0

    @contextmanager
    def one(self, *, in_threads: bool) -> Iterator[None]:
        """Take a place for as long as a request is answered.

        Parameters
        ----------
        in_threads
            Whether it may need a thread.

        Raises
        ------
        Busy
            If there is none, or too many wait for a thread.
        """
        if self.taken >= self._most or (in_threads and waiting() > MOST_WAITING):
            raise Busy.of("more requests than can be answered", "fewer at once", "send it again")
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


def waiting() -> int:
    """Return how many wait for a thread of the event loop's."""
    return current_default_thread_limiter().statistics().tasks_waiting
