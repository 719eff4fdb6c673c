"""Look-up of the lead, or the account, that a row speaks of.

Decided here: ids are looked up by hash, column by column, since there may be millions.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def positions(ids: pd.Series, among: pd.Series) -> NDArray[np.int64]:
    """Return where each id stands in `among`; -1 for an id that is missing or not there.

    >>> positions(pd.Series(["b", None, "x"]), pd.Series(["a", "b"])).tolist()
    [1, -1, -1]

    Parameters
    ----------
    ids
        Shape (rows,): ids to look up.
    among
        Shape (leads,): ids, unique.
    """
    matches = pc.index_in(_array(ids), value_set=_array(among), skip_nulls=True)
    at: NDArray[np.int64] = (
        pc.fill_null(matches, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    )
    return at


def times_of(ids: pd.Series, leads: pd.Series, times: pd.Series) -> pd.Series:
    """Return the time of each row's lead; rows of unknown leads have none.

    Parameters
    ----------
    ids
        Shape (rows,): lead ids.
    leads
        Shape (leads,): lead ids, unique.
    times
        Shape (leads,): their times.
    """
    at = positions(ids, leads)
    matches = times.reset_index(drop=True).reindex(at)
    return matches.set_axis(ids.index)


def _array(ids: pd.Series) -> pa.Array:
    array = pa.array(ids, pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
