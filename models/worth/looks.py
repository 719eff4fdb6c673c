"""Looking every week, as long as one likes: evidence and intervals that stay valid.

Decided here: weeks are blocks of two groups, and a block is tried with the rates that earlier
blocks suggest, so the product of its likelihood ratios is an e-process: under equal rates its mean
is at most 1 in each block, whatever the sizes (Turner, Ly and Gruenwald 2024, "Generic E-variables
for exact sequential k-sample tests"). It ever reaches 1/error with a chance of at most `error`
(Ville's inequality). The interval is always valid too: for each rate all values that a mixture over
the uniform prior has not refuted (Robbins 1970), and half of the error for each of the two rates.
"""

from typing import Final

import numpy as np
from scipy.special import betaln, xlog1py, xlogy

from models.stats.metrics import Interval
from models.stats.training_set import Floats

_PRIOR: Final = (0.5, 10.0)
"""Conversions and leads that the rates of the first block start from."""
_STEPS: Final = 60


def evidence(converted: Floats, leads: Floats) -> Floats:
    """Compute the evidence that the first group converts more often, after each block.

    Parameters
    ----------
    converted, leads
        Shape (..., blocks, 2): counts of both groups, in the order of time.

    Returns
    -------
    Shape (..., blocks): the e-process; 1 says nothing, 100 is a chance of 1 in 100 at most.

    Examples
    --------
    >>> blocks = np.full((8, 2), 50.0)
    >>> evidence(np.tile([15.0, 5.0], (8, 1)), blocks)[-1] > 100
    np.True_
    >>> bool(evidence(np.tile([5.0, 5.0], (8, 1)), blocks)[-1] <= 1)
    True
    """
    before = _before(converted) + _PRIOR[0], _before(leads) + _PRIOR[1]
    guess = before[0] / before[1]
    guess = np.where(guess[..., :1] > guess[..., 1:], guess, _pooled(guess, leads))
    pooled = _pooled(guess, leads)
    gain = _log_likelihood(converted, leads, guess) - _log_likelihood(converted, leads, pooled)
    return np.asarray(np.exp(np.cumsum(gain.sum(axis=-1), axis=-1)))


def _before(counts: Floats) -> Floats:
    """Sum the blocks before each block."""
    return np.asarray(np.cumsum(counts, axis=-2) - counts)


def _pooled(share: Floats, leads: Floats) -> Floats:
    """Return the mean rate of both groups of a block, for each of them."""
    total = np.maximum(leads.sum(axis=-1, keepdims=True), 1.0)
    mean = (share * leads).sum(axis=-1, keepdims=True) / total
    even = np.where(leads.sum(axis=-1, keepdims=True) > 0, mean, share.mean(-1, keepdims=True))
    return np.broadcast_to(even, share.shape)


def _log_likelihood(converted: Floats, leads: Floats, share: Floats) -> Floats:
    return np.asarray(xlogy(converted, share) + xlog1py(leads - converted, -share))


def always_valid_rate(converted: Floats, leads: Floats, error: float) -> tuple[Floats, Floats]:
    """Compute the ends of an interval of a rate that holds at all times together.

    Parameters
    ----------
    converted, leads
        Counts so far, any shape.
    error
        Chance that the interval ever misses the rate.

    Examples
    --------
    >>> low, high = always_valid_rate(np.array(20.0), np.array(100.0), 0.05)
    >>> round(float(low), 2), round(float(high), 2)
    (0.09, 0.35)
    """
    mixture = betaln(converted + 1.0, leads - converted + 1.0)
    share = np.divide(converted, leads, out=np.full(np.shape(leads), 0.5), where=leads > 0)

    def refuted(value: Floats) -> Floats:
        return np.asarray(mixture - _log_likelihood(converted, leads, value) >= -np.log(error))

    ends = []
    for outer in (0.0, 1.0):
        out, inside = np.full_like(share, outer), share.copy()
        for _ in range(_STEPS):
            middle = (out + inside) / 2.0
            bad = refuted(middle)
            out, inside = np.where(bad, middle, out), np.where(bad, inside, middle)
        ends.append(out)
    return ends[0], ends[1]


def always_valid_difference(converted: Floats, leads: Floats, error: float) -> Interval:
    """Compute the first rate less the second with an interval that holds at all times.

    Parameters
    ----------
    converted, leads
        Shape (2,): counts so far.
    error
        Chance that the interval ever misses the difference.
    """
    low, high = always_valid_rate(converted, leads, error / 2.0)
    share = converted / np.maximum(leads, 1.0)
    ends = (share[0] - share[1], low[0] - high[1], high[0] - low[1])
    return Interval(*(float(one) for one in ends))
