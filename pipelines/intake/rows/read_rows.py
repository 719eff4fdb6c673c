"""Rows of one source as rows of one canonical table.

Decided here: which rows are for the table, and what every canonical row carries besides its
columns: the place and number it came from, the rule that read it, and its notes. A row that is not
for the table is counted, with the ground.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.free_mail import free_mail
from features.reading.text import as_text, is_missing
from features.tables import SPECS, Column, TableName, dtype_of
from features.timeline import MOMENT_DTYPE
from pipelines.intake.mapping.schema import (
    AttributedRule,
    AttributeRule,
    ColumnRule,
    LeadRule,
    Mapping,
    TableRule,
)
from pipelines.intake.read.readable import Piece
from pipelines.intake.read.undecodable import marked, shown
from pipelines.intake.rows import cells as cell
from pipelines.intake.rows.cells import Cells
from pipelines.intake.rows.conditions import LISTED, UNLISTED, meets, other_values, unlisted_values
from pipelines.intake.rows.notes import AUDIT, DISPLAY, NOTES, PLACE, ROW, RULE, Notes
from pipelines.intake.rows.notices import noticed

NO_TIME: Final = pd.Timestamp("2000-01-01T00:00:00Z")
"""When leads without any time came into being, by convention."""
NEEDED: Final = frozenset(
    {"lead_id", "occurred_at", "created_at", "activity_id", "activity_type", "outcome", "attribute"}
)
"""Columns whose value may not be missing when they are mapped; so is the first of a table's key."""
_WORDS: Final = frozenset({"category", "text"})
"""Kinds of columns whose values are words."""
_OWN_CHECK: Final = frozenset({"outcome", "direction"})
"""Columns whose unknown values have a check of their own."""


@dataclass(frozen=True)
class Reading:
    """Canonical rows of a piece, later values of attributes, and the rows passed over."""

    frame: pd.DataFrame
    changes: pd.DataFrame | None
    passed_over: Counter[str]
    zones: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class ReadTask:
    """One rule at work: `number` is its place among the table's rules."""

    mapping: Mapping
    table: TableName
    number: int
    rest: tuple[str, ...] = ()

    @property
    def rule(self) -> TableRule:
        """The rule itself."""
        return self.mapping.rules(self.table)[self.number]


def _companies(account_id: pd.Series, notes: Notes) -> pd.Series:
    """Leave out accounts that are providers of mailboxes, and note them without the person."""
    free = free_mail(account_id)
    if not free.any():
        return account_id
    notes.add("free_mail", "account_id", free.to_numpy(), account_id.str.rpartition("@")[2])
    return account_id.mask(free)


def read_piece(job: ReadTask, piece: Piece) -> Reading:
    """Turn some source rows into canonical rows.

    Parameters
    ----------
    job
        One rule of a table.
    piece
        Rows of its source, and where they came from.
    """
    rule, mapping = job.rule, job.mapping
    times = mapping.times_of(rule.source)
    rows = len(piece.frame)
    number = np.arange(piece.before + 1, piece.before + rows + 1, dtype="int64")
    frame = piece.frame.reset_index(drop=True)
    everything = Cells(
        frame,
        number,
        mapping.missing_values,
        times,
        Notes(rows),
        rule.source,
        outcomes=job.table == "outcomes",
    )
    chosen = chosen_rows(everything, rule)
    cells = everything.take(chosen)
    _note_bytes(cells)
    table = _columns(cells, job)
    _count_unlisted(cells, job)
    if job.table == "leads" and "account_id" in table:
        table["account_id"] = _companies(table["account_id"], cells.notes)
    table[PLACE] = pd.Series(piece.place, index=cells.frame.index, dtype="str")
    table[ROW] = pd.Series(piece.row_numbers[chosen])
    table[RULE] = pd.Series(job.number, index=cells.frame.index, dtype="int64")
    changes = _later(cells, job, table) if isinstance(rule, LeadRule) else None
    table[NOTES] = cells.notes.column()
    passed = Counter({"not for this table": rows - int(chosen.sum())}) + piece.passed_over
    cells.zones.update(noticed(piece, chosen))
    return Reading(pd.DataFrame(table), changes, +passed, +cells.zones)


def chosen_rows(cells: Cells, rule: TableRule) -> NDArray[np.bool_]:
    """Return which rows of a source are for a table; shape (rows,).

    Parameters
    ----------
    cells
        The rows.
    rule
        Of the table.
    """
    chosen = np.ones(len(cells.frame), dtype=bool)
    for column, condition in rule.where.items():
        chosen &= meets(cells.frame[column], condition, cells.missing)
        values = unlisted_values(cells.frame[column], condition, cells.missing)
        cells.zones.update({(f"where {column}", UNLISTED + v): n for v, n in values.items()})
    undated_wins = _won(cells, rule) if cells.outcomes else np.zeros(len(chosen), dtype=bool)
    for column in rule.where_present:
        there = ~is_missing(as_text(cells.frame[column]), cells.missing)
        dates = cells.outcomes and column in rule.columns["occurred_at"].inputs
        chosen &= there | undated_wins if dates else there
    for origin in rule.columns.values():
        if origin.other_values == "skip":
            chosen &= ~cell.unlisted(cells, origin)
    return chosen


def _won(cells: Cells, rule: TableRule) -> NDArray[np.bool_]:
    """Flag the rows that say won, dated or not: a win without a date is never passed over."""
    origin = rule.columns["outcome"]
    if origin.constant is not None:
        return np.zeros(len(cells.frame), dtype=bool)
    won = [value for value, outcome in origin.values.items() if outcome == "won"]  # noqa: PD011
    text = cell.raw_text(cells, origin)
    flags: NDArray[np.bool_] = text.isin(won or ["won"]).to_numpy()
    return flags


def _columns(cells: Cells, job: ReadTask) -> dict[str, pd.Series]:
    rule, spec = job.rule, SPECS[job.table]
    table = {}
    for column in spec.columns:
        origin = rule.columns.get(column.name)
        if origin is not None:
            table[column.name] = _column(cells, origin, column)
            if column.name in NEEDED or column.name == spec.key[0]:
                _note_missing(cells, column.name, table[column.name], origin)
        elif column.name in {"created_at", "activity_id"}:
            table[column.name] = _absent(cells, column)
    if isinstance(rule, AttributedRule):
        table |= {n: cell.attribute(cells, a, n) for n, a in rule.attributes.items()}
        table |= {name: _rest(cells, name) for name in job.rest}
        if isinstance(rule, LeadRule):
            table |= {DISPLAY + n: _rest(cells, column) for n, column in rule.display.items()}
        table |= {AUDIT + n: cell.attribute(cells, a, n) for n, a in rule.audit_only.items()}
    return table


def _note_bytes(cells: Cells) -> None:
    """Note cells with bytes that are no text, and write these as people do."""
    for name in cells.frame:
        rows = marked(cells.frame[name])
        if rows.any():
            cells.frame[name] = cells.frame[name].map(shown, na_action="ignore").astype("str")
            cells.notes.add("bytes", str(name), rows, cells.frame[name])


def _count_unlisted(cells: Cells, job: ReadTask) -> None:
    """Count values that `values` does not list, where nothing is stated of the others."""
    kinds = {column.name: column.kind for column in SPECS[job.table].columns}
    rules: dict[str, ColumnRule | AttributeRule] = {
        name: origin
        for name, origin in job.rule.columns.items()
        if origin.other_values is None and kinds.get(name) in _WORDS and name not in _OWN_CHECK
    }
    if isinstance(job.rule, AttributedRule):
        listed = (job.rule.attributes | job.rule.audit_only).items()
        rules |= {n: one for n, one in listed if "other_values" not in one.model_fields_set}
    for name, rule in rules.items():
        meanings = rule.values  # noqa: PD011 - the mapping's word, not a frame
        if not meanings or (isinstance(rule, AttributeRule) and rule.kind == "number"):
            continue
        text = _text(cells, rule, name)
        values = other_values(text, meanings, cell.missing_words(cells, rule))
        where = f"values of {name}"
        cells.zones.update({(where, UNLISTED + value): n for value, n in values.items()})
        cells.zones[where, LISTED] += int(text.isin(list(meanings)).sum())


def _text(cells: Cells, rule: ColumnRule | AttributeRule, name: str) -> pd.Series:
    if isinstance(rule, ColumnRule):
        return cell.raw_text(cells, rule)
    return as_text(cells.frame[rule.column or name])


def _absent(cells: Cells, column: Column) -> pd.Series:
    value = NO_TIME if column.kind == "time" else None
    return pd.Series(value, index=cells.frame.index, dtype=dtype_of(column.kind))


def _column(cells: Cells, origin: ColumnRule, column: Column) -> pd.Series:
    if origin.after_created_days is not None:
        return pd.Series(pd.NaT, index=cells.frame.index, dtype=MOMENT_DTYPE)
    if column.kind == "time":
        return cell.times(cells, origin, column.name)
    if column.kind == "number":
        raw = cells.frame[origin.column] if origin.column else cell.raw_text(cells, origin)
        return cell.numbers(cells, origin, column.name, raw)
    return cell.words(cells, origin, column.name, column.kind)


def _note_missing(cells: Cells, name: str, values: pd.Series, origin: ColumnRule) -> None:
    if origin.after_created_days is not None:
        return
    unread = cells.notes.flagged("time", name)
    cells.notes.add("missing", name, values.isna().to_numpy() & ~unread)


def _rest(cells: Cells, name: str) -> pd.Series:
    text = as_text(cells.frame[name])
    return text.mask(is_missing(text, cells.missing))


def _later(cells: Cells, job: ReadTask, table: dict[str, pd.Series]) -> pd.DataFrame | None:
    """Turn attributes that were filled later into rows of attribute_changes."""
    rule = job.rule
    assert isinstance(rule, LeadRule)  # noqa: S101 - narrows the type; the caller has looked
    changes = []
    for column, later in rule.known_later.items():
        if later.known_at is None:
            continue
        value = _rest(cells, column)
        aside = replace(cells, notes=Notes(len(value)), zones=Counter())
        at = cell.times(aside, later.known_at, column)
        cells.notes.add("later_without_time", column, (value.notna() & at.isna()).to_numpy(), value)
        change = pd.DataFrame(
            {
                "lead_id": table["lead_id"],
                "attribute": pd.Series(column, index=value.index, dtype="str"),
                "occurred_at": at,
                "value": value,
                PLACE: table[PLACE],
                ROW: table[ROW],
                RULE: np.int64(job.number),
                NOTES: pd.Series(None, index=value.index, dtype="str"),
            }
        )
        changes.append(change[value.notna() & at.notna()])
    return pd.concat(changes, ignore_index=True) if changes else None
