"""The way of the one request that comes thousands of times a second, past the web framework.

Decided here: POST /v1/score is answered before the framework routes it, by the same function as its
route, so it says the same; what the framework does for a request costs half of all the rest. The
route stays: it describes the API. Good manners are around both.
"""

from typing import Any, Final

from starlette.requests import ClientDisconnect

from serve.parts import Parts
from serve.routes import scores
from serve.routes.describing import JSON

_TYPE: Final = (b"content-type", JSON.encode())


class Shortcut:
    """The layer just inside the manners, which hand it whole bodies."""

    path = scores.PATH
    """By which requests are counted, as by that of a route."""

    def __init__(self, app: Any, *, parts: Parts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request for a score; hand any other on."""
        if scope.get("path") != self.path or scope.get("method") != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"] = self
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body = await scores.answer(self._parts, scope, message["body"])
        headers = [_TYPE, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
