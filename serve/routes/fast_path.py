"""The way of the one request that comes thousands of times a second, past the web framework.

Decided here: POST /v1/score is answered before the framework sees it, by the same function as its
route and with the same manners, so it says the same; what the framework does for a request costs as
much as half of the answer. The route stays: it describes the API.
"""

from typing import Any, Final

from starlette.requests import ClientDisconnect

from serve.http.app_context import Parts
from serve.routes import scores
from serve.routes.describing import JSON

_TYPE: Final = (b"content-type", JSON.encode())


def is_for_shortcut(scope: Any) -> bool:
    """Say whether a request is one for a score.

    >>> is_for_shortcut({"path": "/v1/score", "method": "GET"})
    False
    """
    return (scope["path"], scope["method"]) == (scores.PATH, "POST")


class Shortcut:
    """Answers questions; manners hand it whole bodies."""

    path = scores.PATH
    """By which requests are counted, as by that of a route."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one question."""
        scope["route"] = self
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body = await scores.answer(self._parts, scope, message["body"])
        headers = [_TYPE, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
