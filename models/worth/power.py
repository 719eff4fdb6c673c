"""How many leads, and how long, a test needs to notice an effect.

Decided here: the normal approximation for two shares, with the variance of each; both errors as
stated. It is for planning: the verdict itself is exact (`models.worth.verdict`).
"""

import math
from typing import Final

from scipy.special import ndtr, ndtri

from models.worth.verdict import ERROR_AT_THE_END

POWER: Final = 0.8


def leads_needed(base_rate: float, times: float, share: float, power: float = POWER) -> int:
    """Compute how many leads are needed in both arms together.

    Parameters
    ----------
    base_rate
        The share that converts in the first arm.
    times
        How many times as many convert in the second arm; not 1.
    share
        The share of leads in the second arm.
    power
        The chance of noticing such an effect.

    Examples
    --------
    >>> leads_needed(0.05, 1.5, 0.5), leads_needed(0.05, 1.5, 0.1) > leads_needed(0.05, 1.5, 0.5)
    (2514, True)
    """
    other = min(base_rate * times, 1.0)
    variance = base_rate * (1 - base_rate) / (1 - share) + other * (1 - other) / share
    z = float(-ndtri(ERROR_AT_THE_END) + ndtri(power))
    return math.ceil(variance * (z / (other - base_rate)) ** 2)


def power_of(base_rate: float, times: float, share: float, leads: int) -> float:
    """Compute the chance of noticing an effect with so many leads.

    Parameters
    ----------
    base_rate, times, share
        As in `leads_needed`.
    leads
        In both arms together.

    Examples
    --------
    >>> round(power_of(0.05, 1.5, 0.5, 2514), 2)
    0.8
    """
    other = min(base_rate * times, 1.0)
    variance = base_rate * (1 - base_rate) / (1 - share) + other * (1 - other) / share
    error = math.sqrt(variance / max(leads, 1))
    return float(ndtr(abs(other - base_rate) / error + ndtri(ERROR_AT_THE_END)))
