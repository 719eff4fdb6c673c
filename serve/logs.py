"""The server's log: one JSON object a line on standard error, without personal data.

Decided here: a request is told by its route's pattern, never by its path, its query or its body.
"""

import sys
from datetime import datetime
from typing import Any

import msgspec


class Log:
    """Writes lines; give it a clock."""

    def __init__(self, now: Any, stream: Any = None) -> None:
        self._now = now
        self._stream = stream

    def line(self, event: str, **facts: Any) -> None:
        """Write one line."""
        at: datetime = self._now()
        stream = self._stream or sys.stderr
        stream.write(msgspec.json.encode({"at": at, "event": event} | facts).decode() + "\n")
        stream.flush()
