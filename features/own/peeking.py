"""Law 1 for own features: nothing that was not known before the cutoff may move a value.

Decided here: the function is run on the whole table and on the table without what the cutoff does
not see, at several moments; also on the rows in another order, and without the other leads. A value
that moves is refused, with the leads for which it moved. A function that peeks only at moments that
were not tried passes, as any test on examples; the moments cover the whole of the history.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import BadInput, Fault
from features.own import inputs
from features.own.columns import values
from features.own.definition import CANONICAL, VISIBLE_FROM, OwnFeature
from features.own.folder import Declared
from features.tables import Tables
from features.timeline import NEVER, from_moments, to_moments

_MOMENTS: Final = 6
_LEADS: Final = 200
_NAMED: Final = 3
_SEED: Final = 7


def check(features: Declared, tables: Tables, until: int) -> None:
    """Refuse functions whose values depend on what their snapshots could not know.

    Parameters
    ----------
    features
        The features.
    tables
        Canonical tables of some leads.
    until
        Microseconds: the last moment that is tried.

    Raises
    ------
    BadInput
        With every function that peeks, or depends on other leads or on the order of the rows.
    """
    faults = [fault for one, _, place in features for fault in _faults(one, tables, place, until)]
    if faults:
        raise BadInput(faults)


def _faults(feature: OwnFeature, tables: Tables, place: Path, until: int) -> Iterator[Fault]:
    table = inputs.table_of(feature, tables, place)
    for cutoff in _moments(tables, until):
        rows = _rows(tables, cutoff)
        before = table[to_moments(table[VISIBLE_FROM]) < cutoff].reset_index(drop=True)
        whole = values(feature, table, rows)
        moved = _moved(whole, values(feature, before, rows))
        if moved.any():
            expected = f"rows of {feature.table} with visible_from < cutoff alone"
            do = "filter by visible_from in the function"
            yield Fault(f"{feature.name} peeks at {_named(rows, moved)}", expected, do)
            return
        mixed = before.iloc[::-1].reset_index(drop=True)
        moved = _moved(whole, values(feature, mixed, rows))
        if moved.any():
            expected = "the same whatever the order of the rows"
            do = "sort by time in the function, and ties as well"
            yield Fault(f"{feature.name} moves at {_named(rows, moved)}", expected, do)
            return
        if feature.table in CANONICAL:
            yield from _alone(feature, before, rows, whole)


def _alone(
    feature: OwnFeature, table: pd.DataFrame, rows: pd.DataFrame, whole: NDArray[np.float32]
) -> Iterator[Fault]:
    """Run it without half of the leads."""
    half = rows.iloc[::2].reset_index(drop=True)
    own = table[table["lead_id"].isin(half["lead_id"])].reset_index(drop=True)
    moved = _moved(whole[::2], values(feature, own, half))
    if moved.any():
        expected = "the records of the lead alone"
        do = "compute it from the rows of the lead"
        yield Fault(f"{feature.name} moves at {_named(half, moved)} without others", expected, do)


def _moments(tables: Tables, until: int) -> list[int]:
    """Choose moments over the whole history."""
    created = to_moments(tables.leads["created_at"])
    created = created[created < min(until, NEVER)]
    if not len(created):
        return []
    low = int(created.min())
    return [low + (until - low) * n // _MOMENTS for n in range(1, _MOMENTS + 1)]


def _rows(tables: Tables, cutoff: int) -> pd.DataFrame:
    """Return some leads that exist at a cutoff, at that cutoff."""
    leads = tables.leads.loc[to_moments(tables.leads["created_at"]) < cutoff, "lead_id"]
    drawn = leads.sample(min(_LEADS, len(leads)), random_state=_SEED).astype("str")
    at = from_moments(np.full(len(drawn), cutoff, np.int64))
    return pd.DataFrame({"lead_id": drawn.to_numpy(), "cutoff": at})


def _moved(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Mark values that differ beyond the rounding of sums in another order."""
    return ~np.isclose(one, other, rtol=1e-5, atol=1e-6, equal_nan=True)


def _named(rows: pd.DataFrame, moved: NDArray[np.bool_]) -> str:
    some = rows.loc[moved, "lead_id"].head(_NAMED).tolist()
    at = rows["cutoff"].iloc[0] if len(rows) else None
    return f"{int(moved.sum())} of {len(rows)} leads on {at:%Y-%m-%d} ({', '.join(some)})"
