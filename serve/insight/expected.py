"""How many of some leads will convert: the expected number and its interval.

Decided here: with right probabilities the count has a Poisson-binomial distribution, which is
computed exactly, lead by lead. The probabilities themselves may be wrong, all in the same
direction: the model's own interval (`models.model.interval`) is evaluated at the nodes of a
Gauss-Hermite quadrature, with every lead moved alike, and the distributions are mixed. So the
interval covers chance and the uncertainty of the model, and is wide where there were few outcomes.
"""

from typing import Final, NamedTuple

import numpy as np

from models.model.interval import ProbabilityInterval
from models.stats.training_set import Floats

LEVEL: Final = 0.8
"""In this share of the cases the count lies in the interval."""
_NODES: Final = 15


class Expected(NamedTuple):
    """The expected count, and the ends of its interval, both included."""

    mean: float
    low: int
    high: int


def expected(probability: Floats, interval: ProbabilityInterval) -> Expected:
    """Compute how many leads will convert.

    Parameters
    ----------
    probability
        Shape (leads,), of different leads.
    interval
        The uncertainty of the model's probabilities.
    """
    places, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    counted = weights / weights.sum() @ counts(interval.moved(probability, places))
    below = np.cumsum(counted)
    low, high = np.searchsorted(below, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mean = float(np.sum(probability))
    last = len(probability)
    return Expected(mean, int(min(low, np.floor(mean))), int(min(max(high, np.ceil(mean)), last)))


def counts(probability: Floats) -> Floats:
    """Compute the distributions of the number of conversions (Poisson-binomial).

    Parameters
    ----------
    probability
        Shape (cases, leads).

    Returns
    -------
    Shape (cases, leads + 1): the probability of each number of conversions, from 0.

    >>> counts(np.array([[0.5, 0.5]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    cases, leads = probability.shape
    result = np.zeros((cases, leads + 1))
    result[:, 0] = 1.0
    for lead in range(leads):
        own = probability[:, lead, None]
        result[:, 1 : lead + 2] = result[:, 1 : lead + 2] * (1 - own) + result[:, : lead + 1] * own
        result[:, 0] *= 1 - own[:, 0]
    return result
