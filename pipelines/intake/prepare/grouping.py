"""Groups: rows of a source that belong together become one row.

Decided here: a group stands where its first row stood, and is known by that row's number. Numbers
and times that are missing do not count; a sum of nothing is missing. Rows that lack a part of the
key are in no group, and are counted.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines.intake.mapping.preparation import Aggregate, DateOperand, Grouping
from pipelines.intake.prepare.columns import Workbench
from pipelines.intake.read.readable import Notice

TOGETHER: Final = "rows that joined the first of their group"
_NUMBERS: Final = {"sum", "min", "max"}
_TIMES: Final = {"earliest": "min", "latest": "max"}


@dataclass(frozen=True)
class GroupedRows:
    """One row a group: its columns, the position of its first row, and what was left out."""

    frame: pd.DataFrame
    first: NDArray[np.int64]
    passed_over: Counter[str]
    notices: dict[Notice, NDArray[np.bool_]]


def grouped(bench: Workbench, rule: Grouping) -> GroupedRows:
    """Make one row of the rows that agree in the columns of the key.

    Parameters
    ----------
    bench
        All rows of the source, and where notices go.
    rule
        The key, and what each group holds.
    """
    keys = pd.DataFrame({name: bench.there(name) for name in rule.by})
    there = keys.notna().all(axis=1).to_numpy()
    codes = (
        keys[there]
        .groupby(list(rule.by), sort=False, observed=True)
        .ngroup()
        .to_numpy()
        .astype(np.int64)
    )
    rows = np.flatnonzero(there)
    count = int(codes.max()) + 1 if len(codes) else 0
    first = rows[np.unique(codes, return_index=True)[1]] if count else rows
    columns = {name: bench.frame[name].iloc[first].reset_index(drop=True) for name in rule.by}
    for name, one in rule.columns.items():
        columns[name] = _aggregate(bench, name, one, rule, there, codes)
    notices = {}
    for notice, flags in bench.notices.items():
        hit = np.zeros(count, bool)
        hit[codes[flags[there]]] = True
        notices[notice] = hit
    return GroupedRows(pd.DataFrame(columns), first, _left_out(keys, there, count), notices)


def _aggregate(
    bench: Workbench,
    name: str,
    one: Aggregate,
    rule: Grouping,
    there: NDArray[np.bool_],
    codes: NDArray[np.int64],
) -> pd.Series:
    if one.column is None:
        return pd.Series(np.bincount(codes).astype("float64") if len(codes) else [], dtype=float)
    if one.kind in _NUMBERS:
        values = pd.Series(bench.numbers(name, one.column, rule.decimal))
    elif one.kind in _TIMES:
        values = bench.moments(name, DateOperand(column=one.column))
    else:
        values = bench.there(one.column)
    groups = values[there].groupby(codes, sort=True)
    if one.kind == "distinct":
        return groups.nunique().astype("float64").reset_index(drop=True)
    if one.kind == "sum":
        return groups.sum(min_count=1).reset_index(drop=True)
    result: pd.Series = groups.agg(_TIMES.get(one.kind, one.kind)).reset_index(drop=True)
    return result


def _left_out(keys: pd.DataFrame, there: NDArray[np.bool_], count: int) -> Counter[str]:
    """Count the rows that are no group of their own, by ground: the first part they lack."""
    result: Counter[str] = Counter()
    counted = there.copy()
    for name in keys:
        lacks = keys[name].isna().to_numpy() & ~counted
        result[f"rows without {name}"] += int(lacks.sum())
        counted |= lacks
    result[TOGETHER] += int(there.sum()) - count
    return +result
