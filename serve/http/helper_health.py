"""Which processes beside the server have been silent for too long.

Decided here: a helper touches its file once a round; when it last changed is measured by the steady
clock of this process, so clocks that differ do not matter. A helper without a file was never there.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

FOLDER: Final = "alive"
SILENT_SECONDS: Final = 300.0
"""Longer than any round: a new model is compiled in one."""


class HelperHealth:
    """The signs of life of the helpers.

    Parameters
    ----------
    models
        The folder of models beside the server.
    steady
        The steady clock, in seconds.
    """

    def __init__(self, models: Path, steady: Callable[[], float] = time.monotonic) -> None:
        self._folder = models / FOLDER
        self._steady = steady
        self._changed: dict[str, tuple[int, float]] = {}

    def look(self) -> None:
        """Note which files have changed."""
        now = self._steady()
        for file in self._folder.glob("*"):
            at = file.stat().st_mtime_ns
            if self._changed.get(file.name, (0, 0.0))[0] != at:
                self._changed[file.name] = (at, now)

    def silent(self) -> dict[str, bool]:
        """Return each helper, and whether it has been silent for too long."""
        now = self._steady()
        return {
            name: now - since > SILENT_SECONDS for name, (_, since) in sorted(self._changed.items())
        }


def beat(models: Path, name: str) -> None:
    """Touch the file of a helper, its sign of life.

    Parameters
    ----------
    models
        The folder of models beside the server.
    name
        Of the helper.
    """
    file = models / FOLDER / name
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError:
        return  # a full disk is met, and reported, by what writes there
