"""Decayed counts under a key, over the walk of `counters`.

Decided here: a decayed count is carried from one activity to the next: the count fades by the time
between them, and one is added. So it depends on the visible activities alone, to the bit.
"""

import numpy as np

from features.kernel.compiled import BORROWING, njit
from features.kernel.inputs import Integers
from features.kernel.sweep.counters import Faded, Fading, Numbers, Target, Walk


@njit(cache=True, nogil=True, **BORROWING)
def fade(
    walk: Walk, times: tuple[Integers, Integers], state: Faded, written: Fading, target: Target
) -> None:
    """Write the count of activities under a key, each halved once per half-life of its age.

    Parameters
    ----------
    walk
        See `Walk`.
    times
        `occurred_at` of the activities, and the cutoffs.
    state, written, target
        See `Faded`, `Fading`, `Target`.
    """
    places, keys, any_key = walk
    occurred_at, cutoffs = times
    half_lives, lives, wanted, columns = written
    positions, matrix = target
    weights, newest = state
    weights[:], newest[:] = 0.0, 0.0
    begin = occurred_at[0] if occurred_at.size > 0 else 0
    for r in range(positions.size):
        for i in range(places[r - 1, 0] if r > 0 else 0, places[r, 0]):
            moment = np.float64(occurred_at[i] - begin)
            for kind in range(keys.shape[1]):
                if keys[i, kind] != any_key:
                    _add_one(state, half_lives, keys[i, kind], moment)
            _add_one(state, half_lives, any_key, moment)
        until = np.float64(cutoffs[r] - begin)
        for j in range(columns.size):
            life, key = lives[j], wanted[j]
            left = np.exp2((newest[key] - until) / half_lives[life])
            matrix[positions[r], columns[j]] = weights[life, key] * left


@njit(cache=True, nogil=True, **BORROWING)
def _add_one(state: Faded, half_lives: Numbers, key: int, moment: float) -> None:
    weights, newest = state
    for life in range(half_lives.size):
        left = np.exp2((newest[key] - moment) / half_lives[life])
        weights[life, key] = weights[life, key] * left + 1.0
    newest[key] = moment
