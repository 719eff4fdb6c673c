"""The clients: a connection to one server, for programs that wait and for those that do not.

Decided here: an answer is what JSON decodes to, typed by `mikomi.client`'s TypedDicts; a refusal is
an `ApiProblem`. Nothing is sent again by itself: a problem states when it can be.
"""

from types import TracebackType
from typing import Any, Final, Self

import httpx

from mikomi.client.async_calls import AsyncCalls
from mikomi.client.calls import Calls
from mikomi.client.problem import ApiProblem

SECONDS: Final = 30.0
_JSON: Final = "application/json"
_NO_CONTENT: Final = 204


class Client(Calls):
    """The API of one server; close it, or use it in a `with` block.

    Parameters
    ----------
    url
        The server's address, such as `http://localhost:8000`.
    key
        An API key, as `mikomi key create` printed it; none for a server that has no keys.
    seconds
        How long a request may take.
    transport
        What sends requests instead of the network, such as `httpx.MockTransport`.

    >>> def ready(request: httpx.Request) -> httpx.Response:
    ...     return httpx.Response(200, json={"status": "ready"})
    >>> with Client("http://localhost", transport=httpx.MockTransport(ready)) as client:
    ...     client.ready()
    {'status': 'ready'}
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        seconds: float = SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=url, headers=_headers(key), timeout=seconds, transport=transport
        )

    def request(
        self, method: str, path: str, query: Any = None, body: Any = None
    ) -> httpx.Response:
        """Send a request and return the response as it came, byte for byte.

        Parameters
        ----------
        method, path
            Of the route.
        query
            Parameters by name; None without.
        body
            What JSON can hold; None without.

        Raises
        ------
        ApiProblem
            If the server refuses.
        """
        return checked(self._http.request(method, path, **_sent(query, body)))

    def _send(self, method: str, path: str, query: Any, body: Any) -> Any:
        return decoded(self.request(method, path, query, body))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()


class AsyncClient(AsyncCalls):
    """The API of one server, each call to be awaited; see `Client` for the parameters.

    Parameters
    ----------
    url, key, seconds, transport
        As in `Client`.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        seconds: float = SECONDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url, headers=_headers(key), timeout=seconds, transport=transport
        )

    async def request(
        self, method: str, path: str, query: Any = None, body: Any = None
    ) -> httpx.Response:
        """Send a request and return the response as it came; see `Client.request`."""
        return checked(await self._http.request(method, path, **_sent(query, body)))

    async def _send(self, method: str, path: str, query: Any, body: Any) -> Any:
        return decoded(await self.request(method, path, query, body))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.close()


def checked(response: httpx.Response) -> httpx.Response:
    """Return a response that is no refusal.

    Raises
    ------
    ApiProblem
        If it is one.
    """
    if response.is_success:
        return response
    try:
        content = response.json()
    except ValueError:
        content = None
    problem = content if isinstance(content, dict) else {"title": response.reason_phrase}
    wait = response.headers.get("Retry-After", "")
    raise ApiProblem(response.status_code, problem, float(wait) if wait.isdigit() else None)


def decoded(response: httpx.Response) -> Any:
    """Return what a response holds: JSON, text, or None."""
    if response.status_code == _NO_CONTENT or not response.content:
        return None
    is_json = response.headers.get("Content-Type", "").startswith(_JSON)
    return response.json() if is_json else response.text


def _headers(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def _sent(query: Any, body: Any) -> dict[str, Any]:
    """Return the arguments of a request: no parameter that is None, flags in lower case."""
    held = {name: one for name, one in (query or {}).items() if one is not None}
    flags = {name: str(one).lower() for name, one in held.items() if isinstance(one, bool)}
    return {"params": held | flags} | ({} if body is None else {"json": body})
