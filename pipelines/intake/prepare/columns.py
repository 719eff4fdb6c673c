"""Columns of a source while it is prepared: read as numbers or times, with notices.

Decided here: numbers and times are read as everywhere else in a mapping; a value that cannot be
read becomes missing and leaves a notice that names the column and some of its values. A missing
value is no fault.
"""

import json
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.numbers import read_numbers
from features.reading.text import as_text, is_missing
from features.reading.times import read_times
from pipelines.intake.mapping.preparation import DateOperand
from pipelines.intake.mapping.time_rule import TimeRule
from pipelines.intake.read.readable import Notice

Flags = NDArray[np.bool_]
_SHOWN = 3
_LONGEST = 40


@dataclass
class Workbench:
    """Rows of one source that is being prepared; `name` is what they are prepared for."""

    source: str
    frame: pd.DataFrame
    missing: tuple[str, ...]
    times: TimeRule
    notices: dict[Notice, Flags] = field(default_factory=dict)

    def note(self, step: Literal["lookup", "derived"], sentence: str, rows: Flags) -> None:
        """Note a sentence about the flagged rows.

        Parameters
        ----------
        step
            The step that noticed it.
        sentence
            What is the matter, the source left out.
        rows
            Shape (rows,): which rows.
        """
        if rows.any():
            notice = Notice(step, f"{self.source}: {sentence}")
            self.notices[notice] = self.notices.get(notice, np.zeros(len(rows), bool)) | rows

    def there(self, column: str, missing: tuple[str, ...] | None = None) -> pd.Series:
        """Return a column whose missing words are missing.

        Parameters
        ----------
        column
            Its name.
        missing
            Instead of the mapping's missing words.
        """
        raw = self.frame[column]
        if pd.api.types.is_datetime64_any_dtype(raw):
            return raw
        return raw.mask(is_missing(as_text(raw), self.missing if missing is None else missing))

    def text(self, column: str, missing: tuple[str, ...] | None = None) -> pd.Series:
        """Return a column as text.

        Parameters
        ----------
        column, missing
            As in `there`.
        """
        return as_text(self.there(column, missing))

    def numbers(
        self,
        name: str,
        operand: str | float,
        decimal: Literal[".", ","] = ".",
        missing: tuple[str, ...] | None = None,
    ) -> NDArray[np.float64]:
        """Read a column, or a constant, as numbers.

        Parameters
        ----------
        name
            The column that is computed.
        operand
            The column that is read, or a number.
        decimal
            The decimal sign of text.
        missing
            Instead of the mapping's missing words.
        """
        if not isinstance(operand, str):
            return np.full(len(self.frame), float(operand))
        raw = self.there(operand, missing)
        values, unreadable = read_numbers(raw, decimal)
        self.unreadable(name, operand, "number", raw, unreadable)
        return values

    def moments(
        self, name: str, operand: DateOperand, missing: tuple[str, ...] | None = None
    ) -> pd.Series:
        """Read a column, or a constant, as times, UTC.

        Parameters
        ----------
        name
            The column that is computed.
        operand
            The column or constant, and how it is written.
        missing
            Instead of the mapping's missing words.
        """
        rule = self.time_rule(operand)
        if operand.column is None:
            one = read_times(pd.Series([operand.constant], dtype="str"), rule)
            self.note("derived", f"{name}: the constant {operand.constant!r} is no time",
                      np.repeat(one.unreadable, len(self.frame)))  # fmt: skip
            return pd.Series(one.moments.iloc[0], self.frame.index, one.moments.dtype)
        raw = self.there(operand.column, missing)
        times = read_times(raw, rule)
        self.unreadable(name, operand.column, "time", raw, times.unreadable)
        return times.moments

    def time_rule(self, operand: DateOperand) -> TimeRule:
        """Return how a time is written: as in its source, with what the operand says otherwise."""
        changes = {"format": operand.format, "zone": operand.zone}
        return self.times.model_copy(update={k: v for k, v in changes.items() if v is not None})

    def unreadable(self, name: str, column: str, kind: str, raw: pd.Series, rows: Flags) -> None:
        """Note cells that cannot be read, with some of them.

        Parameters
        ----------
        name
            The column that is computed.
        column
            The column that was read.
        kind
            What was expected: a number, a time.
        raw
            Shape (rows,): the cells.
        rows
            Shape (rows,): which cannot be read.
        """
        if rows.any():
            words = examples(raw[rows])
            self.note("derived", f"{name}: no {kind} in {column}, e.g. {words}", rows)


def examples(values: pd.Series) -> str:
    """Write some different values.

    >>> examples(pd.Series(["a", "a", "b"]))
    '"a", "b"'
    """
    some = as_text(values).dropna().drop_duplicates().head(_SHOWN)
    return ", ".join(json.dumps(str(one)[:_LONGEST], ensure_ascii=False) for one in some)
