"""Errors as RFC 9457 problems: one table from exception class to status, type and title."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from http import HTTPStatus
from typing import NamedTuple

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from features import errors
from serve.champion import NoModel
from serve.gate import KeysUnknown, NoKey, NotAllowed, TooOften
from serve.manner_errors import TooLarge, TooSlow
from serve.pages.visit import NotAllowedHere, NotSignedIn
from serve.reach import NoStore
from serve.scorings import NoReceipts
from serve.store.history import NoLead, NotYet
from serve.store.receipts import Erased, NoReceipt
from serve.store.sign_ins import LockedOut

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
    NoStore: Problem(503, "/problems/store", "The store cannot be reached"),
    KeysUnknown: Problem(503, "/problems/store", "The store cannot be reached"),
    NoReceipts: Problem(503, "/problems/receipts", "Answers cannot be logged"),
    NoLead: Problem(404, "/problems/no-lead", "There is no such lead"),
    NoReceipt: Problem(404, "/problems/no-receipt", "There is no such receipt"),
    Erased: Problem(410, "/problems/erased", "The person was erased"),
    NoKey: Problem(401, "/problems/no-key", "A key is needed"),
    NotAllowed: Problem(403, "/problems/not-allowed", "The key does not allow this"),
    TooOften: Problem(429, "/problems/too-often", "Too many requests"),
    TooLarge: Problem(413, "/problems/too-large", "The body is too large"),
    LockedOut: Problem(429, "/problems/locked-out", "Too many failures to sign in"),
    NotSignedIn: Problem(401, "/problems/not-signed-in", "Somebody has to sign in"),
    NotAllowedHere: Problem(403, "/problems/not-allowed-here", "This form is refused"),
    TooSlow: Problem(408, "/problems/too-slow", "The body did not arrive in time"),
    errors.BadInput: Problem(422, "/problems/bad-input", "The request cannot be used"),
    errors.ArtifactMissing: Problem(409, "/problems/no-such-model", "That model is not kept here"),
    NotYet: Problem(409, "/problems/not-yet", "The lead is created later than now"),
    errors.ArtifactError: Problem(500, "/problems/model", "The model cannot be used"),
    errors.NotEnoughEvidence: Problem(409, "/problems/evidence", "There is too little evidence"),
    errors.LeakFound: Problem(500, "/problems/leak", "Something looks into the future"),
    errors.InUse: Problem(409, "/problems/in-use", "Another run is making the same output"),
    DataError: Problem(422, "/problems/bad-input", "The store cannot hold this"),
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
