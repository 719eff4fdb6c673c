"""The HTTP protocol of the server, with an end to its patience for the head of a request.

Decided here: who has connected must have sent a whole head within seconds and within 64 KiB, or is
let go; uvicorn has limits for neither. Bodies have theirs in `serve.http.middleware`. A head that
comes in one piece, as nearly all do, is never waited for.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES: Final = 65_536
_END: Final = b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large" + _END
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout" + _END


class PatientProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, seconds: float, **named: Any) -> None:
        super().__init__(*args, **named)
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = True
        self._bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; the bytes of a head are counted until it is whole."""
        if self._in_head:
            self._bytes += len(data)
        super().data_received(data)
        if self._in_head:
            self._wait()
            if self._bytes > MOST_BYTES:
                self._let_go(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Have the beginning of a head."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Have a whole head."""
        self._rest()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def _wait(self) -> None:
        """Wait for the rest of a head, from now on or already."""
        if self._timer is None:
            self._timer = self.loop.call_later(self._seconds, self._let_go, _TOO_SLOW)

    def _rest(self) -> None:
        self._in_head, self._bytes = False, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _let_go(self, said: bytes) -> None:
        self._rest()
        if not self.transport.is_closing():
            self.transport.write(said)
            self.transport.close()
