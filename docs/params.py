"""The page of params.yaml: every parameter with its meaning, default, limits and when to change it.

Decided here: meaning comes from the `Attributes` of the settings class, default and limits from its
JSON schema, and only the advice is written by hand, in `params_advice.yaml`; a parameter without
meaning or advice, and advice without a parameter, is an error.
"""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args, get_type_hints

import yaml

from docs.reference import WRITTEN
from features.catalog.catalog import CatalogSettings
from features.labels import Target
from features.snapshots import CohortRule
from pipelines.run.params import Params
from pipelines.run.params_file import json_schema

ADVICE: Final = Path(__file__).with_name("params_advice.yaml")
ELSEWHERE: Final = {
    "CohortParams": (CohortRule, Target),
    "FeatureParams": (CatalogSettings,),
}
"""Settings classes whose meanings stand with the classes that they are made into."""
HEAD: Final = """# params.yaml

The file that every command is run with (`--params`, default `params.yaml`). Each section belongs to
the stages that read it, so `dvc repro` redoes only what a change concerns. What is left out has its
default. An unknown name, a wrong type and a value outside of its limits are refused, all at once.
`mikomi schema --params` prints the JSON schema, which editors understand.
"""
_ATTRIBUTES = re.compile(r"Attributes\n-+\n(.*?)(?=\n\n[A-Z]\w+\n---|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"^(\w+(?:, \w+)*)\n((?:    .*(?:\n|\Z)|\n)+)", re.MULTILINE)
_LIMITS: Final = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
}
_MAXIMA: Final = (36_525, 36_525 * 24, 2**31 - 1)
"""Limits that only keep numbers from overflowing."""


class Parameter(NamedTuple):
    """One parameter: its path in the file, its schema, its meaning."""

    path: str
    rule: dict[str, Any]
    meaning: str
    required: bool


def page() -> str:
    """Return the page.

    Raises
    ------
    ValueError
        If a parameter has no meaning or no advice, or an advice no parameter.
    """
    advice: dict[str, str] = yaml.safe_load(ADVICE.read_text("utf-8"))
    listed = parameters()
    faults = [f"{one.path} has no meaning" for one in listed if not one.meaning]
    faults += [f"{one.path} has no advice" for one in listed if one.path not in advice]
    faults += [f"{path} is no parameter" for path in advice if path not in {p.path for p in listed}]
    if faults:
        raise ValueError("; ".join(faults))
    text, section = [WRITTEN + HEAD], ""
    for one in listed:
        if (head := one.path.split(".", 1)[0]) != section:
            section = head
            text.append(f"\n## {section}\n")
        text.append(f"\n### `{one.path}`\n\n{_paragraph(one, advice[one.path])}\n")
    return "".join(text)


def parameters() -> list[Parameter]:
    """List every parameter of the file, in its order."""
    return list(_below(json_schema(), "Params", ""))


def _below(schema: dict[str, Any], kind: str, above: str) -> Iterator[Parameter]:
    part = schema if kind == "Params" else schema["$defs"][kind]
    meanings = _meanings(kind)
    for name, rule in part["properties"].items():
        path = f"{above}{name}"
        if inner := _inner(rule):
            yield from _below(schema, inner, f"{path}.")
        else:
            required = name in part.get("required", ())
            yield Parameter(path, rule, meanings.get(name, ""), required)


def _inner(rule: dict[str, Any]) -> str:
    for one in (rule, rule.get("items", {}), *rule.get("anyOf", ())):
        if "$ref" in one:
            return str(one["$ref"].rsplit("/", 1)[-1])
    return ""


def _meanings(kind: str) -> dict[str, str]:
    classes = (*ELSEWHERE.get(kind, ()), *reversed(_classes(Params)[kind].__mro__[:-1]))
    return {name: text for one in classes for name, text in attributes(one)}


def _classes(cls: type) -> dict[str, type]:
    """Return a settings class and those inside it, by name."""
    hints = get_type_hints(cls).values()
    inside = [one for hint in hints for one in (hint, *get_args(hint)) if is_dataclass(one)]
    below = {name: one for each in inside for name, one in _classes(each).items()}
    return {cls.__name__: cls, **below}


def attributes(cls: type) -> Iterator[tuple[str, str]]:
    """Yield the name and the meaning of each of the attributes that a docstring lists."""
    block = _ATTRIBUTES.search(inspect.cleandoc(cls.__doc__ or ""))
    for names, text in _ATTRIBUTE.findall(f"{block[1]}\n" if block else ""):
        for name in names.split(", "):
            yield {"target_outcome": "outcome"}.get(name, name), " ".join(text.split())


def _paragraph(one: Parameter, advice: str) -> str:
    default = json.dumps(one.rule.get("default", {}), ensure_ascii=False)
    shown = "Required" if one.required else f"Default `{default}`"
    allowed = ", ".join(dict.fromkeys(limits(one.rule)))
    facts = f"{shown}{f' ({allowed})' if allowed else ''}."
    return f"{one.meaning}\n\n{facts} {advice}"


def limits(rule: dict[str, Any]) -> Iterator[str]:
    """Yield what a JSON schema allows, in words."""
    for one in (rule, rule.get("items", {}), *rule.get("anyOf", ())):
        if "enum" in one:
            yield "one of " + ", ".join(f"`{value}`" for value in one["enum"])
        for name, words in _LIMITS.items():
            if name in one and one[name] not in _MAXIMA:
                yield words.format(f"{one[name]:g}")
