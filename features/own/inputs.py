"""The tables that own features read: canonical ones, and dated files beside the functions.

Decided here: a function receives the columns that a server has as well, of plain types and in one
order, so that a batch and a server call it with the same rows and the sums are equal to the bit.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

import pandas as pd

from features.errors import BadTables
from features.own.definition import CANONICAL, VISIBLE_FROM, OwnFeature
from features.records.columns import moments_of, visible_moments
from features.tables import Tables
from features.timeline import MOMENT_DTYPE, from_moments

_ENDINGS: Final = (".csv", ".parquet")
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "activities": ("activity_type", "topic", "direction", "actor", "dwell_seconds", "amount"),
    "outcomes": ("outcome", "deal_id", "amount"),
    "attribute_changes": ("attribute", "value"),
}
"""What a function receives of each canonical table beside `lead_id` and its two moments."""
_MOMENTS: Final = ("lead_id", "occurred_at", VISIBLE_FROM)
_NUMBERS: Final = ("dwell_seconds", "amount")


def table_of(feature: OwnFeature, tables: Tables, folder: Path) -> pd.DataFrame:
    """Return the table of a feature, with the column `visible_from`.

    Parameters
    ----------
    feature
        The feature.
    tables
        The canonical tables of some leads.
    folder
        Where its file lies.

    Raises
    ------
    BadTables
        If there is no such table, or it lacks its dates.
    """
    if feature.table not in CANONICAL:
        return _of_file(folder / feature.table, feature.known_at)
    rows: pd.DataFrame = getattr(tables, feature.table)
    visible = visible_moments(rows, moments_of(rows, "occurred_at"))
    whole = rows.assign(**{VISIBLE_FROM: from_moments(visible).set_axis(rows.index)})
    names = COLUMNS[feature.table]
    kinds = {name: "float64" if name in _NUMBERS else "str" for name in ("lead_id", *names)}
    whole = whole.reindex(columns=[*_MOMENTS, *names]).astype(kinds)
    return _ordered(whole.astype({"occurred_at": MOMENT_DTYPE}))


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by lead and time, and rows of one lead and moment by all else."""
    rows = rows.sort_values(list(_MOMENTS), kind="stable", ignore_index=True)
    tied = rows.duplicated(list(_MOMENTS), keep=False)
    if not tied.any():
        return rows
    order = rows.index.to_numpy().copy()
    order[tied] = rows[tied].sort_values(list(rows.columns)).index
    return rows.take(order).reset_index(drop=True)


def _of_file(path: Path, known_at: str) -> pd.DataFrame:
    if path.suffix not in _ENDINGS or not path.is_file():
        expected = f"one of {', '.join(CANONICAL)}, or a CSV or Parquet file beside the function"
        raise BadTables.of(f"table {path}", expected, "correct the name")
    return _read(path, path.stat().st_mtime_ns, known_at)


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int, known_at: str) -> pd.DataFrame:
    rows = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    if known_at not in rows.columns:
        expected = f"the column {known_at}: when each row was known"
        raise BadTables.of(f"{path.name} without {known_at}", expected, "name it with known_at=")
    times = pd.to_datetime(rows[known_at], utc=True, format="ISO8601", errors="coerce")
    if times.isna().any():
        observed = f"{int(times.isna().sum())} of {len(rows)} rows of {path.name} without a date"
        raise BadTables.of(observed, "an ISO date in every row", f"correct {known_at}")
    return rows.assign(**{VISIBLE_FROM: times.astype(MOMENT_DTYPE)})
