"""The description of the API, complete enough to generate a client from it.

Decided here: routes describe their body and their answer; what all have in common is added in this
one place: the problems, the key that is required, the headers of the response.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from fastapi import FastAPI

from serve.errors import HttpProblem
from serve.http import access
from serve.http.problems import MEDIA_TYPE, TABLE
from serve.routes.describing import REFERENCE

_METHODS: Final = ("get", "put", "post", "delete")
_EVERYWHERE: Final = (401, 403, 429, 503)
_OF_BODIES: Final = (408, 413, 415, 422)
_OF_IDS: Final = (404, 409, 410, 422)
_DESCRIPTIONS: Final = {
    200: "The answer",
    204: "Kept; nothing to say",
    401: "No valid key",
    403: "The key lacks the scope",
    404: "It is not kept here",
    408: "The body came too slowly",
    409: "Not now: a model that is not here, or a lead that is created later",
    410: "The person was erased",
    413: "The body is too large",
    415: "The body is compressed",
    422: "It cannot be used; every fault is listed",
    429: "More often than the key may; see Retry-After",
    503: "No model, or no database, yet; see Retry-After",
}
_HEADERS: Final = {
    "X-Request-Id": {"description": "The id sent, or a new one", "schema": {"type": "string"}}
}
_WAIT: Final = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}


class FaultBody(msgspec.Struct, frozen=True):
    """One fault: what was found where, what was expected, what to do."""

    observed: str = msgspec.field(name="found")
    expected: str
    do: str


class ProblemBody(msgspec.Struct, frozen=True):
    """A problem as of RFC 9457."""

    status: int
    type: str
    title: str
    detail: str | None = None
    faults: list[FaultBody] = []


def description(app: FastAPI, kinds: tuple[type[Any], ...]) -> dict[str, Any]:
    """Describe an application.

    Parameters
    ----------
    app
        The application, with its routes.
    kinds
        The structs that its routes refer to.
    """
    document = FastAPI.openapi(app)
    _, schemas = msgspec.json.schema_components((*kinds, ProblemBody), ref_template=REFERENCE)
    components = document.setdefault("components", {})
    components["schemas"] = schemas
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    document["servers"] = [{"url": "/"}]
    for path, method, operation in operations(document):
        _complete(path, method, operation)
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation of each call of a description."""
    for path, of_path in document["paths"].items():
        for method in _METHODS:
            if method in of_path:
                yield path, method, of_path[method]


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    for status, answer in answers.items():
        answer["description"] = _DESCRIPTIONS[int(status)]
        answer["headers"] = _HEADERS
    for status in _statuses(path, operation):
        headers = _HEADERS | (_WAIT if status in (429, 503) else {})
        answers[str(status)] = {
            "description": _DESCRIPTIONS[status],
            "headers": headers,
            "content": {MEDIA_TYPE: {"schema": _PROBLEM, "example": _example(status)}},
        }
    if path.startswith(access.KEYED):
        scope = access.scope_of(method.upper(), path)
        operation["security"] = [{"key": []}]
        operation["x-scope"] = scope
        operation["description"] = f"{operation.get('description', '')}\n\nScope: {scope}.".strip()


_PROBLEM: Final = {"$ref": REFERENCE.format(name=ProblemBody.__name__)}


def _statuses(path: str, operation: dict[str, Any]) -> set[int]:
    if not path.startswith(access.KEYED):
        return {503} if path == "/readyz" else set()
    statuses = set(_EVERYWHERE)
    if "requestBody" in operation:
        statuses.update(_OF_BODIES)
    if path.startswith(access.API):  # an unknown parameter
        statuses.update(_OF_IDS if operation.get("parameters") and "{" in path else (422,))
    return statuses


def _example(status: int) -> dict[str, Any]:
    """Return the first problem of a status as an example."""
    problem: HttpProblem = next(one for one in TABLE.values() if one.status == status)
    example: dict[str, Any] = dict(problem._asdict())
    if status == 422:  # noqa: PLR2004
        fault = FaultBody("$.atributes", "one of lead_id, attributes", "did you mean `attributes`?")
        example |= {"faults": [msgspec.to_builtins(fault)]}
    return example
