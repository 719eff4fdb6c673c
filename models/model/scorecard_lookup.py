"""Looking values up in a scorecard, in compiled code.

Decided here: a margin is summed feature by feature, from the intercept on, in one order everywhere.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT
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
        As in `explain_rows`.
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


@njit(cache=True, nogil=True)
def explain_rows(
    values: Values, lookup: Lookup, learned: tuple[Floats, float], out: Floats, margin: Floats
) -> None:  # pragma: no cover (compiled)
    """Write every feature's part of the margins, and the margins.

    Parameters
    ----------
    values
        Shape (rows, features).
    lookup
        Edges, where those of each feature begin, where its bins begin, which are categories.
    learned
        The table and the intercept.
    out, margin
        Shape (rows, features) and (rows,): written.
    """
    edges, edge_starts, starts, categorical = lookup
    table, intercept = learned
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
            out[row, column] = table[starts[column] + code]
            total += out[row, column]
        margin[row] = total


@njit(cache=True, nogil=True)
def explain_packed(
    values: Values, packed: Integers, out: Floats, margin: Floats
) -> None:  # pragma: no cover (compiled)
    """Write the same by a packed scorecard.

    Parameters
    ----------
    values, out, margin
        As in `explain_rows`.
    packed
        `Scorecard.packed`.
    """
    lookup = (
        cut.float32(packed, AT + 0),
        cut.int64(packed, AT + 1),
        cut.int64(packed, AT + 2),
        cut.truth(packed, AT + 3),
    )
    explain_rows(
        values, lookup, (cut.float64(packed, AT + 4), cut.float64(packed, AT + 5)[0]), out, margin
    )
