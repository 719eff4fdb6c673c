"""Exceptions as RFC 9457 problems."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features import errors
from serve.errors import NoKey, Problem, TooOften, problems

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

_UNEXPECTED = Problem(500, "/problems/unexpected", "Something went wrong here")
_FOREIGN: Final[Mapping[type[Exception], Problem]] = {
    errors.BadInput: Problem(422, "/problems/bad-input", "The request cannot be used"),
    errors.ArtifactMissing: Problem(409, "/problems/no-such-model", "That model is not kept here"),
    errors.ArtifactError: Problem(500, "/problems/model", "The model cannot be used"),
    errors.NotEnoughEvidence: Problem(409, "/problems/evidence", "There is too little evidence"),
    errors.LeakFound: Problem(500, "/problems/leak", "Something looks into the future"),
    errors.InUse: Problem(409, "/problems/in-use", "Another run is making the same output"),
    DataError: Problem(422, "/problems/bad-input", "The store cannot hold this"),
    DBAPIError: Problem(503, "/problems/store", "The store cannot be reached"),
    PoolTimeout: Problem(503, "/problems/store", "The store cannot be reached"),
}
TABLE: Final[Mapping[type[Exception], Problem]] = {**dict(problems()), **_FOREIGN}
"""The server's own exceptions carry their problem (`serve.errors`); the others stand here."""


def problem_of(error: Exception) -> Problem:
    """Return the problem of the nearest class of an exception that has one."""
    known = (TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    return next(known, _UNEXPECTED)


def rendered(error: Exception) -> tuple[int, dict[str, str], bytes]:
    """Give status, headers and body; only a refused request is told its faults."""
    problem = problem_of(error)
    body: dict[str, object] = dict(problem._asdict())
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and isinstance(error, errors.MikomiError):
        body["detail"] = str(error)
        body["faults"] = [asdict(fault) for fault in error.faults]
    headers = {"content-type": MEDIA_TYPE}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(RETRY_SECONDS)
    if isinstance(error, TooOften):
        headers["retry-after"] = str(math.ceil(error.wait))
    if isinstance(error, NoKey):
        headers["www-authenticate"] = "Bearer"
    return problem.status, headers, json.dumps(body, ensure_ascii=False).encode()


def plain(status: int) -> tuple[dict[str, str], bytes]:
    """Give headers and body for a status that the web framework found, such as 404 and 405."""
    said = Problem(status, "about:blank", HTTPStatus(status).phrase)
    return {"content-type": MEDIA_TYPE}, json.dumps(said._asdict()).encode()
