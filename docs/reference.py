"""The reference pages that are written from the code: tables, data checks, the mapping file."""

from collections.abc import Iterator
from typing import Any

from features.tables import SPECS, TableSpec
from pipelines.intake.checks.catalogue import CHECKS
from pipelines.intake.mapping.schema import Mapping

WRITTEN = "<!-- written by `make docs`; do not edit -->\n\n"


def tables() -> str:
    """Return the page of the canonical tables: columns, kinds, units, meanings."""
    head = (
        "# The canonical tables\n\nTimes are UTC. Unlisted columns of open tables are attributes.\n"
    )
    return WRITTEN + head + "".join(_table(spec) for spec in SPECS.values())


def _table(spec: TableSpec) -> str:
    rows = [
        [f"`{c.name}`", c.kind, "yes" if c.required else "", c.unit, c.meaning]
        for c in spec.columns
    ]
    ending = "\nFurther columns are attributes.\n" if spec.open_ended else ""
    key = ", ".join(f"`{name}`" for name in spec.key)
    grid = markdown(["column", "kind", "required", "unit", "meaning"], rows)
    return f"\n## {spec.name}\n\nKey: {key}\n\n{grid}{ending}"


def checks() -> str:
    """Return the page of the numbered data checks."""
    rows = [[c.code, c.title, c.severity, c.expected, c.do] for c in CHECKS]
    head = (
        "# The data checks\n\n`mikomi check` runs all of them and reports all faults at once. Rows "
        "with an error go to quarantine; rows with a warning are used.\n\n"
    )
    return WRITTEN + head + markdown(["check", "what", "severity", "expected", "what to do"], rows)


def mapping() -> str:
    """Return the page of the mapping file, from its JSON schema."""
    schema = Mapping.model_json_schema()
    head = (
        "# The mapping file\n\nYAML. Unknown keys are refused. `mikomi schema` prints this as JSON "
        "schema; `mikomi init` writes a first mapping; `examples/` has complete ones. "
        "[Preparing sources](../how-to/preparing.md) shows lookups, derived columns and groups.\n"
    )
    parts = {"the file": schema, **schema["$defs"]}
    return WRITTEN + head + "".join(_keys(name, part) for name, part in parts.items())


def _keys(name: str, part: dict[str, Any]) -> str:
    if "properties" not in part:
        return ""
    required = set(part.get("required", ()))
    rows = [
        [f"`{key}`", _kind(rule), "yes" if key in required else "", rule.get("description", "")]
        for key, rule in part["properties"].items()
    ]
    summary = part.get("description", "").split("\n")[0]
    return f"\n## {name}\n\n{summary}\n\n{markdown(['key', 'kind', 'required', 'meaning'], rows)}"


def _kind(rule: dict[str, Any]) -> str:
    return " or ".join(dict.fromkeys(_kinds(rule)))


def _kinds(rule: dict[str, Any]) -> Iterator[str]:
    for one in rule.get("anyOf", ()):
        yield from _kinds(one)
    if "$ref" in rule:
        yield rule["$ref"].rsplit("/", 1)[-1]
    elif "enum" in rule:
        yield from (f"`{value}`" for value in rule["enum"])
    elif rule.get("type") == "array":
        yield f"list of {_kind(rule.get('items', {})) or 'values'}"
    elif rule.get("type") == "object":
        inner = rule.get("additionalProperties")
        yield f"map of {_kind(inner)}" if isinstance(inner, dict) else "map"
    elif rule.get("type", "null") != "null":
        yield rule["type"]


def markdown(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown.

    Parameters
    ----------
    head
        The titles of the columns.
    rows
        The cells; pipes are escaped and line breaks become spaces.
    """
    grid = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(cell) for cell in row)} |\n" for row in grid)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
