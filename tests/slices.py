"""How long some work lets no other thread have its turn.

Python changes threads between two lines at the earliest. So a slice is the CPU time of the thread
from one line to the next, within a comprehension too, where threads change after every element: it
is no slice. What a line computes without the interpreter (a kernel, a query) counts too. A busy
machine makes the work later, not longer.
"""

import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


class Slice(tuple[float, str]):
    """Seconds of CPU, and the line that took them."""


def longest_slice(work: Callable[[], object]) -> Slice:
    """Do some work in a thread of its own; return its longest slice, and where it was.

    Parameters
    ----------
    work
        Anything; what it returns is dropped within the work.
    """
    clock = _Clock()

    def do() -> None:
        sys.settrace(clock.begin)
        try:
            work()
            clock.tick(sys._getframe())
        finally:
            sys.settrace(None)

    thread = threading.Thread(target=do)
    thread.start()
    thread.join()
    return clock.longest


class _Clock:
    """Measures from each event of the tracing to the next."""

    def __init__(self) -> None:
        self.longest = Slice((0.0, ""))
        self._last = float("inf")
        self._before = ""

    def begin(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any]:
        """Take the beginning of a function."""
        self.tick(frame)
        if frame.f_code.co_name in {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}:
            frame.f_trace_lines = False
            return self._skip
        return self._line

    def tick(self, frame: FrameType) -> None:
        """End a slice at a line."""
        taken = time.thread_time() - self._last
        if taken > self.longest[0]:
            self.longest = Slice((taken, self._before))
        self._again(frame)

    def _line(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any]:
        self.tick(frame)
        return self._line

    def _skip(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any]:
        self._again(frame)
        return self._skip

    def _again(self, frame: FrameType) -> None:
        self._before = f"{frame.f_code.co_qualname}:{frame.f_lineno}"
        self._last = time.thread_time()
