"""Reading a mapping file: every fault at once, each with its line.

Decided here: YAML is read with the scalars of YAML 1.2 (`yes` and `no` are words, `007` is a word,
dates are words), because keys and values of a mapping are what somebody's export holds; anchors,
aliases and merges (`<<`) work, and keys at the top that begin with `x-` hold what is only aliased;
a key given twice is a fault; what the schema cannot say is checked here.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import ValidationError

from features.errors import BadMapping, Fault
from features.reading.written_files import text_of
from features.tables import SPECS
from pipelines.intake.mapping import yaml_lines
from pipelines.intake.mapping.protected import PROTECTED, is_protected
from pipelines.intake.mapping.schema import AttributedRule, ColumnRule, LeadRule, Mapping, TableRule
from pipelines.intake.mapping.series_faults import series_faults
from pipelines.intake.mapping.source_faults import source_faults
from pipelines.intake.mapping.yaml_lines import Place

ALIASED = "x-"
"""Before keys at the top of a mapping that hold what is aliased elsewhere."""
REQUIRED = {
    "leads": ("lead_id",),
    "activities": ("lead_id", "occurred_at", "activity_type"),
    "outcomes": ("lead_id", "occurred_at", "outcome"),
    "accounts": ("account_id",),
    "attribute_changes": ("lead_id", "attribute", "occurred_at", "value"),
    "series": ("occurred_at",),
    "spend": ("source", "month", "amount"),
}
OUTSIDE = {
    "series": ("occurred_at", "known_at"),
    "spend": ("source", "campaign", "month", "amount", "currency"),
}
"""The columns of tables that are no canonical ones."""


class _Loader(yaml.SafeLoader):
    """SafeLoader with the scalars of YAML 1.2."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:~|null|)$", "~n"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(_pattern),
        [*_first, ""] if _tag == "null" else list(_first),
    )


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    BadMapping
        With every fault: file, line, what was found, what was expected.
    """
    if not path.is_file():
        raise BadMapping.of(f"no file {path}", "a mapping file", "write one with `mikomi init`")
    return parse(text_of(path, BadMapping), str(path))


def content(text: str) -> Any:
    """Read the text of a mapping as plain data, unchecked, with the scalars of YAML 1.2."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader


def parse(text: str, name: str = "mapping") -> Mapping:
    r"""Read a mapping from its text; `name` stands in the faults.

    >>> parse("name: x\nsources: {a: {path: a.csv}}\nleads: [{source: a, columns: {lead: id}}]")
    Traceback (most recent call last):
        ...
    features.errors.BadMapping: found mapping line 3: leads.0.columns: ...

    Parameters
    ----------
    text
        YAML.
    name
        Of the file, as faults state it.

    Raises
    ------
    BadMapping
        If it is no YAML, or no mapping; with every fault and its line.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise BadMapping([Fault(f"{name}: {error}", "a YAML file", "correct the line")]) from error
    if node is None:
        raise BadMapping([Fault(f"{name}: nothing", "a mapping", "start with `mikomi init`")])
    if not yaml_lines.is_bounded(node):
        most = f"{yaml_lines.MOST_NODES:,} values when written out"
        observed = f"{name}: aliases that never end, or over {most}"
        raise BadMapping([Fault(observed, "a mapping of bounded size", "write it out")])
    lines = dict(yaml_lines.lines(node))
    twice = [
        _fault(name, lines, place, "the key is given twice")
        for place in yaml_lines.repeated_keys(node)
    ]
    if twice:
        raise BadMapping(twice)
    try:
        mapping = Mapping.model_validate_json(json.dumps(_plain(node)))
    except yaml.YAMLError as error:
        raise BadMapping([Fault(f"{name}: {error}", "a YAML file", "correct the line")]) from error
    except ValidationError as error:
        raise BadMapping(_schema_faults(error, name, lines)) from error
    faults = [_fault(name, lines, place, text) for place, text in contradictions(mapping)]
    if faults:
        raise BadMapping(faults)
    return mapping


def _plain(node: yaml.Node) -> Any:
    """Return a document as plain data, merges written out, without what is only aliased."""
    content = _Loader("").construct_document(node)
    if isinstance(content, dict):
        return {key: value for key, value in content.items() if not str(key).startswith(ALIASED)}
    return content


def lines_of(path: Path) -> dict[Place, int]:
    """Return the line of every place of a mapping file that can be read."""
    node = yaml.compose(path.read_text("utf-8"), Loader=_Loader)
    return {} if node is None else dict(yaml_lines.lines(node))


def _schema_faults(error: ValidationError, name: str, lines: dict[Place, int]) -> list[Fault]:
    faults = []
    for one in error.errors(include_url=False):
        message = {"extra_forbidden": "unknown key"}.get(one["type"], one["msg"])
        value = one["input"]
        shown = f" (given: {value!r})" if isinstance(value, str | int | float) else ""
        faults.append(_fault(name, lines, tuple(one["loc"]), message + shown))
    return faults


def _fault(name: str, lines: dict[Place, int], place: Place, message: str) -> Fault:
    known = next(place[:n] for n in range(len(place), -1, -1) if place[:n] in lines)
    where = ".".join(str(part) for part in place) or "the file"
    return Fault(
        f"{name} line {lines[known]}: {where}: {message}",
        "what `mikomi schema` prints",
        "correct the line",
    )


def contradictions(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    """Yield what the schema cannot say: names that do not fit together."""
    if not mapping.leads:
        yield ("leads",), "at least one source of leads must be said"
    used = set()
    for table, number, rule in mapping.every_rule():
        place: Place = (table, number)
        used.add(rule.source)
        if rule.source not in mapping.sources:
            yield (*place, "source"), f"no source is named {rule.source!r}"
        yield from _column_faults(rule, table, place)
    yield from series_faults(mapping)
    yield from source_faults(mapping, used)
    yield from _zone_faults(mapping)


def _column_faults(rule: TableRule, table: str, place: Place) -> Iterator[tuple[Place, str]]:
    names = OUTSIDE[table] if table in OUTSIDE else SPECS[table].names  # type: ignore[index]
    missing = [name for name in REQUIRED[table] if name not in rule.columns]
    if missing:
        yield (*place, "columns"), f"{', '.join(missing)} must be said"
    for name, origin in rule.columns.items():
        at = (*place, "columns", name)
        if name not in names:
            yield at, f"{table} has no column {name!r}, only {', '.join(names)}"
        if origin.values and name.endswith("_at"):
            yield (
                (*at, "values"),
                "a time has no values to translate; use missing_values or format, or translate "
                "under `derived` of the source",
            )
        if origin.sequence is not None and not name.endswith("_at"):
            yield at, "a sequence makes times only"
        if origin.after_created_days is not None and (table, name) != ("outcomes", "occurred_at"):
            yield at, "after_created_days is for occurred_at of outcomes"
    if isinstance(rule, AttributedRule):
        yield from _attribute_faults(rule, names, place)


def _attribute_faults(
    rule: AttributedRule, names: tuple[str, ...], place: Place
) -> Iterator[tuple[Place, str]]:
    for name, attribute in rule.attributes.items():
        at = (*place, "attributes", name)
        column = attribute.column or name
        if name in names or name.startswith("_"):
            yield at, "the name belongs to a listed column"
        for group in ("never_use", "known_later"):
            if column in getattr(rule, group):
                yield at, f"the column is also under {group}"
    for column in rule.never_use.keys() & rule.known_later.keys():
        yield (*place, "known_later", column), "the column is also under never_use"
    yield from _protected_faults(rule, place)
    yield from _audit_faults(rule, names, place)
    if rule.known_later and not isinstance(rule, LeadRule):
        yield (*place, "known_later"), "only attributes of leads have a history; use never_use"


def _protected_faults(rule: AttributedRule, place: Place) -> Iterator[tuple[Place, str]]:
    for name, attribute in rule.attributes.items():
        called = is_protected(name) or is_protected(attribute.column or name)
        why = attribute.not_protected
        if called and not (why and why.en.strip() and why.ja.strip()):
            yield (*place, "attributes", name), PROTECTED
    for column, later in rule.known_later.items():
        if later.known_at is not None and is_protected(column):
            yield (*place, "known_later", column), PROTECTED


def _audit_faults(
    rule: AttributedRule, names: tuple[str, ...], place: Place
) -> Iterator[tuple[Place, str]]:
    used = {one.column or name for name, one in rule.attributes.items()}
    used |= rule.never_use.keys() | rule.known_later.keys()
    for name, attribute in rule.audit_only.items():
        at = (*place, "audit_only", name)
        if name in names or name.startswith("_") or name in rule.attributes:
            yield at, "the name belongs to another column"
        if (attribute.column or name) in used:
            yield at, "the column is also used elsewhere"
    for name, column in getattr(rule, "display", {}).items():
        if column in used | {one.column or name for name, one in rule.audit_only.items()}:
            yield (*place, "display", name), "the column is also used elsewhere"
    if rule.audit_only and not isinstance(rule, LeadRule):
        yield (*place, "audit_only"), "only attributes of leads are compared; use never_use"


def _zone_faults(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    zones: list[tuple[Place, str | None]] = [(("times", "zone"), mapping.times.zone)]
    for name, source in mapping.sources.items():
        zones.append(
            (("sources", name, "times", "zone"), source.times.zone if source.times else None)
        )
    for table, number, rule in mapping.every_rule():
        for name, origin in _origins(rule):
            zones.append(((table, number, "columns", name, "zone"), origin.zone))
    for place, zone in zones:
        if zone is not None and not _is_zone(zone):
            yield place, f"unknown zone {zone!r}; expected a name like Asia/Tokyo or UTC"


def _origins(rule: TableRule) -> Iterator[tuple[str, ColumnRule]]:
    yield from rule.columns.items()
    for column, later in getattr(rule, "known_later", {}).items():
        if later.known_at is not None:
            yield column, later.known_at


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
