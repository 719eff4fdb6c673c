"""pandas frames to Arrow tables of stated types.

Decided here: the types are stated, never inferred, so that a column without values has the same
type in every partition.
"""

from collections.abc import Mapping

import pandas as pd
import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
ARROW_TYPES = {"time": TIME, "number": pa.float64(), "integer": pa.int64()}


def arrow_type(kind: str) -> pa.DataType:
    """Return the Arrow type of a kind of column; text unless it is a time or a number."""
    return ARROW_TYPES.get(kind, pa.string())


def to_arrow(frame: pd.DataFrame, columns: Mapping[str, pa.DataType]) -> pa.Table:
    """Make an Arrow table of exactly these columns; one that the frame lacks is all missing.

    Parameters
    ----------
    frame
        The rows.
    columns
        Column -> its type, in the order of the table.
    """
    arrays = [
        _array(frame[name], kind) if name in frame else pa.nulls(len(frame), kind)
        for name, kind in columns.items()
    ]
    return pa.table(arrays, names=list(columns))


def _array(column: pd.Series, kind: pa.DataType) -> pa.Array:
    if not column.notna().any():
        return pa.nulls(len(column), kind)
    if kind == TIME:
        return pa.array(column.dt.tz_convert(None).to_numpy("datetime64[us]")).cast(TIME)
    return pa.array(column, kind, from_pandas=True)
