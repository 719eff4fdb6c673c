"""The fast path of the most frequent request, around the web framework.

Decided here: POST /v1/score is answered before it reaches the framework, by the function of its
route and behind the same middleware, so the response is the same; the framework's work on a request
costs half as much as the answer. The route stays: it describes the API.
"""

from typing import Any, Final

from starlette.requests import ClientDisconnect

from serve.http.app_context import AppContext
from serve.http.middleware import StoreWaiter
from serve.routes.describing import JSON
from serve.routes.query_names import check_query
from serve.routes.scoring import scores

_TYPE: Final = (b"content-type", JSON.encode())


def is_for_shortcut(scope: Any) -> bool:
    """Return whether a request is one for a score.

    >>> is_for_shortcut({"path": "/v1/score", "method": "GET"})
    False
    """
    return (scope["path"], scope["method"]) == (scores.PATH, "POST")


class Shortcut(StoreWaiter):
    """Answers requests for a score; the middleware passes it whole bodies."""

    path_format = scores.PATH
    """The path by which requests are counted, as that of a route."""

    def __init__(self, context: AppContext) -> None:
        self._parts = context

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        scope["route"] = self
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        query = scope.get("query_string", b"")
        if query:
            check_query(query, scores.PARAMETERS)
        body = await scores.answer(self._parts, scope, message["body"])
        headers = [_TYPE, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
