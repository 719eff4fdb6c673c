"""The page of the HTTP API, from its description: routes, scopes, bodies, answers, problems."""

from typing import Any, Final

from docs.api_client import Call, calls
from docs.reference import WRITTEN, markdown

HEAD: Final = """# The HTTP API

`mikomi serve` describes itself at `/docs` and `/openapi.json`; this page lists the same.
[Integrating a CRM](../how-to/integrating.md) walks through the calls in the order in which a
program needs them. A problem is `application/problem+json` (RFC 9457). `mikomi.client` has a method
for every route ([the client](client.md)).
"""


def page(document: dict[str, Any]) -> str:
    """Return the page.

    Parameters
    ----------
    document
        The description of the API (OpenAPI).
    """
    tags: dict[str, list[str]] = {}
    for call in calls(document):
        operation = document["paths"][call.path][call.method]
        tags.setdefault(operation["tags"][0], []).append(_route(call, operation))
    return WRITTEN + HEAD + "".join(f"\n## {tag}\n{''.join(parts)}" for tag, parts in tags.items())


def _route(call: Call, operation: dict[str, Any]) -> str:
    rows = [
        [f"`{one['name']}`", one["in"], "yes" if one.get("required") else "", _meaning(one)]
        for one in operation.get("parameters", ())
    ]
    grid = markdown(["parameter", "in", "required", "meaning"], rows) + "\n" if rows else ""
    problems = sorted(status for status in operation["responses"] if status >= "400")
    facts = [
        f"Scope `{call.scope}`." if call.scope else "No scope is needed.",
        f"Body `{call.body}`." if call.body else "",
        f"Answers `{call.answer}`." if call.answer != "None" else "",
        f"Problems: {', '.join(problems)}." if problems else "",
    ]
    title = f"`{call.method.upper()} {call.path}`"
    about = operation.get("description", "").split("Scope:")[0].strip()
    return f"\n### {title}\n\n{about}\n\n{grid}{' '.join(fact for fact in facts if fact)}\n"


def _meaning(parameter: dict[str, Any]) -> str:
    schema = parameter.get("schema", {})
    words = parameter.get("description") or schema.get("description") or ""
    default = schema.get("default")
    return " ".join(f"{words} {'' if default is None else f'Default `{default}`.'}".split())
