"""Derived columns: the closed list of what can be computed from other columns of a row.

Decided here: what lacks a value it needs is missing. A day is added on the calendar of the zone, so
that midnight stays midnight when clocks change; a part of a day is elapsed time. Division by zero
is missing, with a notice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.reading.text import as_text
from features.reading.times import read_times
from pipelines.intake.mapping.preparation import ARITHMETIC, Derived, TextPart
from pipelines.intake.prepare.columns import Workbench, examples

UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
_MOST_DAYS: Final = 1_000_000


@dataclass(frozen=True)
class Computation:
    """One derived column at work."""

    bench: Workbench
    name: str
    rule: Derived

    def numbers(self, operand: str | float) -> NDArray[np.float64]:
        """Read an operand as numbers."""
        rule = self.rule
        return self.bench.numbers(self.name, operand, rule.decimal, rule.missing_values)

    def text(self, column: str) -> pd.Series:
        """Read a column as text."""
        return self.bench.text(column, self.rule.missing_values)


def derive(bench: Workbench, name: str, rule: Derived) -> pd.Series:
    """Compute a column.

    Parameters
    ----------
    bench
        The rows, and where notices go.
    name
        The column.
    rule
        How it is computed.
    """
    kind = "arithmetic" if rule.kind in ARITHMETIC else rule.kind
    result = _KINDS[kind](Computation(bench, name, rule))
    return result.set_axis(bench.frame.index)


def _arithmetic(job: Computation) -> pd.Series:
    operands = [job.numbers(operand) for operand in getattr(job.rule, job.rule.kind)]
    result = operands[0]
    for operand in operands[1:]:
        if job.rule.kind == "divide":
            job.bench.note("derived", f"{job.name}: division by zero", operand == 0)
            operand = np.where(operand == 0, np.nan, operand)  # noqa: PLW2901 - the same operand
        result = _OPERATIONS[job.rule.kind](result, operand)
    return pd.Series(result)


_OPERATIONS: Final[dict[str, Callable[..., NDArray[np.float64]]]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
}


def _elapsed(job: Computation) -> pd.Series:
    rule = job.rule.elapsed
    assert rule is not None  # noqa: S101 - the kind says so
    missing = job.rule.missing_values
    start = job.bench.moments(job.name, rule.start, missing)
    to = job.bench.moments(job.name, rule.to, missing)
    return (to - start).dt.total_seconds() / UNITS[rule.unit]


def _date_plus(job: Computation) -> pd.Series:
    rule = job.rule.date_plus
    assert rule is not None  # noqa: S101 - the kind says so
    moments = job.bench.moments(job.name, rule.date, job.rule.missing_values)
    days = job.numbers(rule.days)
    far = np.abs(days) > _MOST_DAYS
    job.bench.note("derived", f"{job.name}: over {_MOST_DAYS:,} days", far)
    days = np.where(far, np.nan, days)
    how = job.bench.time_rule(rule.date)
    local = moments.dt.tz_convert(how.zone or "UTC").dt.tz_localize(None)
    whole = np.trunc(days)
    local = local + pd.to_timedelta(pd.Series(whole, local.index), unit="D")
    placed = read_times(local.astype("datetime64[us]"), how.model_copy(update={"format": "iso"}))
    rest = pd.to_timedelta(pd.Series(days - whole, local.index), unit="D")
    return (placed.moments + rest).astype(moments.dtype)


def _compare(job: Computation) -> pd.Series:
    rule = job.rule.compare
    assert rule is not None  # noqa: S101 - the kind says so
    one, other = job.numbers(rule.column), job.numbers(rule.other)
    result: NDArray[np.object_] = np.full(len(one), None, dtype=object)
    for rows, word in (
        (one < other, rule.less),
        (one == other, rule.equal),
        (one > other, rule.greater),
    ):
        result[rows] = word
    return pd.Series(result, dtype="str")


def _first_of(job: Computation) -> pd.Series:
    columns = job.rule.first_of or ()
    parts = [job.bench.there(column, job.rule.missing_values) for column in columns]
    if len({part.dtype for part in parts}) > 1:
        parts = [as_text(part) for part in parts]
    result = parts[0]
    for part in parts[1:]:
        result = result.where(result.notna(), part)
    return result


def _text_part(job: Computation) -> pd.Series:
    part: TextPart = getattr(job.rule, job.rule.kind)
    text = job.text(part.column)
    first = part.occurrence == "first"
    split = text.str.partition(part.separator) if first else text.str.rpartition(part.separator)
    without = (text.notna() & ~text.str.contains(part.separator, regex=False)).to_numpy(bool)
    side: pd.Series = split[0 if job.rule.kind == "before" else 2].str.strip()
    result = side.where(side.ne("") & ~without)
    if part.without == "whole":
        return result.mask(without, text).astype("str")
    if part.without is None and without.any():
        words = f"{part.separator!r} is not in {part.column}, e.g. {examples(text[without])}"
        job.bench.note("derived", f"{job.name}: {words}", without)
    return result.astype("str")


def _translate(job: Computation) -> pd.Series:
    rule = job.rule.translate
    assert rule is not None  # noqa: S101 - the kind says so
    missing = job.bench.missing if job.rule.missing_values is None else job.rule.missing_values
    meanings: dict[str, str] = rule.values  # noqa: PD011 - the mapping's word, not a frame
    # A missing word that is listed has a meaning.
    text = job.text(rule.column) if not meanings.keys() & set(missing) else (
        job.bench.text(rule.column, tuple(w for w in missing if w not in meanings)))  # fmt: skip
    listed = text.isin(list(meanings)).to_numpy()
    if rule.other_values is None:
        others = text.notna().to_numpy() & ~listed
        if others.any():
            words = f"values of {rule.column} that are not listed, e.g. {examples(text[others])}"
            job.bench.note("derived", f"{job.name}: {words}", others)
    result = text.map(meanings).astype("str")
    return result.where(listed, text) if rule.other_values == "keep" else result


_KINDS: Final[dict[str, Callable[[Computation], pd.Series]]] = {
    "arithmetic": _arithmetic,
    "elapsed": _elapsed,
    "date_plus": _date_plus,
    "compare": _compare,
    "first_of": _first_of,
    "before": _text_part,
    "after": _text_part,
    "translate": _translate,
}
