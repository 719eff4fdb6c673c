"""The middleware of every request, in plain ASGI: access, limits of the body, headers, log.

Decided here: the key is checked before the body is read; the body is read whole, within a limit of
size and time, before a route receives it, and a body that has arrived already needs no timer; every
response has a request id and the headers that keep browsers from guessing types. An unexpected
error becomes one line of the log and a problem, never a traceback.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Generator, MutableMapping
from functools import partial
from types import coroutine
from typing import Any, Final

from features.errors import place_of
from serve.errors import EncodedBody, NoStore, TooLarge, TooSlow
from serve.http.access import KEYED, AccessControl
from serve.http.logs import Log
from serve.http.metrics import Metrics
from serve.http.open_mode import check_open
from serve.http.path_ids import keep_segments
from serve.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Refusal = Callable[[Any, Exception], tuple[int, dict[str, str], bytes]]
"""Returns status, headers and body from the scope of a request and an error."""

_ID: Final = re.compile(rb"[0-9A-Za-z._-]{1,64}")
_SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_ONLY_HTTPS: Final = (b"strict-transport-security", b"max-age=31536000")
"""Sent over TLS; behind a proxy that ends it, the proxy says so (`X-Forwarded-Proto`)."""
_WITHOUT_STORE: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "DELETE"})
_STARTED: Final = "http.response.start"
_AS_IT_IS: Final = b"identity"
_SHOWN: Final = 40


class StoreWaiter:
    """An application that itself gives up waiting for a database that hangs."""


class RequestMiddleware:
    """The middleware around the routes.

    Parameters
    ----------
    app
        The ASGI application inside.
    settings
        Of the server: the limits of a body, and whether requests are logged.
    gate
        Checks keys and rates.
    metrics
        Counts requests.
    log
        Receives a line for each request, and for each unexpected error.
    refusal
        Turns an error into a response.
    """

    def __init__(
        self,
        app: Any,
        *,
        settings: Settings,
        gate: AccessControl,
        metrics: Metrics,
        log: Log,
        refusal: Refusal,
    ) -> None:
        self._app = app
        self._refusal = refusal
        self._settings = settings
        self._gate = gate
        self._waits_itself = isinstance(app, StoreWaiter)
        self._metrics = metrics
        self._log = log if settings.access_log == "yes" else None
        self._errors = log

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = dict(scope["headers"])
        own = _ID.fullmatch(headers.get(b"x-request-id", b""))
        request_id = own.group() if own else secrets.token_hex(8).encode()
        answer = _Answer(send, request_id, secure=scope.get("scheme") == "https")
        keep_segments(scope)
        try:
            receive = await self._admit(scope, headers, receive, began)
            await self._answer(scope, receive, answer)
        except Exception as error:  # noqa: BLE001 - the last place where it can be answered
            answer = answer.anew() if isinstance(error, NoStore) else answer
            await self._refuse(scope, error, answer)
        self._count(scope, answer, time.perf_counter() - began)

    async def _answer(self, scope: Any, receive: Receive, answer: "_Answer") -> None:
        """Answer a request, unless all places are taken or the database hangs."""
        if scope["path"] in _WITHOUT_STORE:
            await self._app(scope, receive, answer.send)
            return
        with self._gate.places.one(in_threads=not self._waits_itself):
            guard = self._gate.guard
            if guard is None or self._waits_itself:
                await self._app(scope, receive, answer.send)
                return
            guard.check()
            await guard.answered(self._app(scope, receive, answer.send))

    async def _admit(
        self, scope: Any, headers: dict[bytes, bytes], receive: Receive, now: float
    ) -> Receive:
        raw = headers.get(b"authorization")
        header = raw.decode("latin-1") if raw else None
        path = path_of(scope)
        key_id = self._gate.admit(header, scope["method"], path, now)
        if key_id is None and path.startswith(KEYED):
            check_open(headers)
        state = scope.setdefault("state", {})
        state["key_id"], state["charge"] = key_id, partial(self._gate.charge, key_id, now)
        if scope["method"] in _BODILESS:
            return receive
        return await self._whole(headers, receive)

    async def _whole(self, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """Read the body and return a `receive` that returns it at once."""
        if headers.get(b"content-encoding", _AS_IT_IS).lower() not in (_AS_IT_IS, b""):
            shown = headers[b"content-encoding"][:_SHOWN].decode("latin-1")
            expected, do = "no such header", "send the body as it is, not compressed"
            raise EncodedBody.of(f"Content-Encoding: {shown}", expected, do)
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._settings.body_bytes:
            raise self._too_large()
        first = await self._in_time(self._read(receive))
        delivered = False

        async def again() -> Message:
            nonlocal delivered
            if delivered:
                return await receive()
            delivered = True
            return first

        return again

    async def _in_time(self, reading: Coroutine[Any, Any, Message]) -> Message:
        """Read what has arrived without a timer; wait for the rest with one."""
        try:
            waits_for = reading.send(None)
        except StopIteration as done:
            whole: Message = done.value
            return whole
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                return await _rest(reading, waits_for)
        except TimeoutError as error:
            limit = f"all of it within {self._settings.body_seconds:g} seconds"
            raise TooSlow.of("a part of the body", limit, "send it faster") from error

    async def _read(self, receive: Receive) -> Message:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            if len(message.get("body", b"")) > self._settings.body_bytes:
                raise self._too_large()
            return message
        pieces = [message.get("body", b"")]
        size = len(pieces[0])
        while message.get("more_body"):
            message = await receive()
            if message["type"] != "http.request":
                return message
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > self._settings.body_bytes:
                raise self._too_large()
        return {"type": "http.request", "body": b"".join(pieces), "more_body": False}

    def _too_large(self) -> Exception:
        limit = f"at most {self._settings.body_bytes} bytes"
        return TooLarge.of("a larger body", limit, "send less at a time")

    async def _refuse(self, scope: Any, error: Exception, answer: "_Answer") -> None:
        status, headers, body = self._refusal(scope, error)
        if status == 500:  # noqa: PLR2004 - a defect, not a refusal
            self._errors.line(
                "defect",
                request=answer.request_id,
                error=type(error).__name__,
                where=place_of(error),
            )
        if answer.status:
            raise error
        headers = headers | {"content-length": str(len(body))}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await answer.send({"type": _STARTED, "status": status, "headers": encoded})
        await answer.send({"type": "http.response.body", "body": body})

    def _count(self, scope: Any, answer: "_Answer", seconds: float) -> None:
        route = getattr(scope.get("route"), "path_format", "other")
        self._metrics.answered(route, scope["method"], answer.status, seconds)
        if self._log is not None:
            self._log.soon(
                "request",
                request=answer.request_id,
                route=route,
                method=scope["method"],
                status=answer.status,
                ms=round(1000.0 * seconds, 2),
            )


@coroutine
def _rest(begun: Coroutine[Any, Any, Message], waits_for: Any) -> Generator[Any, Any, Message]:
    """Continue a coroutine that was started by hand, once the future it waits for is done."""
    try:
        yield waits_for
        return (yield from begun.__await__())
    finally:
        begun.close()


def path_of(scope: Any) -> str:
    """Return the path that routes are matched with."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


class _Answer:
    """Sends a response, with the headers that every response has."""

    def __init__(self, send: Send, request_id: bytes, *, secure: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._secure = secure
        self._always = [*_SAFE, _ONLY_HTTPS] if secure else _SAFE
        self._is_over = False
        self.status = 0

    def anew(self) -> "_Answer":
        """End this answer, unless it has begun, and return another to the same request."""
        if self.status:
            return self
        self._is_over = True
        return _Answer(self._send, self._request_id, secure=self._secure)

    @property
    def request_id(self) -> str:
        return self._request_id.decode()

    async def send(self, message: Message) -> None:
        if self._is_over:
            return
        if message["type"] == _STARTED:
            self.status = message["status"]
            own = list(message.get("headers", ()))
            names = {name for name, _ in own}
            safe = [one for one in self._always if one[0] not in names]
            headers = [*own, *safe, (b"x-request-id", self._request_id)]
            message = {**message, "headers": headers}
        await self._send(message)
