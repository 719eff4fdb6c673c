"""One lead's chain: its transition matrix and hazards, shared by the simulation and the truth.

Decided here: how a lead's modifiers act on the world's parameters. Compiled by numba.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit

Floats = NDArray[np.float64]
STATE_COUNT = 5
EVENT_COUNT = 4


@njit(cache=True)
def transition(
    moves: Floats, is_wake: NDArray[np.bool_], is_rise: NDArray[np.bool_], up: float, wake: float
) -> Floats:
    """Return the transition matrix of one day, shape (5, 5); rows sum to one.

    Parameters
    ----------
    moves
        Shape (5, 5): chances per day, before modification.
    is_wake, is_rise
        Shape (5, 5): which moves `wake` and `up` multiply.
    up, wake
        The lead's multipliers.
    """
    matrix = np.zeros((STATE_COUNT, STATE_COUNT))
    for i in range(STATE_COUNT):
        leaving = 0.0
        for j in range(STATE_COUNT):
            if i == j:
                continue
            chance = moves[i, j]
            if is_rise[i, j]:
                chance *= up
            if is_wake[i, j]:
                chance *= wake
            matrix[i, j] = chance
            leaving += chance
        if leaving > 0.9:  # noqa: PLR2004
            for j in range(STATE_COUNT):
                matrix[i, j] *= 0.9 / leaving
            leaving = 0.9
        matrix[i, i] = 1.0 - leaving
    return matrix


@njit(cache=True)
def event_factors(opening: float, winning: float, customer_opening: float) -> Floats:
    """Return the multipliers of the events' hazards: opened, quoted, won, lost.

    Parameters
    ----------
    opening, winning
        The lead's multipliers.
    customer_opening
        Multiplier on `opened` for a customer; 1 for the others.
    """
    factors = np.ones(EVENT_COUNT)
    factors[0] = opening * customer_opening
    factors[1] = np.sqrt(winning)
    factors[2] = winning
    return factors


@njit(cache=True)
def stage_after(stage: int, event: int) -> int:
    """Return the stage that begins with the day after a day with an event.

    Parameters
    ----------
    stage
        The stage of the day.
    event
        Number in `world.EVENTS`; -1: none.
    """
    if event < 0:
        return stage
    return event + 1 if event < 2 else 0  # noqa: PLR2004


@njit(cache=True)
def share_before(profile: Floats, within: float) -> float:
    """Interpolate the share of a day's events before a moment of the day.

    Parameters
    ----------
    profile
        Shape (25,): the share before each hour.
    within
        The share of the day's 24 hours, in [0, 1].
    """
    hour = within * 24.0
    k = int(hour)
    if k >= 24:  # noqa: PLR2004
        return 1.0
    share: float = profile[k] + (hour - k) * (profile[k + 1] - profile[k])
    return share


@njit(cache=True)
def moment_of_share(profile: Floats, share: float) -> float:
    """Return the moment of the day before which a share of the events lies.

    Parameters
    ----------
    profile
        Shape (25,): the share before each hour.
    share
        The share, in [0, 1).
    """
    k = 0
    while k < 23 and profile[k + 1] <= share:  # noqa: PLR2004
        k += 1
    hour: float = k + (share - profile[k]) / (profile[k + 1] - profile[k])
    return hour / 24.0
