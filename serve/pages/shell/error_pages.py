"""Errors as pages for browsers and as problems for programs.

Decided here: a request gets a page if it accepts HTML and is not for the API. The page says what
happened and what to do; nothing of an unexpected error is shown. A user who is not signed in is
sent to the sign-in page, and back.
"""

from http import HTTPStatus
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from features.errors import Fault
from serve.errors import BadBody, NotSignedIn
from serve.http.access import API, OPEN
from serve.http.middleware import path_of
from serve.http.path_ids import sent_path
from serve.http.problems import plain, problem_of, rendered
from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import mark


class ErrorText(NamedTuple):
    """The heading of an error page, and what to do."""

    title: str
    text: str


_UNEXPECTED: Final = ErrorText(
    mark("Something went wrong here"),
    mark("It is our fault, not yours. Try again; if it stays, tell whoever runs this server."),
)
_NOTHING_HERE: Final = ErrorText(
    mark("There is nothing here"),
    mark("The page is gone, or it was never yours to see."),
)
_BY_TYPE: Final = {
    "/problems/no-model": ErrorText(
        mark("There is no model yet"),
        mark("Nothing can be ranked before a model was trained and promoted."),
    ),
    "/problems/store": ErrorText(
        mark("The database cannot be reached"),
        mark("Nothing is lost. Try again in a few seconds."),
    ),
    "/problems/not-allowed-here": ErrorText(
        mark("This form was refused"),
        mark(
            "It did not come from a page of ours, or the page was too old. Open the page again. "
            "Your browser must accept cookies, and other machines must use https."
        ),
    ),
    "/problems/erased": ErrorText(
        mark("This person was erased"), mark("Nothing is kept of this person any more.")
    ),
    "/problems/locked-out": ErrorText(
        mark("Too many failures to sign in"), mark("Wait some minutes, then try again.")
    ),
}
_BY_STATUS: Final = {
    404: _NOTHING_HERE,
    405: _NOTHING_HERE,
    422: ErrorText(
        mark("This cannot be used"),
        mark("A value is not one that we know. Go back and correct it."),
    ),
    429: ErrorText(mark("Too many requests"), mark("Wait some seconds, then try again.")),
}


class Refusals:
    """Answers errors.

    Parameters
    ----------
    pages
        The frame of all pages.
    """

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def answer(self, request: Request, error: Exception) -> Response:
        """Answer an error that a route or the framework raised.

        Parameters
        ----------
        request
            The request.
        error
            The error.
        """
        status, headers, body = self.of_scope(request.scope, error)
        return Response(body, status, headers)

    def of_scope(self, scope: Any, error: Exception) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body for an error of any request.

        Parameters
        ----------
        scope
            Of the request, as in ASGI.
        error
            The error.
        """
        if not _wants_page(scope):
            return _problem(error)
        request = Request(scope)
        if isinstance(error, NotSignedIn):
            return HTTPStatus.SEE_OTHER, {"location": _sign_in(request)}, b""
        return self._page(request, error)

    def _page(self, request: Request, error: Exception) -> tuple[int, dict[str, str], bytes]:
        status, headers, _ = _problem(error)
        text = _BY_TYPE.get(problem_of(error).type) or _BY_STATUS.get(status, _UNEXPECTED)
        page = self._pages.show(
            request, self._pages.stranger(request), "refusal.html.j2", status, error=text
        )
        others = {name: value for name, value in headers.items() if name != "content-type"}
        return status, others | dict(page.headers), bytes(page.body)


def _problem(error: Exception) -> tuple[int, dict[str, str], bytes]:
    if isinstance(error, RequestValidationError):
        faults = [
            Fault(".".join(map(str, one["loc"])), str(one["msg"]), "correct the parameter")
            for one in error.errors()
        ]
        return rendered(BadBody(faults))
    if isinstance(error, HTTPException):
        headers, body = plain(error.status_code)
        return error.status_code, dict(error.headers or {}) | headers, body
    return rendered(error)


def _wants_page(scope: Any) -> bool:
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return b"text/html" in accepted and not path_of(scope).startswith((API, *OPEN))


def _sign_in(request: Request) -> str:
    if request.method != "GET":
        return "/signin"
    query = f"?{request.url.query}" if request.url.query else ""
    return "/signin?" + urlencode({"next": sent_path(request.scope) + query})
