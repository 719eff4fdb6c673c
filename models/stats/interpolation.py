"""Linear interpolation between known points in compiled code, equal to `numpy.interp`."""

import numpy as np

from features.kernel.compiled import njit
from models.stats.training_set import Floats


@njit(cache=True, nogil=True)
def between(x: float, at: Floats, values: Floats) -> float:  # pragma: no cover (compiled)
    """Return the value at `x`; outside of all points that of the nearest one.

    >>> between(1.5, np.array([1.0, 2.0]), np.array([0.0, 10.0]))
    5.0

    Parameters
    ----------
    x
        Where to interpolate; NaN stays NaN.
    at
        The points, ascending, at least one.
    values
        The value at each of them.
    """
    last = len(at) - 1
    if np.isnan(x) or x >= at[last]:
        return x if np.isnan(x) else values[last]
    if x < at[0]:
        return values[0]  # type: ignore[no-any-return]
    low = np.searchsorted(at, x, side="right") - 1
    if at[low] == x:
        return values[low]  # type: ignore[no-any-return]
    slope = (values[low + 1] - values[low]) / (at[low + 1] - at[low])
    value = slope * (x - at[low]) + values[low]
    if np.isnan(value):  # points so close that the slope overflows
        value = slope * (x - at[low + 1]) + values[low + 1]
    if np.isnan(value) and values[low] == values[low + 1]:
        value = values[low]
    return value  # type: ignore[no-any-return]
