"""Rounding of steps so that the rounded numbers add up.

Decided here: the running totals are rounded, and each step is the difference of two of them; so no
step is off by more than one unit, and base + steps = total in the digits shown.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise


def shown_steps(base: float, steps: Sequence[float], digits: int = 3) -> tuple[float, list[float]]:
    """Round a base and the steps from it.

    Parameters
    ----------
    base
        Where the steps begin.
    steps
        Signed.
    digits
        The decimals to round to.

    >>> shown_steps(0.02449, [0.00049, 0.00049])
    (0.024, [0.001, 0.0])
    """
    totals = [round(total, digits) for total in accumulate(steps, initial=base)]
    return totals[0], [round(after - before, digits) for before, after in pairwise(totals)]
