"""What became of leads: shares with their intervals, and the days between steps.

Decided here: a share has the interval of Wilson, at 95 %, which holds for few leads as well. A
cohort that is younger than the time in which most deals are decided is marked as not ripe, because
its share can only rise.
"""

import math
from collections.abc import Iterable
from statistics import median
from typing import Final, NamedTuple

_Z: Final = 1.959963984540054


class ShareInterval(NamedTuple):
    """A share with the ends of its 95 % interval; none of no leads."""

    value: float
    low: float
    high: float


def share(part: int, whole: int) -> ShareInterval | None:
    """Return a share with its interval.

    Parameters
    ----------
    part
        How many.
    whole
        Of how many.

    >>> one = share(5, 10)
    >>> one and tuple(round(end, 2) for end in one)
    (0.5, 0.24, 0.76)
    >>> share(0, 0) is None
    True
    """
    if not whole:
        return None
    rate, square = part / whole, _Z * _Z
    middle = (rate + square / (2 * whole)) / (1 + square / whole)
    spread = rate * (1 - rate) / whole + square / (4 * whole * whole)
    half = _Z * math.sqrt(spread) / (1 + square / whole)
    return ShareInterval(rate, max(0.0, middle - half), min(1.0, middle + half))


def median_days(spans: Iterable[float]) -> float | None:
    """Return the median of spans in days; none of no spans."""
    days = list(spans)
    return median(days) if days else None
