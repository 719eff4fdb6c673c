"""What routes have in common: how they describe themselves, who asks, in which language.

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

JSON: Final = "application/json"
REFERENCE: Final = "#/components/schemas/{name}"
LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "description": "The language of the sentences; missing: as Accept-Language says.",
    "schema": {"type": "string", "enum": ["en", "ja"]},
}
_KEPT: Final = 1_024
"""For so many ways of asking the language is remembered."""
_LANGUAGES: Final[dict[str, Language]] = {"en": "en", "ja": "ja"}


def described(
    body: type[Any] | None,
    example: dict[str, Any] | None = None,
    answer: type[Any] | None = None,
    parameters: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Describe the body and the answer of a route for OpenAPI, by the structs they are made of."""
    told: dict[str, Any] = {}
    if body is not None:
        content = {"schema": _refer(body)} | ({"example": example} if example else {})
        told["requestBody"] = {"required": True, "content": {JSON: content}}
    if answer is not None:
        content = {"schema": _refer(answer)}
        told["responses"] = {"200": {"description": "The answer", "content": {JSON: content}}}
    if parameters:
        told["parameters"] = parameters
    return told


def _refer(kind: type[Any]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


def key_of(request: Request) -> str | None:
    """Tell the id of the key that was used; none without keys."""
    return key_in(request.scope)


def key_in(scope: Any) -> str | None:
    """Tell the same of a scope."""
    found: str | None = scope.get("state", {}).get("key_id")
    return found


def language_of(request: Request, default: str) -> Language:
    """Choose the language: `lang` in the query, else `Accept-Language`, else the default."""
    return language_in(request.scope, default)


def language_in(scope: Any, default: str) -> Language:
    """Choose the same from a scope."""
    accepted = next((said for name, said in scope["headers"] if name == b"accept-language"), b"")
    return _language(scope.get("query_string", b""), accepted, default)


@lru_cache(_KEPT)
def _language(query: bytes, accepted: bytes, default: str) -> Language:
    asked = QueryParams(query).get("lang")
    if asked is not None:
        if asked not in _LANGUAGES:
            raise BadBody([Fault(f"lang: {asked[:20]}", "en or ja", "correct the parameter")])
        return _LANGUAGES[asked]
    return _first_known(accepted.decode("latin-1"), default)


def accepted_language(request: Request, default: str) -> Language:
    """Choose the language as `Accept-Language` says, else the default."""
    return _first_known(request.headers.get("accept-language", ""), default)


def _first_known(header: str, default: str) -> Language:
    for word in _accepted(header):
        if word in _LANGUAGES:
            return _LANGUAGES[word]
    return _LANGUAGES.get(default, "en")


def _accepted(header: str) -> Iterator[str]:
    """Give the languages of a header, the most wanted first."""
    wanted = re.findall(r"([a-z]{2})(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?", header.lower())
    ranked = sorted(wanted, key=lambda one: -float(one[1] or 1.0))
    return (word for word, quality in ranked if float(quality or 1.0) > 0.0)
