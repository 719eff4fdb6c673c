"""The types of the API's bodies and answers, for Python and TypeScript, from its description.

Decided here: a schema becomes a TypedDict, and an interface, of the same name; moments are texts in
ISO 8601, as JSON has them. Types are parted into files by the calls that reach them first.
"""

import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from tests.names import bad_names

Schema = dict[str, Any]
_REFERENCE: Final = "#/components/schemas/"
_PYTHON: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
_SCRIPT: Final = {"integer": "number"}
_HEAD: Final = '''"""Written by `make docs` from the description of the API: {what}."""

'''


def python_type(schema: Schema) -> str:
    """Return a schema as a type of Python.

    >>> python_type({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]})
    'list[int] | None'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    if "enum" in schema:
        return f"Literal[{', '.join(repr(one) for one in schema['enum'])}]"
    if "anyOf" in schema:
        return " | ".join(python_type(one) for one in schema["anyOf"])
    kind = schema.get("type")
    if kind == "array":
        return f"list[{python_type(schema['items'])}]"
    if kind == "object":
        held = schema.get("additionalProperties")
        return f"dict[str, {python_type(held) if isinstance(held, dict) else 'Any'}]"
    return _PYTHON.get(str(kind), "Any")


def script_type(schema: Schema) -> str:
    """Return a schema as a type of TypeScript.

    >>> script_type({"anyOf": [{"type": "array", "items": {"enum": ["a", "b"]}}, {"type": "null"}]})
    'Array<"a" | "b"> | null'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REFERENCE)
    if "enum" in schema:
        return " | ".join(f'"{one}"' for one in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(script_type(one) for one in schema["anyOf"])
    kind = str(schema.get("type"))
    if kind == "array":
        return f"Array<{script_type(schema['items'])}>"
    if kind == "object":
        held = schema.get("additionalProperties")
        return f"Record<string, {script_type(held) if isinstance(held, dict) else 'unknown'}>"
    known = kind in _PYTHON
    return _SCRIPT.get(kind, kind) if known else "unknown"


def reached(schema: Any, schemas: dict[str, Schema]) -> Iterator[str]:
    """Yield the names of the schemas that a part of the description reaches.

    Parameters
    ----------
    schema
        A part of the description.
    schemas
        All schemas by name.
    """
    text = [schema]
    done: set[str] = set()
    while text:
        for name in re.findall(rf"'{_REFERENCE}(\w+)'", str(text.pop())):
            if name not in done:
                done.add(name)
                text.append(schemas[name])
                yield name


def python_module(names: list[str], schemas: dict[str, Schema], what: str) -> str:
    """Write a module with TypedDicts.

    Parameters
    ----------
    names
        Of the schemas, in the order in which they are written.
    schemas
        All schemas by name.
    what
        What the module holds.
    """
    body = "\n\n".join(_python_class(name, schemas[name]) for name in names)
    used = [one for one in ("Any", "Literal", "NotRequired", "TypedDict") if one in body]
    others = sorted({*reached([schemas[n] for n in names], schemas)} - {*names})
    lines = [f"from typing import {', '.join(used)}\n"]
    if others:
        lines.append(f"\nfrom mikomi.client.shared import {', '.join(others)}\n")
    keys = "# ruff: noqa: UP013 - keys of JSON\n\n" if "= TypedDict(" in body else ""
    return _HEAD.format(what=what) + keys + "".join(lines) + "\n\n" + body + "\n"


def _python_class(name: str, schema: Schema) -> str:
    required = {*schema.get("required", ())}
    fields = {
        field: python_type(one) if field in required else f"NotRequired[{python_type(one)}]"
        for field, one in schema.get("properties", {}).items()
    }
    docstring = _docstring(schema)
    if any(True for field in fields for _ in bad_names(field)):
        listed = ", ".join(f'"{field}": {one}' for field, one in fields.items())
        made = f'{name} = TypedDict("{name}", {{{listed}}})\n'
        return f'{made}"""{docstring}"""\n'
    lines = "\n".join(f"    {field}: {one}" for field, one in fields.items())
    return f'class {name}(TypedDict):\n    """{docstring}"""\n\n{lines}\n'


def _docstring(schema: Schema) -> str:
    first = " ".join(str(schema.get("description", "")).split("\n\n")[0].split())
    return textwrap.shorten(first or "A part of an answer.", 88, placeholder=" ...")


def script_module(schemas: dict[str, Schema], calls: dict[str, str]) -> str:
    """Write the types of all schemas, and of all calls, for TypeScript.

    Parameters
    ----------
    schemas
        All schemas by name.
    calls
        Method and path -> the type of the call.
    """
    parts = [_interface(name, schema) for name, schema in schemas.items()]
    listed = "".join(f'  "{name}": {kind};\n' for name, kind in calls.items())
    parts.append(
        f"/** Every call: its path and query, its body, and its answer. */\n"
        f"export interface Calls {{\n{listed}}}\n"
    )
    return (
        "// Written by `make docs` from the description of the API. Moments are ISO 8601 texts.\n\n"
        + "\n".join(parts)
    )


def _interface(name: str, schema: Schema) -> str:
    required = {*schema.get("required", ())}
    lines = "".join(
        f"  {field}{'' if field in required else '?'}: {script_type(one)};\n"
        for field, one in schema.get("properties", {}).items()
    )
    comment = " ".join(_docstring(schema).split())
    return f"/** {comment} */\nexport interface {name} {{\n{lines}}}\n"
