"""The columns of own features, computed from tables and snapshots.

Decided here: the function is called once for all snapshots; what it returns is one number for each,
in their order; infinite is refused, and so is anything that is no number.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalog.catalog import Catalog
from features.errors import BadInput, CatalogMismatch
from features.kernel.inputs import Matrix
from features.own import folder, inputs
from features.own.definition import CANONICAL, VIEW, OwnFeature
from features.own.traced import line_of
from features.tables import Tables


def fill(tables: Tables | None, snapshots: pd.DataFrame, catalog: Catalog, out: Matrix) -> None:
    """Write the columns of a catalog's own features; of a catalog without any, nothing.

    Parameters
    ----------
    tables
        The canonical tables of the leads; None is refused.
    snapshots
        `lead_id` and `cutoff` of every row.
    catalog
        The columns.
    out
        Shape (rows, features): what is written to.

    Raises
    ------
    CatalogMismatch
        If the functions are not those that the catalog was learned with.
    BadInput
        If a function fails or returns something else than numbers.
    """
    own = [n for n, feature in enumerate(catalog.features) if feature.view == VIEW]
    if not own:
        return
    if tables is None:
        expected = "the tables that own features read"
        raise CatalogMismatch.of("histories alone", expected, "pass tables=")
    known: dict[str, pd.DataFrame] = {}
    for number in own:
        feature, place = folder.function_of(catalog.features[number], catalog.settings.features_dir)
        if feature.table not in known or feature.table not in CANONICAL:
            known[feature.table] = inputs.table_of(feature, tables, place)
        out[:, number] = values(feature, known[feature.table].copy(deep=False), snapshots)


def values(
    feature: OwnFeature, table: pd.DataFrame, snapshots: pd.DataFrame
) -> NDArray[np.float32]:
    """Call a function and check what it returns: shape (rows,), NaN is missing.

    Parameters
    ----------
    feature
        The feature.
    table
        Its table.
    snapshots
        `lead_id` and `cutoff` of every row.

    Raises
    ------
    BadInput
        If it fails, or returns something else than one number a row.
    """
    rows = snapshots[["lead_id", "cutoff"]].astype({"lead_id": "str"}).reset_index(drop=True)
    try:
        returned = feature(table, rows)
    except Exception as error:
        file = getattr(getattr(feature.function, "__code__", None), "co_filename", "")
        observed = f"{feature.name}{line_of(error, file)}: {type(error).__name__}: {error}"
        raise BadInput.of(
            observed, "one value for each snapshot", "correct the function"
        ) from error
    return _numbers(feature.name, returned, len(rows))


def _numbers(name: str, returned: Any, count: int) -> NDArray[np.float32]:
    if isinstance(returned, pd.Series):
        if not returned.index.equals(pd.RangeIndex(count)):
            observed = f"{name}: a Series with another index than the snapshots"
            expected = "their index: 0, 1, 2, ..."
            raise BadInput.of(observed, expected, "reindex it, or return an array")
        returned = returned.to_numpy(np.float64, na_value=np.nan)
    try:
        numbers = np.asarray(returned, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput.of(
            f"{name}: {error}", "numbers", "return floats, NaN for missing"
        ) from error
    if numbers.shape != (count,) or np.isinf(numbers).any():
        observed = f"{name}: shape {numbers.shape}, {int(np.isinf(numbers).sum())} infinite"
        raise BadInput.of(observed, f"shape ({count},) and finite or NaN", "correct the function")
    return numbers.astype(np.float32)
