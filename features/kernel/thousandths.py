"""Numbers that are summed, as whole thousandths, so that their order does not change a sum."""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import SCALE


@njit(cache=True, nogil=True)
def write_thousandths(values: NDArray[np.float64], missing: int, out: NDArray[np.int64]) -> None:
    """Convert numbers to whole thousandths, into an array of numpy.

    Numpy asks for large pages of memory for a long array, compiled code does not.

    Parameters
    ----------
    values, missing
        As in `exact_thousandths`.
    out
        Of the size of `values`, written.
    """
    for i in range(values.size):
        out[i] = np.int64(np.rint(values[i] * SCALE)) if np.isfinite(values[i]) else missing


@njit(cache=True, nogil=True)
def exact_thousandths(values: NDArray[np.float64], missing: int) -> NDArray[np.int64]:
    """Convert numbers to whole thousandths.

    Parameters
    ----------
    values
        The numbers.
    missing
        What stands for a number that is not finite.
    """
    out = np.empty(values.size, np.int64)
    write_thousandths(values, missing, out)
    return out
