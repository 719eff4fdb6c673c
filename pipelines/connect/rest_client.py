"""One client for the JSON APIs of CRMs and of a mikomi server: waits, repeats, refuses.

Decided here: 429, 5xx, broken connections and answers that are no whole JSON, or JSON of another
shape, are repeated, after what `Retry-After` asks for or after a pause that doubles; every call of
a connection can be repeated without harm. Each reason is reported at once, and once a client. 401
renews the token once. Any other 4xx is a refusal of the call, with the vendor's words. No header,
no body and no secret is ever logged. Times come from the vendor's `Date` header.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Protocol

import httpx
import msgspec

from features.errors import BadRequest, Fault
from pipelines.connect.answers import ANYTHING, Shape, mismatch
from pipelines.connect.credentials import Credentials

TRIES: Final = 6
LONGEST_WAIT: Final = 120.0
"""Seconds; a vendor that asks for more ends the run, which goes on where it stopped."""
NO_RECORD: Final = 404
"""Status of a call about something that does not exist."""
_TIMEOUT: Final = 60.0
_WORDS: Final = 400
_LONGEST_KIND: Final = 60
_NO_MODEL: Final = "/problems/no-model"
"""Of a mikomi server: waiting a minute does not make one."""
_AGAIN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class Headers(Protocol):
    """Returns the headers of a call."""

    def __call__(self, *, renew: bool) -> Mapping[str, str]:
        """Return the headers; `renew`: the credentials are to be renewed first."""

    def close(self) -> None:
        """Close connections."""


class FixedHeaders:
    """Headers that never change.

    Parameters
    ----------
    headers
        Of every call.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, *, renew: bool) -> Mapping[str, str]:  # noqa: ARG002 - nothing to renew
        """Return the headers."""
        return self._headers

    def close(self) -> None:
        """Close nothing."""


class CallRefused(BadRequest):
    """A call that the other side understood and refused; see `status`."""

    status: int = 0


class SystemUnavailable(BadRequest):
    """The other side did not answer, or not in time; the run can be repeated."""


class Pace(NamedTuple):
    """How calls are paced.

    Attributes
    ----------
    pause
        Waits for so many seconds.
    counted
        Is called before each call; raises if no more calls are allowed today.
    report
        Shows a line for people: why a call is made again.
    """

    pause: Callable[[float], None]
    counted: Callable[[], None] = lambda: None
    report: Callable[[str], None] = lambda _: None


class _Failure(NamedTuple):
    """Why a call is made again: in words, what was expected, and what to do about it."""

    why: str
    expected: str = "an answer"
    do: str = "run it again later; it goes on where it stopped"


class _OtherAnswer(Exception):
    """An answer that is not what the system's API answers; see `failure`."""

    def __init__(self, why: str, expected: str) -> None:
        super().__init__(why)
        do = "check the address (a proxy or a sign-in page answers so), or run it again later"
        self.failure = _Failure(why, expected, f"{do}; it goes on where it stopped")


class RestClient:
    """Calls one API.

    Parameters
    ----------
    address
        What all paths follow.
    headers
        Of each call, see `Headers`.
    pace
        How calls are paced.
    secrets
        What is taken out of the vendor's words.
    transport
        Instead of the network: an application of the tests.
    """

    def __init__(
        self,
        address: str,
        headers: Headers,
        pace: Pace,
        secrets: Credentials,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._address, self._headers, self._pace = address.rstrip("/"), headers, pace
        self._secrets = secrets
        self._http = httpx.Client(
            timeout=_TIMEOUT, trust_env=False, follow_redirects=False, transport=transport
        )
        self._reported: set[str] = set()
        self.date: datetime | None = None
        """The vendor's clock at the last answer."""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        shape: Shape = ANYTHING,
    ) -> Any:
        """Call, and return the JSON of the answer (None where it is empty).

        Parameters
        ----------
        method, path
            Of the call; a path may be a whole address below the client's own.
        body
            What JSON can hold.
        params
            Of the query.
        headers
            Besides those of every call.
        shape
            Of the answer, see `pipelines.connect.answers`.

        Raises
        ------
        CallRefused
            If the call is refused.
        SystemUnavailable
            If there was no answer after all tries, or none of that shape.
        """
        url = path if path.startswith(f"{self._address}/") else self._address + path
        renewed, failure = False, _Failure("")
        for attempt in range(TRIES):
            self._pace.counted()
            try:
                extra = {"content-type": "application/json", **(headers or {})}
                request = self._http.build_request(
                    method,
                    url,
                    params=params,
                    content=None if body is None else json.dumps(body, ensure_ascii=False),
                    headers={**self._headers(renew=False), **extra},
                )
                response = self._http.send(request)
                self._note_date(response)
                if response.status_code == HTTPStatus.UNAUTHORIZED and not renewed:
                    renewed = True
                    self._headers(renew=True)
                    continue
                if not _to_repeat(response):
                    return self._content(response, method, url, shape)
                failure = _Failure(f"{response.status_code}")
                wait = self._wait(response, attempt)
            except (httpx.RequestError, httpx.InvalidURL, ValueError, _OtherAnswer) as error:
                failure, wait = _failure(error), 2.0**attempt
            self._report(f"{method} {_place(url)}: {failure.why}", failure.why)
            self._pace.pause(wait)
        observed = f"{method} {_place(url)}: {failure.why}, {TRIES} times"
        raise SystemUnavailable.of(observed, failure.expected, failure.do)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self._headers.close()

    def _report(self, line: str, why: str) -> None:
        if why not in self._reported:
            self._reported.add(why)
            self._pace.report(f"{line}; tried again, up to {TRIES} times")

    def _content(self, response: httpx.Response, method: str, url: str, shape: Shape) -> Any:
        if not response.is_success:
            words = self._secrets.without_secrets(response.text[:_WORDS])
            observed = f"{method} {_place(url)}: {response.status_code} {words}"
            error = CallRefused([Fault(observed, "a call that is accepted", "see `connect check`")])
            error.status = response.status_code
            raise error
        return _checked(_json(response), shape, response.status_code)

    def _note_date(self, response: httpx.Response) -> None:
        if written := response.headers.get("date"):
            self.date = parsedate_to_datetime(written).astimezone(UTC)

    def _wait(self, response: httpx.Response, attempt: int) -> float:
        requested = response.headers.get("retry-after", "")
        if not requested:
            return float(2.0**attempt)
        seconds = float(requested) if requested.isdigit() else self._until(requested)
        if seconds > LONGEST_WAIT:
            raise SystemUnavailable.of(
                f"the system asks to wait {seconds:.0f} seconds",
                f"at most {LONGEST_WAIT:.0f}",
                "run it again then; it goes on where it stopped",
            )
        return max(0.0, seconds)

    def _until(self, written: str) -> float:
        at = parsedate_to_datetime(written)
        return (at - self.date).total_seconds() if self.date else 1.0


def _to_repeat(response: httpx.Response) -> bool:
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and _NO_MODEL in response.text:
        return False
    return response.is_server_error or response.status_code in _AGAIN


def _failure(error: Exception) -> _Failure:
    return error.failure if isinstance(error, _OtherAnswer) else _Failure(type(error).__name__)


def _json(response: httpx.Response) -> Any:
    """Return the JSON of an answer, none where it is empty."""
    try:
        return msgspec.json.decode(response.content) if response.content else None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        kind = response.headers.get("content-type", "").partition(";")[0][:_LONGEST_KIND]
        why = f"{response.status_code} with no whole JSON ({kind or 'of no stated type'})"
        raise _OtherAnswer(why, "JSON") from error


def _checked(answer: Any, shape: Shape, status: int) -> Any:
    if wrong := mismatch(answer, shape):
        why = f"{status} with JSON of another shape, {wrong.observed}"
        raise _OtherAnswer(why, f"{wrong.expected} there")
    return answer


def _place(url: str) -> str:
    """Return an address without its query, which may name persons."""
    return url.partition("?")[0]
