"""Coefficients and bin values: numbers by steps between neighbouring bins, others bin by bin.

Decided here: values of a number are centred over its training rows, missing ones aside.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.stats.training_set import Floats


@njit(cache=True)
def expand(
    theta: Floats, support: Floats, starts: NDArray[np.int64], categorical: NDArray[np.bool_]
) -> Floats:  # pragma: no cover (compiled)
    """Compute bin values from coefficients: numbers add up steps and are centred.

    Parameters
    ----------
    theta, support
        Shape (bins,): the coefficients; how many rows each bin has.
    starts, categorical
        As in `Binning`.
    """
    table = theta.copy()
    for column in range(len(categorical)):
        if categorical[column]:
            continue
        begin, end = starts[column], starts[column + 1] - 1
        total, mean, level = 0.0, 0.0, 0.0
        for b in range(begin, end):
            level += theta[b] if b > begin else 0.0
            table[b] = level
            total += support[b]
            mean += support[b] * level
        if total > 0:
            for b in range(begin, end):
                table[b] -= mean / total
    return table


@njit(cache=True)
def collapse(
    by_bin: Floats, support: Floats, starts: NDArray[np.int64], categorical: NDArray[np.bool_]
) -> Floats:  # pragma: no cover (compiled)
    """Compute the gradient by coefficients from that by bin values: the transpose of `expand`.

    Parameters
    ----------
    by_bin, support
        Shape (bins,): the gradient; how many rows each bin has.
    starts, categorical
        As in `Binning`.
    """
    out = by_bin.copy()
    for column in range(len(categorical)):
        if categorical[column]:
            continue
        begin, end = starts[column], starts[column + 1] - 1
        whole, total = 0.0, 0.0
        for b in range(begin, end):
            whole += by_bin[b]
            total += support[b]
        share = whole / total if total > 0 else 0.0
        above = 0.0
        for b in range(end - 1, begin, -1):
            above += by_bin[b] - share * support[b]
            out[b] = above
        out[begin] = 0.0
    return out


@njit(cache=True)
def column_squares(
    support: Floats, starts: NDArray[np.int64], categorical: NDArray[np.bool_]
) -> Floats:  # pragma: no cover (compiled)
    """Compute the sum of squares of every coefficient's column: the curvature's data part.

    Parameters
    ----------
    support
        Shape (bins,): how many rows each bin has.
    starts, categorical
        As in `Binning`.
    """
    out = support.copy()
    for column in range(len(categorical)):
        if categorical[column]:
            continue
        begin, end = starts[column], starts[column + 1] - 1
        total = support[begin:end].sum()
        above = 0.0
        for b in range(end - 1, begin, -1):
            above += support[b]
            out[b] = above * (1.0 - above / total) if total > 0 else 0.0
        out[begin] = 0.0
    return out
