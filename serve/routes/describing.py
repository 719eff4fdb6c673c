"""What routes have in common: their description, the key and the language of a request.

Decided here: the language is that of `lang`, else of `Accept-Language`, else the server's default.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import QueryParams

from features.errors import Fault
from features.wording.sentences import Language
from serve.errors import BadBody
from serve.http.app_context import AppContext
from serve.scoring.protocols import Champion

JSON: Final = "application/json"
REFERENCE: Final = "#/components/schemas/{name}"
LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "description": "The language of the sentences; missing: as Accept-Language says.",
    "schema": {"type": "string", "enum": ["en", "ja"]},
}
TARGET: Final = {
    "name": "target",
    "in": "query",
    "description": "The target to predict; missing: the default. Others are named in the answer.",
    "schema": {"type": "string"},
    "example": "upsell",
}
CURVE: Final = {
    "name": "curve",
    "in": "query",
    "description": "Whether the probabilities of other horizons are answered too.",
    "schema": {"type": "boolean", "default": False},
}
_FLAGS: Final = {"false": False, "true": True}
_CACHED: Final = 1_024
"""How many combinations of query and header have their language cached."""
_LANGUAGES: Final[dict[str, Language]] = {"en": "en", "ja": "ja"}


def described(
    body: type[Any] | None,
    example: dict[str, Any] | None = None,
    answer: type[Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return what a route adds to its description in OpenAPI.

    Parameters
    ----------
    body
        The struct of the request's body; missing means no body.
    example
        Of a body.
    answer
        The struct of the response; missing means that it has no body.
    parameters
        Of the query, as OpenAPI describes them.
    """
    extra: dict[str, Any] = {}
    if body is not None:
        content = {"schema": _refer(body)} | ({"example": example} if example else {})
        extra["requestBody"] = {"required": True, "content": {JSON: content}}
    if answer is not None:
        content = {"schema": _refer(answer)}
        extra["responses"] = {"200": {"description": "The answer", "content": {JSON: content}}}
    if parameters:
        extra["parameters"] = parameters
    return extra


def _refer(kind: type[Any]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def key_of(request: Request) -> str | None:
    """Return the id of the key of a request; none without keys."""
    return key_in(request.scope)


def key_in(scope: Any) -> str | None:
    """Return the id of the key of a request, by its scope; none without keys."""
    key_id: str | None = scope.get("state", {}).get("key_id")
    return key_id


def charge(request: Request, cost: float) -> None:
    """Charge the key of a request for what its body makes the server do.

    Parameters
    ----------
    request
        The request, which was admitted.
    cost
        Besides what was charged when it was admitted; a score costs 1.

    Raises
    ------
    TooOften
        If the key has not that much left.
    """
    request.scope["state"]["charge"](cost)


def champion_of(context: AppContext, request: Request) -> Champion:
    """Return the champion of the target that a request names.

    Parameters
    ----------
    context
        Of the server.
    request
        With or without `target` in its query; without it, the target is the default.

    Raises
    ------
    BadBody
        If no such target is served.
    """
    return champion_in(context, request.scope)


def champion_in(context: AppContext, scope: Any) -> Champion:
    """Return the champion of the target that a request names, by its scope.

    Parameters
    ----------
    context
        Of the server.
    scope
        Of ASGI.

    Raises
    ------
    BadBody
        If no such target is served.
    """
    query = scope.get("query_string", b"")
    return context.targets.champion(_target(query) if query else None)


def target_of(context: AppContext, request: Request) -> str:
    """Return the target that a request names, as the store names it: empty is the default.

    Parameters
    ----------
    context
        Of the server.
    request
        With or without `target` in its query.

    Raises
    ------
    BadBody
        If no such target is served.
    """
    return context.targets.resolve(request.query_params.get("target"))


def wants_curve(request: Request) -> bool:
    """Return whether a request asks for the conversion curve.

    Raises
    ------
    BadBody
        If `curve` is neither true nor false.
    """
    value = request.query_params.get("curve", "false")
    if value not in _FLAGS:
        raise BadBody([Fault(f"curve: {value[:20]}", "true or false", "correct the parameter")])
    return _FLAGS[value]


@lru_cache(_CACHED)
def _target(query: bytes) -> str | None:
    return QueryParams(query).get("target")


def language_of(request: Request, default: str) -> Language:
    """Return the language of a request.

    Parameters
    ----------
    request
        With `lang` in its query, or `Accept-Language`.
    default
        The language without either.
    """
    return language_in(request.scope, default)


def language_in(scope: Any, default: str) -> Language:
    """Return the language of a request, by its scope.

    Parameters
    ----------
    scope
        Of ASGI.
    default
        The language without `lang` and `Accept-Language`.

    Raises
    ------
    BadBody
        If `lang` is not a language of the server.
    """
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    return _language(scope.get("query_string", b""), accepted, default)


@lru_cache(_CACHED)
def _language(query: bytes, accepted: bytes, default: str) -> Language:
    requested = QueryParams(query).get("lang")
    if requested is not None:
        if requested not in _LANGUAGES:
            raise BadBody([Fault(f"lang: {requested[:20]}", "en or ja", "correct the parameter")])
        return _LANGUAGES[requested]
    return _first_known(accepted.decode("latin-1"), default)


def accepted_language(request: Request, default: str) -> Language:
    """Return the language of `Accept-Language`.

    Parameters
    ----------
    request
        With or without the header.
    default
        The language without it.
    """
    return _first_known(request.headers.get("accept-language", ""), default)


def _first_known(header: str, default: str) -> Language:
    for word in _accepted(header):
        if word in _LANGUAGES:
            return _LANGUAGES[word]
    return _LANGUAGES.get(default, "en")


def _accepted(header: str) -> Iterator[str]:
    """Return the languages of a header, the most preferred first."""
    wanted = re.findall(r"([a-z]{2})(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?", header.lower())
    ranked = sorted(wanted, key=lambda one: -float(one[1] or 1.0))
    return (word for word, quality in ranked if float(quality or 1.0) > 0.0)
