"""The calls of the Python client and the types of both clients, from the description of the API.

Decided here: every route has a method, whose name stands in `NAMES`, or else is that of the route's
function. The text is formatted as `ruff format` does, so that it can be compared with the file.
"""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from docs import api_types
from serve.app import create_app
from serve.routes.openapi import operations
from serve.settings import Settings

Schema = dict[str, Any]
PLACE: Final = "mikomi/client/"
NAMES: Final = {
    ("get", "/healthz"): "health",
    ("get", "/readyz"): "ready",
    ("get", "/v1/leads/{lead_id}"): "lead",
    ("delete", "/v1/leads/{lead_id}"): "erase_lead",
    ("get", "/v1/leads/{lead_id}/score"): "score_lead",
    ("get", "/v1/leads/{lead_id}/history"): "lead_history",
    ("get", "/v1/leads/{lead_id}/change"): "lead_change",
    ("post", "/v1/leads/{lead_id}/steps"): "take_step",
    ("get", "/v1/leads/{lead_id}/steps"): "lead_steps",
    ("post", "/v1/steps/{step_id}/undo"): "undo_step",
    ("get", "/v1/lists/{name}"): "worklist",
}
_SCORES: Final = ("score", "score_lead", "score_batch", "outlook", "change", "lead_history")
_SUMMARY: Final = 88


class Call(NamedTuple):
    """One route as a method of the client."""

    name: str
    method: str
    path: str
    summary: str
    scope: str | None
    in_path: tuple[str, ...]
    query: dict[str, tuple[str, bool]]
    body: str | None
    answer: str
    script_answer: str


def description() -> Schema:
    """Return the description of the API as the server gives it."""
    return create_app(Settings()).openapi()


def calls(document: Schema) -> list[Call]:
    """List the calls of a description.

    Raises
    ------
    ValueError
        If two routes would have one name.
    """
    made = [_call(path, method, one) for path, method, one in operations(document)]
    names = [one.name for one in made]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"routes share the names {twice}: name them in docs/api_client.py")
    return made


def files(document: Schema) -> dict[str, str]:
    """Write the modules of the client and the types for TypeScript, by path.

    Parameters
    ----------
    document
        The description of the API.
    """
    schemas: dict[str, Schema] = document["components"]["schemas"]
    listed = calls(document)
    parts = _parted(listed, schemas)
    python = {
        f"{name}.py": api_types.python_module(names, schemas, what)
        for name, (what, names) in parts.items()
    }
    python["calls.py"] = _methods(listed, parts, waits=False)
    python["async_calls.py"] = _methods(listed, parts, waits=True)
    typed = {f"{call.method.upper()} {call.path}": _script(call) for call in listed}
    script = {f"{PLACE}mikomi.d.ts": api_types.script_module(schemas, typed)}
    return {
        (path := f"{PLACE}{name}"): formatted(path, text) for name, text in python.items()
    } | script


def formatted(path: str, text: str) -> str:
    """Return Python in the form that `make check` wants.

    Parameters
    ----------
    path
        Of the file.
    text
        Its content.
    """
    for words in (("check", "--fix-only", "--quiet"), ("format",)):
        command = [sys.executable, "-m", "ruff", *words, "--stdin-filename", path, "-"]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)  # noqa: S603 - our own
        text = done.stdout
    return text


def _call(path: str, method: str, operation: Schema) -> Call:
    listed = operation.get("parameters", [])
    name = NAMES.get((method, path)) or str(operation["operationId"]).split("_v1_")[0]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    answers = operation["responses"].get("200", {}).get("content", {})
    answer = answers.get("application/json")
    is_text = answer is None and bool(answers)
    return Call(
        name=name.removesuffix("_metrics_get"),
        method=method,
        path=path,
        summary=str(operation.get("description", "")).split("\n\n")[0],
        scope=operation.get("x-scope"),
        in_path=tuple(one["name"] for one in listed if one["in"] == "path"),
        query={
            one["name"]: (api_types.python_type(one["schema"]), bool(one.get("required")))
            for one in listed
            if one["in"] == "query"
        },
        body=None if content is None else api_types.python_type(content["schema"]),
        answer="str" if is_text else _answer(answer, api_types.python_type, "None"),
        script_answer="string" if is_text else _answer(answer, api_types.script_type, "void"),
    )


def _answer(answer: Schema | None, typed: Any, nothing: str) -> str:
    return nothing if answer is None else str(typed(answer["schema"]))


def _parted(listed: list[Call], schemas: dict[str, Schema]) -> dict[str, tuple[str, list[str]]]:
    """Part the schemas into files: bodies, answers about scores, other answers, what they share."""
    bodies = {*_reached([one.body for one in listed], schemas)}
    scores = {*_reached([one.answer for one in listed if one.name in _SCORES], schemas)} - bodies
    others = {*schemas} - bodies - scores
    inside = {
        "bodies": bodies,
        "scores": scores,
        "answers": others,
    }
    shared = {
        name
        for kind, own in inside.items()
        for name in api_types.reached([schemas[n] for n in own], schemas)
        if name not in own
    }
    shared |= {*api_types.reached([schemas[name] for name in shared], schemas)}
    kinds = {"shared": shared} | {kind: own - shared for kind, own in inside.items()}
    what = {
        "shared": "types that several of them hold",
        "bodies": "what is sent",
        "scores": "answers about scores",
        "answers": "other answers",
    }
    order = _ordered(schemas)
    return {kind: (what[kind], [n for n in order if n in own]) for kind, own in kinds.items()}


def _ordered(schemas: dict[str, Schema]) -> list[str]:
    """Order names so that each comes after those it holds."""
    order: list[str] = []

    def place(name: str) -> None:
        for held in api_types.reached(schemas[name], schemas):
            if held not in order and held != name:
                place(held)
        if name not in order:
            order.append(name)

    for name in schemas:
        place(name)
    return order


def _reached(kinds: list[str | None], schemas: dict[str, Schema]) -> Iterator[str]:
    for kind in kinds:
        if kind in schemas:
            yield str(kind)
            yield from api_types.reached(schemas[str(kind)], schemas)


def _methods(listed: list[Call], parts: dict[str, tuple[str, list[str]]], *, waits: bool) -> str:
    places = {name: kind for kind, (_, names) in parts.items() for name in names}
    used = {one for call in listed for one in (call.body, call.answer) if one in places}
    imports = "".join(
        f"from mikomi.client.{kind} import {_listed(used, places, kind)}\n"
        for kind in sorted(parts)
        if any(places[n] == kind for n in used)
    )
    queries = "" if waits else "".join(_query(call) for call in listed if call.query)
    names = ", ".join(_query_name(c) for c in listed if c.query)
    shared = "from mikomi.client.addresses import quoted\n"
    shared += f"from mikomi.client.calls import {names}\n" if waits else ""
    methods = "\n".join(_method(call, waits=waits) for call in listed)
    typed = "Any, Literal, NotRequired, TypedDict, Unpack, cast"
    head = "Any, Unpack, cast" if waits else typed
    name, how = ("AsyncCalls", "await each") if waits else ("Calls", "each returns its answer")
    return (
        f'"""Written by `make docs` from the description of the API: its calls; {how}."""\n\n'
        "from abc import ABC, abstractmethod\n"
        f"from typing import {head}\n\n{_sorted(imports + shared)}\n\n{queries}\n"
        f"class {name}(ABC):\n"
        f'    """Every call of the API."""\n\n'
        "    @abstractmethod\n"
        f"    {'async ' if waits else ''}def _send(self, method: str, path: str, query: Any, "
        'body: Any) -> Any:\n        """Send a request and return its answer."""\n\n'
        f"{methods}"
    )


def _listed(used: set[str], places: dict[str, str], kind: str) -> str:
    return ", ".join(sorted(name for name in used if places[name] == kind))


def _sorted(imports: str) -> str:
    return "".join(sorted(f"{line}\n" for line in imports.splitlines()))


def _query_name(call: Call) -> str:
    return "".join(part.capitalize() for part in call.name.split("_")) + "Query"


def _query(call: Call) -> str:
    lines = "".join(
        f"    {name}: {kind if required else f'NotRequired[{kind}]'}\n"
        for name, (kind, required) in call.query.items()
    )
    return (
        f"class {_query_name(call)}(TypedDict):\n"
        f'    """What `{call.name}` takes by name."""\n\n{lines}\n\n'
    )


def _method(call: Call, *, waits: bool) -> str:
    taken = [f"{name}: str" for name in call.in_path]
    taken += [f"body: {call.body}"] if call.body else []
    taken += [f"**query: Unpack[{_query_name(call)}]"] if call.query else []
    path = f'f"{_path(call)}"' if call.in_path else f'"{call.path}"'
    send = (
        f'self._send("{call.method.upper()}", {path}, {"query" if call.query else "{}"}, '
        f"{'body' if call.body else 'None'})"
    )
    send = f"await {send}" if waits else send
    done = send if call.answer == "None" else f"return cast({call.answer}, {send})"
    return (
        f"    {'async ' if waits else ''}def {call.name}({', '.join(['self', *taken])}) "
        f"-> {call.answer}:\n{_method_docstring(call, len(taken))}        {done}\n"
    )


def _path(call: Call) -> str:
    path = call.path
    for name in call.in_path:
        path = path.replace(f"{{{name}}}", f"{{quoted({name})}}")
    return path


def _method_docstring(call: Call, taken: int) -> str:
    scope = f"\n\n        The key needs the scope `{call.scope}`." if call.scope else ""
    if taken < 2:  # noqa: PLR2004 - one parameter speaks for itself
        return f'        """{call.summary}{scope}\n        """\n'
    described = [f"        {name}\n            In the address." for name in call.in_path]
    described += ["        body\n            What is sent."] if call.body else []
    described += ["        **query\n            What narrows the answer."] if call.query else []
    listed = "\n".join(described)
    return (
        f'        """{call.summary}{scope}\n\n        Parameters\n        ----------\n'
        f'{listed}\n        """\n'
    )


def _script(call: Call) -> str:
    held = [f"{name}: string" for name in call.in_path]
    held += [
        f"{name}{'' if required else '?'}: {_script_of_python(kind)}"
        for name, (kind, required) in call.query.items()
    ]
    parameters = "{ " + "; ".join(held) + " }" if held else "Record<string, never>"
    sent = f"parameters: {parameters}; body: {call.body or 'null'}"
    return f"{{ {sent}; answer: {call.script_answer} }}"


def _script_of_python(kind: str) -> str:
    if kind.startswith("Literal["):
        return " | ".join(f'"{one.strip()[1:-1]}"' for one in kind[8:-1].split(","))
    return {"str": "string", "int": "number", "float": "number", "bool": "boolean"}[kind]
