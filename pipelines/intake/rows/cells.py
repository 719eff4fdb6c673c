"""One canonical column from the rows of a source.

Decided here: how a column rule is carried out. Missing words are taken out first, except those that
`values` gives a meaning; a value that cannot be read becomes missing and leaves a note.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.days import DAYS, PLACED, TIMES, day_count, placed_days
from features.reading.id_forms import rewritten
from features.reading.numbers import read_numbers
from features.reading.text import as_text, folded, is_missing
from features.reading.times import Times, read_times
from features.tables import ColumnKind
from features.timeline import MOMENT_DTYPE
from pipelines.intake.mapping.schema import AttributeRule, ColumnRule, Sequence
from pipelines.intake.mapping.time_rule import TimeRule
from pipelines.intake.rows.notes import Notes

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """Some rows of a source: `number` counts them from 1 in the whole source."""

    frame: pd.DataFrame
    number: NDArray[np.int64]
    missing: tuple[str, ...]
    times: TimeRule
    notes: Notes
    source: str = ""
    outcomes: bool = False
    zones: Counter[tuple[str, str]] = field(default_factory=Counter)

    def take(self, rows: Flags) -> "Cells":
        """Select the flagged rows, with notes of their own."""
        return Cells(
            self.frame.loc[rows].reset_index(drop=True),
            self.number[rows],
            self.missing,
            self.times,
            Notes(int(rows.sum())),
            self.source,
            self.outcomes,
            self.zones,
        )


def raw_text(cells: Cells, rule: ColumnRule) -> pd.Series:
    """Return the text of a column before `values` and missing words.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column.
    """
    if rule.constant is not None:
        return pd.Series(rule.constant, index=cells.frame.index, dtype="str")
    if rule.row_number is not None:
        return pd.Series([f"{rule.row_number}{n}" for n in cells.number], dtype="str")
    if rule.column is not None:
        return as_text(cells.frame[rule.column])
    parts = [as_text(cells.frame[name]) for name in rule.join]
    absent = np.logical_or.reduce([is_missing(part, cells.missing) for part in parts])
    joined = parts[0].fillna("")
    for part in parts[1:]:
        joined = joined + rule.separator + part.fillna("")
    return joined.mask(absent)


def unlisted(cells: Cells, rule: ColumnRule) -> Flags:
    """Return which values are there but neither listed in `values` nor what a listed one means.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column.
    """
    text = raw_text(cells, rule)
    stated = rule.values  # noqa: PD011 - the mapping's word, not a frame
    listed = text.isin([*stated, *stated.values()]).to_numpy()
    missing = is_missing(text, missing_words(cells, rule))
    unknown: Flags = ~listed & (~missing if rule.other_values != "skip" else True)
    return unknown


def missing_words(cells: Cells, rule: ColumnRule | AttributeRule) -> tuple[str, ...]:
    """Return what stands for missing in a column.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column or attribute.
    """
    return cells.missing if rule.missing_values is None else rule.missing_values


def words(cells: Cells, rule: ColumnRule, name: str, kind: ColumnKind) -> pd.Series:
    """Read an id, a category or free text.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column.
    name
        The canonical column.
    kind
        Id, category or text.
    """
    text = raw_text(cells, rule)
    if kind == "id":
        text = folded(text)
    if rule.id_form is not None:
        text = rewritten(text, rule.id_form)
    if rule.other_values == "fault" or (rule.other_values is None and name == "outcome"):
        cells.notes.add("value", name, _faulty(cells, rule), text)
    return meaning(text, rule.values, rule.other_values, missing_words(cells, rule))


def _faulty(cells: Cells, rule: ColumnRule) -> Flags:
    if not rule.values:  # noqa: PD011 - the mapping's word, not a frame
        return np.zeros(len(cells.frame), dtype=bool)
    return unlisted(cells, rule)


def meaning(
    text: pd.Series, values: dict[str, str], other: str | None, missing: tuple[str, ...]
) -> pd.Series:
    """Translate by `values`, then take out what stands for missing.

    Parameters
    ----------
    text
        Shape (rows,): the raw text.
    values
        Raw text -> its meaning.
    other
        What stands for texts that are not listed; missing leaves them as they are. A text that is
        what a listed one means stands for itself.
    missing
        Texts that stand for a missing value.
    """
    listed = text.isin(list(values)).to_numpy()
    known = text.isin(list(values.values())).to_numpy()
    keep = listed | (~is_missing(text, missing) & (known | (other != "missing")))
    result = text.where(~listed, text.map(values).astype("str")) if listed.any() else text
    return result.where(keep).astype("str")


def times(cells: Cells, rule: ColumnRule, name: str) -> pd.Series:
    """Read a time.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column.
    name
        The canonical column.
    """
    if rule.sequence is not None:
        return _sequence(cells, rule.sequence, name)
    if rule.constant is not None:
        one = read_times(pd.Series([rule.constant], dtype="str"), time_rule(cells, rule))
        cells.notes.add("time", name, np.repeat(one.unreadable, len(cells.frame)))
        return pd.Series(one.moments.iloc[0], index=cells.frame.index, dtype=MOMENT_DTYPE)
    raw = cells.frame[rule.column] if rule.column is not None else raw_text(cells, rule)
    raw = raw.mask(_time_missing(raw, missing_words(cells, rule)))
    result = read_times(raw, time_rule(cells, rule))
    _note_times(cells, result, name, raw)
    _count_zones(cells, result, name, time_rule(cells, rule))
    return _placed(cells, rule, name, result.moments, raw)


def _placed(
    cells: Cells, rule: ColumnRule, name: str, moments: pd.Series, raw: pd.Series
) -> pd.Series:
    """Move dates without a time of day to where the mapping places them; count them."""
    place = rule.day or ("end" if cells.outcomes and name == "occurred_at" else "start")
    placed = placed_days(raw, moments, time_rule(cells, rule), place)
    if rule.day is None:
        origin = f"{cells.source}.{'+'.join(rule.inputs)}"
        zone = time_rule(cells, rule).zone or "UTC"
        cells.zones[(name, DAYS + origin)] += day_count(moments, zone)
        cells.zones[(name, PLACED + origin)] += int((placed != moments)[moments.notna()].sum())
        cells.zones[(name, TIMES + origin)] += int(moments.notna().sum())
    return placed


def _time_missing(raw: pd.Series, missing: tuple[str, ...]) -> Flags:
    if pd.api.types.is_datetime64_any_dtype(raw):
        return raw.isna().to_numpy()
    return is_missing(as_text(raw), missing)


def time_rule(cells: Cells, rule: ColumnRule) -> TimeRule:
    """Return the source's rule with what the column says otherwise.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column.
    """
    changes = {"format": rule.format, "zone": rule.zone}
    return cells.times.model_copy(update={k: v for k, v in changes.items() if v is not None})


def _note_times(cells: Cells, result: Times, name: str, raw: pd.Series) -> None:
    cells.notes.add("time", name, result.unreadable, raw)
    cells.notes.add("ambiguous", name, result.ambiguous, raw)
    cells.notes.add("nonexistent", name, result.nonexistent, raw)


def _count_zones(cells: Cells, result: Times, name: str, rule: TimeRule) -> None:
    how = "assumed" if rule.zone is None and not rule.format.startswith("epoch") else "said"
    cells.zones[(name, how)] += int(result.local.sum())
    cells.zones[(name, "own")] += result.own_offset_count


def _sequence(cells: Cells, sequence: Sequence, name: str) -> pd.Series:
    number = cells.number.astype("float64") - 1
    if sequence.column is not None:
        raw = cells.frame[sequence.column]
        number, unreadable = read_numbers(raw.mask(is_missing(as_text(raw), cells.missing)))
        cells.notes.add("time", name, unreadable, raw)
    start = read_times(pd.Series([sequence.start], dtype="str"), TimeRule()).moments.iloc[0]
    seconds = (number - sequence.first) * sequence.step_seconds
    there = np.isfinite(seconds)
    span = np.round(np.where(there, seconds, 0) * 1_000_000).astype("timedelta64[us]")
    moments: pd.Series = (pd.Series(span) + start).astype(MOMENT_DTYPE).where(there)
    return moments


def numbers(cells: Cells, rule: ColumnRule | AttributeRule, name: str, raw: pd.Series) -> pd.Series:
    """Read a number.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the column.
    name
        The canonical column or attribute.
    raw
        Shape (rows,): the text before it is read.
    """
    text = as_text(raw)
    meanings: dict[str, str] = rule.values  # noqa: PD011 - the mapping's word, not a frame
    listed = {key: float(value) for key, value in meanings.items()}
    raw = raw.mask(is_missing(text, missing_words(cells, rule)))
    values, unreadable = read_numbers(raw, rule.decimal)
    result = pd.Series(values)
    if listed:
        hit = text.isin(list(listed)).to_numpy()
        result = result.mask(hit, text.map(listed).astype("float64"))
        unreadable &= ~hit
    cells.notes.add("number", name, unreadable, raw)
    return result


def attribute(cells: Cells, rule: AttributeRule, name: str) -> pd.Series:
    """Read an attribute of a lead or an account.

    Parameters
    ----------
    cells
        The cells of the source: its rows, missing words and notes.
    rule
        The rule of the attribute.
    name
        The attribute.
    """
    raw = cells.frame[rule.column or name]
    if rule.kind == "number":
        return numbers(cells, rule, name, raw)
    return meaning(as_text(raw), rule.values, rule.other_values, missing_words(cells, rule))
