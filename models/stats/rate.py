"""The share of some leads that converted, with its interval.

Decided here: 95 % of the posterior under Jeffreys' prior (Brown, Cai and DasGupta 2001), which is
valid with no conversion too. Every lead counts once, so leads are independent.
"""

from typing import Final

import numpy as np
from scipy.special import betaincinv

from models.stats.metrics import Interval

PRIOR: Final = 0.5
"""Jeffreys' prior: half a lead on either side."""
ENDS: Final = (0.025, 0.975)


def rate(converted: int, leads: int) -> Interval:
    """Compute the share of the leads that converted, with its interval.

    Parameters
    ----------
    converted, leads
        The leads that converted, and all of them; NaN where there is none.

    Examples
    --------
    >>> one = rate(10, 100)
    >>> round(one.low, 3), one.value, round(one.high, 3)
    (0.053, 0.1, 0.17)
    """
    low, high = betaincinv(converted + PRIOR, leads - converted + PRIOR, ENDS)
    return Interval(converted / leads if leads else np.nan, float(low), float(high))
