"""What each feature contributes by the scorecard: the value of its bin, in compiled code.

Decided here: a margin is summed in the order of `models.model.scorecard_lookup.sum_margins`, so
that the two are equal to the bit.
"""

import numpy as np

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT
from models.model.binning import bin_of
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
