"""How many of some leads will convert: a number, and between which two it will lie.

Decided here: with right probabilities the count has a Poisson-binomial distribution, which is
computed exactly, lead by lead. Probabilities may themselves be wrong, and then all in the same
direction: the model's own interval (`models.model.interval`) is gone through at the nodes of a
Gauss-Hermite quadrature, every lead moved alike, and the distributions are mixed. So the interval
holds chance and the doubt in the model, and is as wide as ignorance where there were few outcomes.
"""

from typing import Final, NamedTuple

import numpy as np

from models.model.interval import Interval
from models.stats.training_set import Floats

LEVEL: Final = 0.8
"""In this share of the cases the count lies in the interval."""
_NODES: Final = 15


class Expected(NamedTuple):
    """The expected count, and the ends of its interval, both included."""

    mean: float
    low: int
    high: int


def expected(probability: Floats, interval: Interval) -> Expected:
    """Tell how many leads will convert.

    Parameters
    ----------
    probability
        Shape (leads,), of different leads.
    interval
        What the model knows of its own errors.
    """
    places, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    counted = weights / weights.sum() @ counts(interval.moved(probability, places))
    below = np.cumsum(counted)
    low, high = np.searchsorted(below, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mean = float(np.sum(probability))
    last = len(probability)
    return Expected(mean, int(min(low, np.floor(mean))), int(min(max(high, np.ceil(mean)), last)))


def counts(probability: Floats) -> Floats:
    """Give the distributions of the number of conversions (Poisson-binomial).

    Parameters
    ----------
    probability
        Shape (cases, leads).

    Returns
    -------
    Shape (cases, leads + 1): how probable it is that so many convert.

    >>> counts(np.array([[0.5, 0.5]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    cases, leads = probability.shape
    found = np.zeros((cases, leads + 1))
    found[:, 0] = 1.0
    for lead in range(leads):
        own = probability[:, lead, None]
        found[:, 1 : lead + 2] = found[:, 1 : lead + 2] * (1 - own) + found[:, : lead + 1] * own
        found[:, 0] *= 1 - own[:, 0]
    return found
