"""Looking values up in a scorecard, in compiled code.

Decided here: a margin is summed feature by feature, from the intercept on, in one order everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from models.model.binning import Edges, bin_of
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
    edges, edge_starts, starts, categorical = lookup
    for row in range(values.shape[0]):
        total = intercept
        for column in range(values.shape[1]):
            code = bin_of(
                values[row, column],
                edges,
                edge_starts[column],
                edge_starts[column + 1],
                categorical[column],
            )
            total += table[starts[column] + code]
        out[row] = total
