"""When Python looks through all objects for garbage: between requests, not in the middle of one.

Decided here: a full collection looks at every object and holds all requests meanwhile; beside a
lead of 300,000 activities it took a quarter of a second, many times, and found nothing. So only
young objects are looked at by themselves, which is quick. A full collection waits until nobody is
being answered, ten minutes at most. What one request held is given back a little at a time.
"""

import gc
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

SECONDS: Final = 5.0
"""Between two looks whether it is quiet."""
_EVERY_SECONDS: Final = 60.0
_LATEST_SECONDS: Final = 600.0
_YOUNG: Final = (700, 10, 1_000_000)
"""New objects, then looks, before the first, second and third generation are looked at."""
_AT_ONCE: Final = 1_000


class GarbageCollection:
    """Collects garbage while it is quiet.

    Parameters
    ----------
    is_busy
        Whether somebody is being answered.
    steady
        The steady clock, in seconds.
    """

    def __init__(
        self, is_busy: Callable[[], bool], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._is_busy, self._steady = is_busy, steady
        self._last = steady()

    @staticmethod
    def begin() -> None:
        """Let only young objects be collected by themselves."""
        gc.set_threshold(*_YOUNG)
        gc.enable()

    def collect(self) -> None:
        """Collect all garbage, if it is time and quiet, or long overdue."""
        passed = self._steady() - self._last
        if passed < _EVERY_SECONDS or (self._is_busy() and passed < _LATEST_SECONDS):
            return
        gc.collect()
        self._last = self._steady()


def give_back(lists: Iterable[list[Any]]) -> None:
    """Empty long lists that nobody else holds, so that others have their turn in between.

    Parameters
    ----------
    lists
        Whose elements are needed no more.
    """
    for one in lists:
        while one:
            del one[-_AT_ONCE:]
