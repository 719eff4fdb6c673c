"""The HTTP protocol of the server, with limits of time and size for the head of a request.

Decided here: a client must send the whole head within seconds and within 64 KiB, or the connection
is closed; uvicorn has neither limit. Bodies have theirs in `serve.http.middleware`. A head that
arrives in one piece, as nearly all do, needs no timer.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES: Final = 65_536
_END: Final = b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large" + _END
_TOO_SLOW: Final = b"HTTP/1.1 408 Request Timeout" + _END


class HeadTimeoutProtocol(HttpToolsProtocol):
    """One connection.

    Parameters
    ----------
    args, named
        Those of uvicorn's protocol.
    seconds
        Within which a head must be complete.
    """

    def __init__(self, *args: Any, seconds: float, **named: Any) -> None:
        super().__init__(*args, **named)
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = True
        self._bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of the first head."""
        super().connection_made(transport)
        self._start_timer()

    def data_received(self, data: bytes) -> None:
        """Parse data; the bytes of a head are counted until it is complete."""
        if self._in_head:
            self._bytes += len(data)
        super().data_received(data)
        if self._in_head:
            self._start_timer()
            if self._bytes > MOST_BYTES:
                self._close(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        """Stop the timer: the head is complete."""
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        """Start the timer of a head, unless it runs already."""
        if self._timer is None:
            self._timer = self.loop.call_later(self._seconds, self._close, _TOO_SLOW)

    def _stop_timer(self) -> None:
        self._in_head, self._bytes = False, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self, response: bytes) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()
