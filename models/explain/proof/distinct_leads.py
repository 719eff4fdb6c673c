"""Counting distinct leads bin by bin: a lead has many snapshots, and is one person.

Decided here: a lead counts once in every bin in which it ever stood, and as converted there if it
converted within the horizon of one of those snapshots.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.model.binning import BinCodes


def distinct_leads(
    codes: BinCodes, lead: NDArray[np.int64], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count the distinct leads in every bin: shape (bins,).

    Parameters
    ----------
    codes
        Shape (features, rows): the bins of the rows.
    lead
        Shape (rows,): a code of the lead of each row.
    starts
        Where the bins of each feature begin, as `Binning.starts`.

    Examples
    --------
    >>> codes = np.array([[0, 0, 1, 0]], dtype=np.uint8)
    >>> distinct_leads(codes, np.array([7, 7, 7, 3]), np.array([0, 2])).tolist()
    [2, 1]
    """
    order = np.argsort(lead, kind="stable")
    number = np.unique(lead, return_inverse=True)[1].astype(np.int64)
    out = np.zeros(int(starts[-1]), dtype=np.int64)
    _count(codes, number, order.astype(np.int64), starts, out)
    return out


@njit(cache=True, nogil=True)
def _count(
    codes: BinCodes,
    lead: NDArray[np.int64],
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    out: NDArray[np.int64],
) -> None:  # pragma: no cover (compiled)
    latest = np.full(len(out), np.int64(-1), dtype=np.int64)
    for column in range(codes.shape[0]):
        for row in order:
            code = starts[column] + codes[column, row]
            if latest[code] != lead[row]:
                latest[code] = lead[row]
                out[code] += 1
