"""For how long the ranking has been behind its data.

Decided here: behind is a ranking of which some lead was due at every look; how long that lasts is
measured by the steady clock of this process. After `STALE_SECONDS` the server says so.
"""

import time
from collections.abc import Callable
from typing import Final

STALE_SECONDS: Final = 300.0
"""Longer than the rows of a usual day take."""
FEW: Final = 25
"""So many leads may wait without a word on the pages: a ranking is never wholly of this second."""


class RankingLag:
    """The looks at a ranking.

    Parameters
    ----------
    steady
        The steady clock, in seconds.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._since: float | None = None
        self._due = 0

    def note(self, *, due: int) -> None:
        """Note how many leads are due."""
        self._due = due
        if not due:
            self._since = None
        elif self._since is None:
            self._since = self._steady()

    @property
    def many_due(self) -> int:
        """How many leads were due at the last look; 0 if they are fewer than `FEW`."""
        return self._due if self._due >= FEW else 0

    @property
    def seconds(self) -> float:
        """For how long some lead has been due; 0 if none is."""
        return 0.0 if self._since is None else self._steady() - self._since

    @property
    def is_stale(self) -> bool:
        """Whether it has been so for too long."""
        return self.seconds > STALE_SECONDS
