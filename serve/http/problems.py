"""Exceptions as RFC 9457 problems."""

import json
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features import errors
from serve.errors import Busy, HttpProblem, NoKey, TooOften, problems

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

_UNEXPECTED = HttpProblem(500, "/problems/unexpected", "Something went wrong here")
_FOREIGN: Final[Mapping[type[Exception], HttpProblem]] = {
    errors.BadInput: HttpProblem(422, "/problems/bad-input", "The request cannot be used"),
    errors.ArtifactMissing: HttpProblem(
        409, "/problems/no-such-model", "That model is not kept here"
    ),
    errors.ArtifactError: HttpProblem(500, "/problems/model", "The model cannot be used"),
    errors.NotEnoughEvidence: HttpProblem(
        409, "/problems/evidence", "There is too little evidence"
    ),
    errors.InUse: HttpProblem(409, "/problems/in-use", "Another run is making the same output"),
    errors.MachineFault: HttpProblem(503, "/problems/machine", "The machine failed"),
    DataError: HttpProblem(422, "/problems/bad-input", "The store cannot hold this"),
    ProgrammingError: _UNEXPECTED,
    DBAPIError: HttpProblem(503, "/problems/store", "The store cannot be reached"),
    PoolTimeout: HttpProblem(503, "/problems/store", "The store cannot be reached"),
}
TABLE: Final[Mapping[type[Exception], HttpProblem]] = {**dict(problems()), **_FOREIGN}
"""The problem of each exception; the server's own define theirs in `serve.errors`."""


def problem_of(error: Exception) -> HttpProblem:
    """Return the problem of the nearest class of an exception that has one."""
    known = (TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    return next(known, _UNEXPECTED)


def rendered(error: Exception) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body; only client errors (4xx) list their faults."""
    problem = problem_of(error)
    body: dict[str, object] = dict(problem._asdict())
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and isinstance(error, errors.MikomiError):
        body["detail"] = str(error)
        body["faults"] = [fault.to_json() for fault in error.faults]
    headers = {"content-type": MEDIA_TYPE}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(RETRY_SECONDS)
    if isinstance(error, Busy):
        headers["retry-after"] = "1"
    if isinstance(error, TooOften):
        headers["retry-after"] = str(math.ceil(error.wait))
    if isinstance(error, NoKey):
        headers["www-authenticate"] = "Bearer"
    return problem.status, headers, json.dumps(body, ensure_ascii=False).encode()


def plain(status: int) -> tuple[dict[str, str], bytes]:
    """Return headers and body for a status of the web framework, such as 404 and 405."""
    problem = HttpProblem(status, "about:blank", HTTPStatus(status).phrase)
    return {"content-type": MEDIA_TYPE}, json.dumps(problem._asdict()).encode()
