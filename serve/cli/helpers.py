"""The processes beside a server, supervised: one that ends is started again.

Decided here: a helper that keeps ending is started after ever longer pauses, up to a minute, so
that it does not take the machine from the server; every start is said on standard error. Each child
receives the PID of this process and exits when it does.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

LOOK_SECONDS: Final = 0.5
_LONGEST: Final = 60.0
_SETTLED: Final = 120.0
"""Seconds after which a helper that runs counts as well: its next pause is the first again."""


class Helpers:
    """The helper processes of a server.

    Parameters
    ----------
    modules
        Each is run as `python -m` with the PID of this process.
    steady
        The steady clock, in seconds.
    """

    def __init__(
        self, modules: Sequence[str], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._steady = steady
        self._running: dict[str, Any] = {}
        self._pauses = dict.fromkeys(modules, 0.0)
        self._next = dict.fromkeys(modules, 0.0)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="helpers", daemon=True)

    def start(self, after_seconds: float) -> None:
        """Start the helpers after a pause, and again whenever one ends."""
        first = self._steady() + after_seconds
        self._next = dict.fromkeys(self._next, first)
        self._thread.start()

    def stop(self) -> None:
        """End the helpers."""
        self._ending.set()
        self._thread.join()
        for child in self._running.values():
            child.terminate()
        for child in self._running.values():
            child.wait()

    def look(self) -> None:
        """Start what is due, and note what has ended."""
        now = self._steady()
        for module, due_at in self._next.items():
            child = self._running.get(module)
            if child is not None and child.poll() is not None:
                self._note_end(module, child.poll(), now - due_at)
            elif child is None and now >= due_at:
                self._start(module, now)

    def _start(self, module: str, now: float) -> None:
        try:
            self._running[module] = subprocess.Popen(  # noqa: S603 - modules of ours
                [sys.executable, "-m", module, str(os.getpid())]
            )
        except OSError as error:  # no memory, too many processes: the next try may succeed
            self._wait(module, f"{module} cannot be started ({error})", 0.0)
        else:
            self._next[module] = now

    def _note_end(self, module: str, code: int, lasted: float) -> None:
        del self._running[module]
        self._wait(module, f"{module} ended with {code}", lasted)

    def _wait(self, module: str, reason: str, lasted: float) -> None:
        before = self._pauses[module] if lasted < _SETTLED else 0.0
        pause = min(max(1.0, 2.0 * before), _LONGEST)
        self._pauses[module], self._next[module] = pause, self._steady() + pause
        sys.stderr.write(f"{reason}; it starts again in {pause:g} seconds\n")

    def _supervise(self) -> None:
        while True:
            self.look()
            if self._ending.wait(LOOK_SECONDS):
                return
