"""The tables that own features read: canonical ones, and dated files beside the functions."""

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
    return whole.astype({"lead_id": "str"}).reset_index(drop=True)


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
