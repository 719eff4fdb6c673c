"""The server's log: one JSON object a line on standard error, without personal data.

Decided here: a request is told by its route's pattern, never by its path, its query or its body.
Lines about requests are written together, some ten times a second; what went wrong, at once.
"""

import asyncio
import sys
from datetime import datetime
from typing import Any, Final

import msgspec

_SECONDS: Final = 0.1


class Log:
    """Writes lines; give it a clock."""

    def __init__(self, now: Any, stream: Any = None) -> None:
        self._now = now
        self._stream = stream
        self._waiting: list[bytes] = []

    def line(self, event: str, **facts: Any) -> None:
        """Write one line, after those that wait."""
        self._waiting.append(self._told(event, facts))
        self.flush()

    def soon(self, event: str, **facts: Any) -> None:
        """Write one line within a moment, together with others; needs a running event loop."""
        self._waiting.append(self._told(event, facts))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            stream = self._stream or sys.stderr
            stream.write(b"".join(waiting).decode())
            stream.flush()

    def _told(self, event: str, facts: dict[str, Any]) -> bytes:
        at: datetime = self._now()
        return msgspec.json.encode({"at": at, "event": event} | facts) + b"\n"
