"""Looking values up in a scorecard, in compiled code.

Decided here: a margin is summed feature by feature, from the intercept on, in one order everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from models.model.binning import BLOCK_ROWS, Edges, bins_of_block
from models.stats.training_set import Floats, Values

Lookup = tuple[Edges, Integers, Integers, NDArray[np.bool_]]
"""Edges, where those of each feature begin, where its bins begin, which features are categories."""


@njit(cache=True, nogil=True)
def sum_margins(
    values: Values, lookup: Lookup, table: Floats, intercept: float, out: Floats
) -> None:  # pragma: no cover (compiled)
    """Write the margins: shape (rows,).

    Parameters
    ----------
    values, lookup
        Shape (rows, features); edges, where those of each feature begin, where its bins begin,
        which features are categories.
    table, intercept
        As in `models.model.scorecard.Scorecard`.
    out
        Shape (rows,): written.
    """
    bins = np.empty(BLOCK_ROWS, np.int64)
    out[:] = intercept
    for first in range(0, len(values), BLOCK_ROWS):
        count = min(BLOCK_ROWS, len(values) - first)
        for column in range(values.shape[1]):
            bins_of_block(values, (column, first, count), lookup, bins)
            start = lookup[2][column]
            for row in range(count):
                out[first + row] += table[start + bins[row]]
