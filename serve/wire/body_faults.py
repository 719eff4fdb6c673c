"""All faults of a body that cannot be decoded, each with its place.

Decided here: the decoder stops at its first fault, so the body is decoded again without types and
converted part by part, down to the value that is wrong. The work grows with the size of the body,
not with the number of faults, and the list ends after `MOST_FAULTS`.
"""

import re
from collections.abc import Iterator
from itertools import islice
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

import msgspec

from features.errors import Fault
from serve.wire.unknown_fields import unknown_names
from serve.wire.value_limits import DO, MOST_FAULTS, faults_in

_SHOWN: Final = 80
_TIME: Final = "a time, like 2026-01-31T09:00:00Z"
_WORDS: Final = {"int": "number", "float": "number", "bool": "boolean"}


def faults_of(kind: Any, body: bytes) -> list[Fault]:
    """List the faults of a body.

    Parameters
    ----------
    kind
        The type that the body must convert to.
    body
        JSON, as sent.

    Returns
    -------
    At least one fault, at most `MOST_FAULTS`.

    >>> for fault in faults_of(dict[str, int], b'{"a": 1, "b": "x", "c": null}'):
    ...     print(fault.observed, "|", fault.expected)
    $.b: "x" | number
    $.c: null | number
    """
    try:
        raw = msgspec.json.decode(body)
        faults = list(islice(_walk(raw, kind, "$"), MOST_FAULTS))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message, _, path = str(error).partition(" - at ")
        return [
            Fault(
                f"{path.strip('`') or '$'}: {message[:_SHOWN]}", "JSON, RFC 8259", "send valid JSON"
            )
        ]
    except RecursionError:
        return [Fault("$: too deeply nested", "what the API declares", "send valid JSON")]
    return faults or [Fault("$: unreadable", "what the API declares", DO)]


def _walk(raw: Any, kind: Any, path: str) -> Iterator[Fault]:
    """Yield the faults of a value: of its parts if it does not convert, else of its limits."""
    if kind is msgspec.Raw:
        return
    try:
        converted = msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        parts = _parts(raw, kind, path)
        if parts is None:
            yield Fault(f"{path}: {_show(raw)}", _expected(kind, error), DO)
        else:
            yield from parts
    else:
        yield from faults_in(converted, path, path.rpartition(".")[2])


def _parts(raw: Any, kind: Any, path: str) -> Iterator[Fault] | None:
    """Return the faults of the parts of a value; None if its shape is not that of its kind."""
    for option in _options(kind):
        if (
            isinstance(raw, dict)
            and isinstance(option, type)
            and issubclass(option, msgspec.Struct)
        ):
            return _fields(raw, option, path)
        if isinstance(raw, dict) and get_origin(option) is dict:
            inner = get_args(option)[1]
            return (f for key, one in raw.items() for f in _walk(one, inner, f"{path}.{key}"))
        if isinstance(raw, list) and get_origin(option) is list:
            inner = get_args(option)[0]
            return (f for n, one in enumerate(raw) for f in _walk(one, inner, f"{path}[{n}]"))
    return None


def _fields(raw: dict[str, Any], kind: Any, path: str) -> Iterator[Fault]:
    fields = msgspec.structs.fields(kind)
    yield from unknown_names(raw, [field.encode_name for field in fields], f"{path}.")
    for field in fields:
        if field.encode_name in raw:
            yield from _walk(raw[field.encode_name], field.type, f"{path}.{field.encode_name}")
        elif field.required:
            yield Fault(f"{path}.{field.encode_name}: nothing", _expected(field.type), DO)


def _options(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _expected(kind: Any, error: Exception | None = None) -> str:
    """Describe a kind in the terms of JSON."""
    expected = re.match(r"Expected `([^`]+)`", str(error or ""))
    if "datetime" in str(kind) and not (expected and "object" in expected[1]):
        return _TIME
    for option in _options(kind):
        if get_origin(option) is Literal:
            return " or ".join(get_args(option))
    if expected:
        return expected[1].replace("str", "string").replace("int", "number").replace(" | ", " or ")
    names = {"str": "string"} | _WORDS
    return " or ".join(names.get(getattr(one, "__name__", ""), "object") for one in _options(kind))


def _show(raw: Any) -> str:
    if isinstance(raw, dict | list):
        return f"{'an object' if isinstance(raw, dict) else 'an array'} of {len(raw)}"
    return msgspec.json.encode(raw).decode()[:_SHOWN]
