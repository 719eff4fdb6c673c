"""Time: cutoff, window, horizon, and the one rule of visibility.

Decided here: time is UTC; spans are elapsed time, half-open at the right; a day is 24 hours.

With a cutoff of 2026-04-01 00:00, a window of 30 days is [2026-03-02 00:00, 2026-04-01 00:00) and
a horizon of 90 days is [2026-04-01 00:00, 2026-06-30 00:00). A call of 2026-03-31 that was entered
on 2026-04-02 does not exist at this cutoff: it was not known before it.

Inside the kernel a moment is an int64: microseconds since 1970-01-01 UTC.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Moments = NDArray[np.int64]

SECOND: Final = 1_000_000
HOUR: Final = 3_600 * SECOND
DAY: Final = 24 * HOUR
NEVER: Final = np.iinfo(np.int64).max
"""The moment that no cutoff is after: of a record that was never known."""

MOMENT_DTYPE: Final = pd.DatetimeTZDtype(unit="us", tz="UTC")


def to_moments(times: pd.Series) -> Moments:
    """Convert a UTC column to microseconds; a missing time becomes `NEVER`.

    >>> to_moments(pd.Series(pd.to_datetime(["1970-01-02T00:00:00Z", None])).astype(MOMENT_DTYPE))
    array([        86400000000, 9223372036854775807])
    """
    moments: Moments = times.astype(MOMENT_DTYPE).array.view("i8")
    missing = moments == np.iinfo(np.int64).min
    return np.where(missing, NEVER, moments) if missing.any() else moments


def from_moments(moments: Moments) -> pd.Series:
    """Convert microseconds to a UTC column.

    >>> from_moments(np.array([86_400_000_000]))[0]
    Timestamp('1970-01-02 00:00:00+0000', tz='UTC')
    """
    return pd.Series(moments.astype("datetime64[us]")).dt.tz_localize("UTC")


def visible_from(occurred_at: Moments, known_at: Moments) -> Moments:
    """Return the moment from which records are visible: at a cutoff if `visible_from < cutoff`.

    A record is visible once it has occurred and was known, whichever came later, so a meeting that
    is entered before it takes place is not yet a meeting.

    Parameters
    ----------
    occurred_at, known_at
        Shape (records,): microseconds; `NEVER` is missing.
    """
    return np.maximum(occurred_at, known_at)
