"""Bins without the most frequent one of each feature: most counts of activities are zero.

Decided here: sums over rows visit only the rows that lie outside the most frequent bin of a
feature; the others follow from the total. Where fewer than `_WORTH` of all values lie in such bins,
every row is visited, which is faster then and takes less memory.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.model.binning import BinCodes
from models.stats.training_set import Floats

_WORTH: Final = 0.5


class RareBins(NamedTuple):
    """The rows outside the most frequent bin of each feature.

    Attributes
    ----------
    first
        Shape (features + 1,): where the entries of a feature begin.
    row
        Shape (entries,): the row.
    place
        Shape (entries,): its bin, as a position in the row of all bins.
    frequent
        Shape (features,): the most frequent bin, likewise.
    """

    first: NDArray[np.int64]
    row: NDArray[np.int32]
    place: NDArray[np.int32]
    frequent: NDArray[np.int64]


def rare_bins(codes: BinCodes, support: Floats, starts: NDArray[np.int64]) -> RareBins | None:
    """List the rows outside the most frequent bins; None where there are too many.

    Parameters
    ----------
    codes
        Shape (features, rows): the bins of the rows.
    support
        Shape (bins,): how many rows each bin has.
    starts
        Where the bins of each feature begin, as `Binning.starts`.
    """
    spans = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    frequent = np.array([begin + int(np.argmax(support[begin:end])) for begin, end in spans])
    frequent = frequent.astype(np.int64)
    counts = codes.shape[1] - support[frequent].astype(np.int64)
    first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    if codes.size == 0 or first[-1] > (1.0 - _WORTH) * codes.size:
        return None
    row, place = np.empty(first[-1], np.int32), np.empty(first[-1], np.int32)
    _list_rare(codes, starts, frequent, row, place)
    return RareBins(first, row, place, frequent)


@njit(cache=True, nogil=True)
def _list_rare(
    codes: BinCodes,
    starts: NDArray[np.int64],
    frequent: NDArray[np.int64],
    row: NDArray[np.int32],
    place: NDArray[np.int32],
) -> None:  # pragma: no cover (compiled)
    entry = 0
    for column in range(codes.shape[0]):
        for r in range(codes.shape[1]):
            own = starts[column] + codes[column, r]
            if own != frequent[column]:
                row[entry], place[entry] = r, own
                entry += 1


def margin(rare: RareBins, table: Floats, rows: int) -> Floats:
    """Sum the bin values of every row: shape (rows,).

    Parameters
    ----------
    rare
        The rows outside the most frequent bins.
    table
        Shape (bins,): the value of every bin.
    rows
        Number of rows.
    """
    out = np.full(rows, table[rare.frequent].sum())
    _add_values(rare.first, rare.row, rare.place, rare.frequent, table, out)
    return out


def histogram(rare: RareBins, amount: Floats, bins: int) -> Floats:
    """Sum an amount of the rows over every bin: shape (bins,).

    Parameters
    ----------
    rare
        The rows outside the most frequent bins.
    amount
        Shape (rows,): what is summed.
    bins
        Number of bins of all features.
    """
    out = np.zeros(bins)
    _add_amounts(rare.first, rare.row, rare.place, rare.frequent, amount, out)
    return out


@njit(cache=True, nogil=True)
def _add_values(
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    place: NDArray[np.int32],
    frequent: NDArray[np.int64],
    table: Floats,
    out: Floats,
) -> None:  # pragma: no cover (compiled)
    for column in range(len(frequent)):
        usual = table[frequent[column]]
        for entry in range(first[column], first[column + 1]):
            out[row[entry]] += table[place[entry]] - usual


@njit(cache=True, nogil=True)
def _add_amounts(
    first: NDArray[np.int64],
    row: NDArray[np.int32],
    place: NDArray[np.int32],
    frequent: NDArray[np.int64],
    amount: Floats,
    out: Floats,
) -> None:  # pragma: no cover (compiled)
    whole = amount.sum()
    for column in range(len(frequent)):
        left = whole
        for entry in range(first[column], first[column + 1]):
            own = amount[row[entry]]
            out[place[entry]] += own
            left -= own
        out[frequent[column]] = left
