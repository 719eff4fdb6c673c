"""The one exception of the client: a problem as the API reports it (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_UNKNOWN: Final = "/problems/unknown"


class ApiProblem(Exception):
    """A request that the server refused or could not answer.

    Parameters
    ----------
    status
        The HTTP status.
    content
        The problem, as the server sent it.
    retry_after
        Seconds to wait before the request can succeed; None if the server states none.

    >>> print(ApiProblem(404, {"title": "There is no such lead", "detail": "found L-9"}))
    404 There is no such lead: found L-9
    """

    def __init__(
        self, status: int, content: Mapping[str, Any], retry_after: float | None = None
    ) -> None:
        self.status = status
        self.type = str(content.get("type", _UNKNOWN))
        self.title = str(content.get("title", ""))
        self.detail = content.get("detail")
        self.faults: Sequence[Mapping[str, str]] = content.get("faults", ())
        self.retry_after = retry_after
        super().__init__(f"{status} {self.title}" + (f": {self.detail}" if self.detail else ""))
