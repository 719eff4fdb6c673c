"""Errors as RFC 9457 problems: one table from exception class to status, type and title."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features import errors
from serve.champion import NoModel
from serve.scorings import NoReceipts

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5


class Problem(NamedTuple):
    """What an exception becomes."""

    status: int
    type: str
    title: str


_UNEXPECTED = Problem(500, "/problems/unexpected", "Something went wrong here")
TABLE: dict[type[Exception], Problem] = {
    NoModel: Problem(503, "/problems/no-model", "There is no model yet"),
    NoReceipts: Problem(503, "/problems/receipts", "Answers cannot be logged"),
    errors.BadInput: Problem(422, "/problems/bad-input", "The request cannot be used"),
    errors.ArtifactError: Problem(500, "/problems/model", "The model cannot be used"),
    errors.NotEnoughEvidence: Problem(409, "/problems/evidence", "There is too little evidence"),
    errors.LeakFound: Problem(500, "/problems/leak", "Something looks into the future"),
    DBAPIError: Problem(503, "/problems/store", "The store cannot be reached"),
    PoolTimeout: Problem(503, "/problems/store", "The store cannot be reached"),
}


def problem_of(error: Exception) -> Problem:
    """Give the problem of the nearest class of `error` in the table."""
    found: Iterator[Problem] = (TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    return next(found, _UNEXPECTED)


def rendered(error: Exception) -> tuple[int, dict[str, str], bytes]:
    """Give status, headers and body; only a refused request is told its faults."""
    problem = problem_of(error)
    body: dict[str, object] = dict(problem._asdict())
    if problem.status < HTTPStatus.INTERNAL_SERVER_ERROR and isinstance(error, errors.MikomiError):
        body["detail"] = str(error)
    headers = {"content-type": MEDIA_TYPE}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["retry-after"] = str(RETRY_SECONDS)
    return problem.status, headers, json.dumps(body, ensure_ascii=False).encode()
