"""From a mapping to the reading that travels with the tables and the models learned from them.

Decided here: a mapping without a list of stages knows those that its data hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from features.reading.reading import DECISIONS, RecordReading
from features.reading.values import TimeReading, ValueReading, merged
from features.tables import SPECS, Column, TableName
from pipelines.intake.mapping.schema import (
    AttributedRule,
    AttributeRule,
    ColumnRule,
    SeriesRule,
    TableRule,
)
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.mapping.time_rule import TimeRule

Kinds = Mapping[str, Literal["category", "number"]]


def reading_of(
    mapping: MappingFile, leads: Kinds, accounts: Kinds, outcomes: Iterable[str]
) -> RecordReading:
    """Return how the records of a mapping are read.

    Parameters
    ----------
    mapping
        The mapping.
    leads, accounts
        The attributes of leads and accounts, and their kinds.
    outcomes
        The outcomes that the data hold.
    """
    stages = mapping.stages
    if stages is None:
        stages = tuple(sorted({str(one) for one in outcomes} - set(DECISIONS)))
    return RecordReading(
        {table: _columns(mapping, table) for table in SPECS},
        attributes_of(mapping, leads),
        _attributes(mapping, mapping.accounts, accounts),
        stages,
        mapping.outcome_activities,
        mapping.times.zone,
        mapping.undone_wins,
    )


def kinds_of(rules: Iterable[AttributedRule]) -> Kinds:
    """Return the kinds of the attributes that rules state."""
    return {name: one.kind for rule in rules for name, one in rule.attributes.items()}


def attributes_of(mapping: MappingFile, leads: Kinds) -> dict[str, ValueReading]:
    """Return how the attributes of leads are written.

    Parameters
    ----------
    mapping
        The mapping.
    leads
        The attributes and their kinds.
    """
    return _attributes(mapping, (*mapping.leads, *mapping.series), leads)


def _columns(mapping: MappingFile, table: TableName) -> dict[str, ValueReading]:
    rules = mapping.rules(table)
    return {
        column.name: merged([_column(mapping, rule, column) for rule in mapped])
        for column in SPECS[table].columns
        if (mapped := [rule for rule in rules if column.name in rule.columns])
    }


def _column(mapping: MappingFile, rule: TableRule, column: Column) -> ValueReading:
    origin = rule.columns[column.name]
    times = mapping.sources[rule.source].times or mapping.times
    values = dict(origin.values)
    others = origin.other_values or ("fault" if column.name == "outcome" and values else "keep")
    if origin.constant is not None:
        values, others = {origin.constant: origin.constant}, "skip"
    return ValueReading(
        column.kind,
        values if column.kind != "time" else {},
        others if values else "keep",
        _missing(mapping, origin),
        origin.decimal,
        origin.id_form,
        _time(times, origin, ends=(rule in mapping.outcomes) and column.name == "occurred_at"),
    )


def _time(rule: TimeRule, origin: ColumnRule, *, ends: bool) -> TimeReading:
    return TimeReading(
        origin.format or rule.format,
        origin.zone or rule.zone,
        rule.ambiguous,
        rule.nonexistent,
        origin.day or ("end" if ends else "start"),
    )


def _missing(mapping: MappingFile, rule: ColumnRule | AttributeRule) -> tuple[str, ...]:
    return mapping.missing_values if rule.missing_values is None else rule.missing_values


def _attributes(
    mapping: MappingFile, rules: Sequence[AttributedRule | SeriesRule], kinds: Kinds
) -> dict[str, ValueReading]:
    """Return how the attributes of a table are written."""
    return {name: _attribute(mapping, rules, name, kind) for name, kind in kinds.items()}


def _attribute(
    mapping: MappingFile,
    rules: Sequence[AttributedRule | SeriesRule],
    name: str,
    kind: Literal["category", "number"],
) -> ValueReading:
    stated = [rule.attributes[name] for rule in rules if name in rule.attributes]
    if not stated:
        return ValueReading(kind, missing=mapping.missing_values)
    return merged(
        [
            ValueReading(
                kind,
                dict(one.values),
                one.other_values,
                _missing(mapping, one),
                one.decimal,
            )
            for one in stated
        ]
    )


def completed(known: RecordReading, observed: RecordReading) -> RecordReading:
    """Return a reading with the attributes and stages that the data hold beside its own.

    Parameters
    ----------
    known
        The reading that the records were read by.
    observed
        What they hold.
    """
    return replace(
        known,
        attributes={**observed.attributes, **known.attributes},
        account_attributes={**observed.account_attributes, **known.account_attributes},
        stages=observed.stages if known.stages is None else known.stages,
    )
