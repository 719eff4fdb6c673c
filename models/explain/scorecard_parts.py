"""What each feature contributes by the scorecard: the value of its bin, in compiled code.

Decided here: a margin is summed in the order of `models.model.scorecard_lookup.sum_margins`, so
that the two are equal to the bit.
"""

import numpy as np

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT
from models.model.binning import BLOCK_ROWS, bin_of, bins_of_block
from models.model.scorecard import Scorecard
from models.model.scorecard_lookup import Lookup, sum_margins
from models.stats.training_set import Floats, Values


def contributions(card: Scorecard, values: Values) -> Floats:
    """Compute every feature's part of the margin: shape (rows, features).

    Together with the intercept they sum to the margin.

    Parameters
    ----------
    card
        The scorecard.
    values
        Shape (rows, features).
    """
    out = np.empty(values.shape)
    of_rows(values, card.lookup, (card.table, card.intercept), out, np.empty(len(values)))
    return out


@njit(cache=True, nogil=True)
def of_rows(
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
    if len(values) == 1:
        _of_one(values, lookup, learned, out, margin)
        return
    starts, (table, intercept) = lookup[2], learned
    bins = np.empty(BLOCK_ROWS, np.int64)
    margin[:] = intercept
    for first in range(0, len(values), BLOCK_ROWS):
        count = min(BLOCK_ROWS, len(values) - first)
        for column in range(values.shape[1]):
            bins_of_block(values, (column, first, count), lookup, bins)
            for row in range(count):
                out[first + row, column] = table[starts[column] + bins[row]]
                margin[first + row] += out[first + row, column]


@njit(cache=True, nogil=True)
def _of_one(
    values: Values, lookup: Lookup, learned: tuple[Floats, float], out: Floats, margin: Floats
) -> None:  # pragma: no cover (compiled)
    edges, edge_starts, starts, categorical = lookup
    table, total = learned
    for column in range(values.shape[1]):
        begin, end = edge_starts[column], edge_starts[column + 1]
        code = bin_of(values[0, column], edges, begin, end, categorical[column])
        out[0, column] = table[starts[column] + code]
        total += out[0, column]
    margin[0] = total


@njit(cache=True, nogil=True)
def of_packed(
    values: Values, packed: Integers, out: Floats, margin: Floats
) -> None:  # pragma: no cover (compiled)
    """Write the same by a packed scorecard.

    Parameters
    ----------
    values, out, margin
        As in `of_rows`.
    packed
        `Scorecard.packed`.
    """
    lookup, learned = _unpacked(packed)
    of_rows(values, lookup, learned, out, margin)


@njit(cache=True, nogil=True)
def margins_of_packed(
    values: Values, packed: Integers, margin: Floats
) -> None:  # pragma: no cover (compiled)
    """Write the margins alone by a packed scorecard.

    Parameters
    ----------
    values, packed, margin
        As in `of_packed`.
    """
    lookup, (table, intercept) = _unpacked(packed)
    sum_margins(values, lookup, table, intercept, margin)


@njit(cache=True, nogil=True)
def _unpacked(
    packed: Integers,
) -> tuple[Lookup, tuple[Floats, float]]:  # pragma: no cover (compiled)
    lookup = (
        cut.float32(packed, AT + 0),
        cut.int64(packed, AT + 1),
        cut.int64(packed, AT + 2),
        cut.truth(packed, AT + 3),
    )
    return lookup, (cut.float64(packed, AT + 4), cut.float64(packed, AT + 5)[0])
