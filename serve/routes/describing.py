"""What routes have in common: how they describe themselves, who asks, in which language.

Decided here: the language is that of `lang`, else of `Accept-Language`, else the server's default.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from fastapi import Request

from features.errors import Fault
from features.phrases import Language
from serve.bodies import BadBody

JSON: Final = "application/json"
REFERENCE: Final = "#/components/schemas/{name}"
LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "description": "The language of the sentences; missing: as Accept-Language says.",
    "schema": {"type": "string", "enum": ["en", "ja"]},
}
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
    found: str | None = request.scope.get("state", {}).get("key_id")
    return found


def language_of(request: Request, default: str) -> Language:
    """Choose the language: `lang` in the query, else `Accept-Language`, else the default."""
    asked = request.query_params.get("lang")
    if asked is not None:
        if asked not in _LANGUAGES:
            raise BadBody([Fault(f"lang: {asked[:20]}", "en or ja", "correct the parameter")])
        return _LANGUAGES[asked]
    return accepted_language(request, default)


def accepted_language(request: Request, default: str) -> Language:
    """Choose the language as `Accept-Language` says, else the default."""
    for word in _accepted(request.headers.get("accept-language", "")):
        if word in _LANGUAGES:
            return _LANGUAGES[word]
    return _LANGUAGES.get(default, "en")


def _accepted(header: str) -> Iterator[str]:
    """Give the languages of a header, the most wanted first."""
    wanted = re.findall(r"([a-z]{2})(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?", header.lower())
    ranked = sorted(wanted, key=lambda one: -float(one[1] or 1.0))
    return (word for word, quality in ranked if float(quality or 1.0) > 0.0)
