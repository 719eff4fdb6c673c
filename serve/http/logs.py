"""The server's log: one JSON object a line on standard error, without personal data.

Decided here: a request is logged by the pattern of its route, never by its path, query or body.
Lines about requests are written together, about ten times a second; errors are written at once.
"""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TextIO

import msgspec

_SECONDS: Final = 0.1


class Log:
    """Writes lines.

    Parameters
    ----------
    now
        The clock.
    stream
        Where lines are written; missing means standard error.
    """

    def __init__(self, now: Callable[[], datetime], stream: TextIO | None = None) -> None:
        self._now = now
        self._stream = stream
        self._waiting: list[bytes] = []

    def line(self, event: str, **facts: Any) -> None:
        """Write one line at once, after those that wait.

        Parameters
        ----------
        event
            The name of the event.
        **facts
            Its facts; no personal data.
        """
        self._waiting.append(self._encoded(event, facts))
        self.flush()

    def soon(self, event: str, **facts: Any) -> None:
        """Write one line within 0.1 seconds, together with others; needs a running event loop.

        Parameters
        ----------
        event
            The name of the event.
        **facts
            Its facts; no personal data.
        """
        self._waiting.append(self._encoded(event, facts))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(_SECONDS, self.flush)

    def flush(self) -> None:
        """Write the lines that wait."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            stream = self._stream or sys.stderr
            stream.write(b"".join(waiting).decode())
            stream.flush()

    def _encoded(self, event: str, facts: dict[str, Any]) -> bytes:
        return msgspec.json.encode({"at": self._now(), "event": event} | facts) + b"\n"
