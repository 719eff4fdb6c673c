"""All rows of a canonical table from all its rules.

Decided here: kinds of `rest` attributes are guessed when all rows are there; of several rows of a
lead the earliest makes it, when the mapping says so; columns that are not used are listed with why.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadTables, Fault
from features.reading.numbers import read_numbers
from features.tables import SPECS, TableName, empty
from pipelines.intake.mapping.protected import is_protected
from pipelines.intake.mapping.schema import AttributedRule, LeadRule, SeriesRule, TableRule
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.mapping.values import BothLanguages
from pipelines.intake.read.readable import Readable
from pipelines.intake.rows.notes import NOTES, PLACE, ROW, RULE
from pipelines.intake.rows.read_rows import Reading, ReadTask, read_piece

AUDITED: Final = BothLanguages(
    en="protected: compared in the report, never a feature",
    ja="保護属性：レポートで比較するだけで、特徴量にはしません",
)
DISPLAYED: Final = BothLanguages(
    en="display: shown to people, never a feature",
    ja="表示用：画面に出すだけで、特徴量にはしません",
)
NOT_USED: Final = BothLanguages(
    en="protected: list it under audit_only to compare it in the report",
    ja="保護属性：audit_only に書けばレポートで比較します",
)
LISTED: Final = BothLanguages(en="named like a listed column", ja="決まった列と同じ名前")
NOT_MAPPED: Final = BothLanguages(en="not mapped", ja="マッピングに書かれていない")
Kinds = dict[str, Literal["category", "number"]]


@dataclass(frozen=True)
class Gathered:
    """One table's rows as read, and what happened on the way."""

    frame: pd.DataFrame
    changes: pd.DataFrame | None = None
    kinds: Kinds = field(default_factory=dict)
    excluded: dict[str, BothLanguages] = field(default_factory=dict)
    passed_over: Counter[str] = field(default_factory=Counter)
    zones: Counter[tuple[str, str]] = field(default_factory=Counter)


def jobs(mapping: MappingFile, readers: Mapping[str, Readable], table: TableName) -> list[ReadTask]:
    """List the rules of a table, with the attributes that `rest` stands for.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    table
        The canonical table.
    """
    return [
        ReadTask(mapping, table, number, tuple(_rest(mapping, rule, readers)))
        for number, rule in enumerate(mapping.rules(table))
    ]


def check_columns(mapping: MappingFile, readers: Mapping[str, Readable]) -> None:
    """Refuse a mapping that names columns which its sources do not have: all of them at once.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.

    Raises
    ------
    BadTables
        If there are such columns.
    """
    have = {name: readers[name].columns() for name in mapping.sources}
    faults = [
        Fault(
            f"{table}: source {rule.source} has no column {column!r}",
            f"one of {', '.join(have[rule.source])}",
            "correct the mapping, or export the column",
        )
        for table, _, rule in mapping.every_rule()
        for column in sorted(_named(rule) - set(have[rule.source]))
    ]
    if faults:
        raise BadTables(faults)


def _inputs(rule: TableRule) -> set[str]:
    columns = {name for origin in rule.columns.values() for name in origin.inputs}
    return columns | set(rule.where) | set(rule.where_present)


def _named(rule: TableRule) -> set[str]:
    named = _inputs(rule)
    if isinstance(rule, SeriesRule):
        named |= {column for origin in rule.key.values() for column in origin.inputs}
        named |= {attribute.column or name for name, attribute in rule.attributes.items()}
    if isinstance(rule, AttributedRule):
        both = (rule.attributes | rule.audit_only).items()
        named |= {attribute.column or name for name, attribute in both}
        named |= rule.never_use.keys() | rule.known_later.keys()
        named |= set(rule.display.values()) if isinstance(rule, LeadRule) else set()
        for later in rule.known_later.values():
            named |= set(later.known_at.inputs) if later.known_at else set()
    return named


def _rest(mapping: MappingFile, rule: TableRule, readers: Mapping[str, Readable]) -> Iterator[str]:
    if isinstance(rule, AttributedRule) and rule.rest:
        taken = _named(rule) | _fed_elsewhere(mapping, rule).keys() | set(_listed())
        columns = readers[rule.source].columns()
        yield from (name for name in columns if name not in taken and not is_protected(name))


def _listed() -> Iterator[str]:
    for spec in SPECS.values():
        yield from spec.names


def _fed_elsewhere(mapping: MappingFile, rule: AttributedRule) -> dict[str, BothLanguages]:
    """Columns of the same source that feed another table: the outcome itself, above all."""
    return {
        column: BothLanguages(en=f"it feeds {table}", ja=f"表 {table} に使う")
        for table in SPECS
        for other in mapping.rules(table)
        if other.source == rule.source and other is not rule
        for column in sorted(_inputs(other))
    }


def excluded(mapping: MappingFile, readers: Mapping[str, Readable]) -> dict[str, BothLanguages]:
    """Return which columns of leads and accounts are not used, and why.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    """
    unused: dict[str, BothLanguages] = {}
    for rule in (*mapping.leads, *mapping.accounts):
        columns = readers[rule.source].columns()
        unused |= dict(rule.never_use)
        unused |= {a.column or n: AUDITED for n, a in rule.audit_only.items()}
        if isinstance(rule, LeadRule):
            unused |= dict.fromkeys(rule.display.values(), DISPLAYED)
        for name, later in rule.known_later.items():
            if later.known_at is None:
                unused[name] = later.why
        mine = _named(rule)
        unused |= {n: w for n, w in _fed_elsewhere(mapping, rule).items() if n not in mine}
        rest = [name for name in columns if name not in mine | unused.keys()]
        if rule.rest:
            unused |= {name: NOT_USED for name in rest if is_protected(name)}
            rest = [name for name in rest if name not in unused]
        ground = LISTED if rule.rest else NOT_MAPPED
        named = set(_listed()) if rule.rest else set(rest)
        unused |= {name: ground for name in rest if name in named}
    return unused


def readings(job: ReadTask, reader: Readable, rows: int) -> Iterator[Reading]:
    """Read a rule's source piece by piece.

    Parameters
    ----------
    job
        One rule of a table.
    reader
        Of its source.
    rows
        The most rows of a piece.
    """
    for piece in reader.pieces(rows):
        yield read_piece(job, piece)


def gather(
    mapping: MappingFile, readers: Mapping[str, Readable], table: TableName, rows: int
) -> Gathered:
    """Read a whole table, all rules; not for activities, which may not fit in memory.

    Parameters
    ----------
    mapping
        The mapping.
    readers
        Source name -> its reader.
    table
        The canonical table.
    rows
        The most rows of a piece.
    """
    frames, changes = [], []
    passed: Counter[str] = Counter()
    zones: Counter[tuple[str, str]] = Counter()
    kinds: Kinds = {}
    for job in jobs(mapping, readers, table):
        read = list(readings(job, readers[job.rule.source], rows))
        frame = pd.concat([reading.frame for reading in read], ignore_index=True)
        frame, late = _first_rows(frame, [job])
        changes += [reading.changes for reading in read if reading.changes is not None]
        for reading in read:
            passed += reading.passed_over
            zones += reading.zones
        passed += Counter({"later rows of the lead": late})
        kinds |= _kinds(frame, job)
        frames.append(frame)
    frame = pd.concat(frames, ignore_index=True) if frames else _no_rows(table)
    frame, late = _first_rows(frame, jobs(mapping, readers, table))
    passed += Counter({"later rows of the lead": late})
    later = pd.concat(changes, ignore_index=True) if changes else None
    return Gathered(_with_later(frame, mapping, table), later, kinds, {}, passed, zones)


def with_changes(read: Gathered, changes: pd.DataFrame | None) -> Gathered:
    """Add the later values that the leads' own sources held.

    Parameters
    ----------
    read
        The attribute changes of their own table.
    changes
        Those of the sources of leads, if there are any.
    """
    if changes is None:
        return read
    both = changes if read.frame.empty else pd.concat([read.frame, changes], ignore_index=True)
    return replace(read, frame=both)


def _no_rows(table: TableName) -> pd.DataFrame:
    return empty(table).assign(
        **{name: pd.Series(dtype="str") for name in (PLACE, NOTES)},
        **{name: pd.Series(dtype="int64") for name in (ROW, RULE)},
    )


def _first_rows(frame: pd.DataFrame, own: Sequence[ReadTask]) -> tuple[pd.DataFrame, int]:
    """Return the rows, of those of a lead by rules with `first_row_of_lead` the earliest alone."""
    first = [j.number for j in own if isinstance(j.rule, LeadRule) and j.rule.first_row_of_lead]
    if not first:
        return frame, 0
    usable = frame["lead_id"].notna() & frame["created_at"].notna() & frame[RULE].isin(first)
    order = frame[usable].sort_values("created_at", kind="stable").index
    again = frame.loc[order].duplicated("lead_id").reindex(frame.index, fill_value=False)
    return frame[~again].reset_index(drop=True), int(again.sum())


def _kinds(frame: pd.DataFrame, job: ReadTask) -> Kinds:
    rule = job.rule
    if not isinstance(rule, AttributedRule):
        return {}
    kinds: Kinds = {name: attribute.kind for name, attribute in rule.attributes.items()}
    for name in job.rest:
        values = number_if_all(frame[name])
        kinds[name] = "category" if values is None else "number"
        if values is not None:
            frame[name] = values
    if isinstance(rule, LeadRule):
        kinds |= {n: later.kind for n, later in rule.known_later.items() if later.known_at}
    return kinds


def number_if_all(text: pd.Series) -> NDArray[np.float64] | None:
    """Read a column as numbers when every value is one and none is a code like `007`."""
    there = text.dropna()
    if there.empty or there.str.fullmatch(r"-?0\d+", na=False).any():
        return None
    values, unreadable = read_numbers(text)
    return None if unreadable.any() else values


def _with_later(frame: pd.DataFrame, mapping: MappingFile, table: TableName) -> pd.DataFrame:
    """Add attributes that are only ever known later to the columns."""
    if table != "leads":
        return frame
    for rule in mapping.leads:
        for name, later in rule.known_later.items():
            if later.known_at is not None and name not in frame:
                dtype = "float64" if later.kind == "number" else "str"
                frame[name] = pd.Series(np.nan, index=frame.index, dtype=dtype)
    return frame
