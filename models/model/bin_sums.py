"""Sums over bins: the values of a row's bins; an amount of the rows in every bin."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.model.binning import BinCodes
from models.stats.training_set import Floats

_ROWS_AT_ONCE: Final = 2048


def margin(codes: BinCodes, table: Floats, starts: NDArray[np.int64]) -> Floats:
    """Sum the bin values of every row: shape (rows,).

    Parameters
    ----------
    codes
        Shape (features, rows): the bins of the rows.
    table
        Shape (bins,): the value of every bin.
    starts
        Where the bins of each feature begin, as `Binning.starts`.
    """
    out = np.zeros(codes.shape[1])
    _add_values(codes, table, starts, out)
    return out


def histogram(codes: BinCodes, amount: Floats, starts: NDArray[np.int64]) -> Floats:
    """Sum an amount of the rows over every bin: shape (bins,).

    Parameters
    ----------
    codes
        Shape (features, rows): the bins of the rows.
    amount
        Shape (rows,): what is summed.
    starts
        Where the bins of each feature begin, as `Binning.starts`.
    """
    out = np.zeros(int(starts[-1]))
    _add_amounts(codes, amount, starts, out)
    return out


@njit(cache=True, nogil=True)
def _add_values(
    codes: BinCodes, table: Floats, starts: NDArray[np.int64], out: Floats
) -> None:  # pragma: no cover (compiled)
    for block in range((len(out) + _ROWS_AT_ONCE - 1) // _ROWS_AT_ONCE):
        begin = block * _ROWS_AT_ONCE
        end = min(len(out), begin + _ROWS_AT_ONCE)
        for column in range(codes.shape[0]):
            start = starts[column]
            for row in range(begin, end):
                out[row] += table[start + codes[column, row]]


@njit(cache=True, nogil=True)
def _add_amounts(
    codes: BinCodes, amount: Floats, starts: NDArray[np.int64], out: Floats
) -> None:  # pragma: no cover (compiled)
    for column in range(codes.shape[0]):
        start = starts[column]
        for row in range(codes.shape[1]):
            out[start + codes[column, row]] += amount[row]
