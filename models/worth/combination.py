"""A weighted sum of conversion rates, with its interval: differences between lists.

Decided here: each rate has its interval under Jeffreys' prior, and the interval of the sum is
recovered from theirs (MOVER: Zou and Donner 2008, Statistics in Medicine 27), which stays valid for
few conversions, none included, where a normal interval does not. All functions take arrays, so that
a simulation computes thousands of quarters at once; the last axis holds the rates that are summed.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaincinv

from models.stats.metrics import Interval
from models.stats.rate import PRIOR
from models.stats.training_set import Floats


def ends_of_rates(converted: ArrayLike, leads: ArrayLike, error: float) -> tuple[Floats, Floats]:
    """Compute the ends of the interval of each rate; an end at 0 or 1 where all leads are alike.

    Parameters
    ----------
    converted, leads
        Counts, any shape.
    error
        Share of intervals that miss the truth.
    """
    won, all_leads = np.asarray(converted, np.float64), np.asarray(leads, np.float64)
    low = betaincinv(won + PRIOR, all_leads - won + PRIOR, error / 2.0)
    high = betaincinv(won + PRIOR, all_leads - won + PRIOR, 1.0 - error / 2.0)
    return np.where(won <= 0.0, 0.0, low), np.where(won >= all_leads, 1.0, high)


def combined(
    converted: ArrayLike, leads: ArrayLike, weight: ArrayLike, error: float
) -> tuple[Floats, Floats, Floats]:
    """Compute the sum of weight times rate, and the ends of its interval.

    Parameters
    ----------
    converted, leads, weight
        Shape (..., rates): counts of independent leads, and the weight of each rate; a rate of no
        lead counts as unknown, anywhere in [0, 1].
    error
        Share of intervals that miss the truth.

    Returns
    -------
    Shape (...): the value, the low and the high end.

    Examples
    --------
    >>> value, low, high = combined([30, 10], [100, 100], [1.0, -1.0], 0.1)
    >>> round(float(value), 2), round(float(low), 2), round(float(high), 2)
    (0.2, 0.11, 0.29)
    """
    won, sizes, factor = (np.asarray(one, np.float64) for one in (converted, leads, weight))
    share = np.divide(won, sizes, out=np.full(np.broadcast(won, sizes).shape, 0.5), where=sizes > 0)
    low, high = ends_of_rates(won, sizes, error)
    down = np.where(factor > 0, share - low, high - share)
    up = np.where(factor > 0, high - share, share - low)
    value = (factor * share).sum(axis=-1)
    below = np.sqrt(((factor * down) ** 2).sum(axis=-1))
    above = np.sqrt(((factor * up) ** 2).sum(axis=-1))
    return np.asarray(value), np.asarray(value - below), np.asarray(value + above)


def combination(
    converted: ArrayLike, leads: ArrayLike, weight: ArrayLike, error: float
) -> Interval:
    """Compute one sum of weight times rate, with its interval.

    Parameters
    ----------
    converted, leads, weight, error
        As in `combined`, of shape (rates,).
    """
    return Interval(*(float(one) for one in combined(converted, leads, weight, error)))
