"""/docs: the reference of the API, for those who connect a CRM.

Decided here: the page is our own, so that nothing on it is loaded from elsewhere. It shows what
`/openapi.json` says, in English like the API itself.
"""

import json
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from serve.pages.shell.frame import Pages
from serve.routes import openapi

_CONTENT: Final = "application/json"


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/docs")
    def docs(request: Request) -> Response:
        visit = pages.visit(request)
        calls = [_call(*operation) for operation in openapi.operations(request.app.openapi())]
        return pages.show(request, visit, "api.html.j2", calls=calls)

    return routes


def _call(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """Describe one call: what it does, its scope, its parameters, an example of its body."""
    body = operation.get("requestBody", {}).get("content", {}).get(_CONTENT, {})
    example = body.get("example")
    return {
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "text": operation.get("description", "").split("\n\nScope:")[0],
        "scope": operation.get("x-scope"),
        "parameters": [
            (one["name"], one["in"], one.get("description", ""))
            for one in operation.get("parameters", [])
        ],
        "example": example and json.dumps(example, ensure_ascii=False, indent=2),
        "answers": sorted(operation["responses"]),
    }
