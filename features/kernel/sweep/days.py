"""Distinct days under a key, over the walk of `counters`.

Decided here: the last activity of a day stands for the day; the newest activity stands
for its day too if the one that will be the last of that day is not visible yet. The counters only
grow, and a window's value is what the head has passed less what its tail has passed.
"""

from features.kernel.compiled import BORROWING, njit
from features.kernel.inputs import Integers
from features.kernel.sweep.counters import Days, DaysWritten, Target, Walk

_DAY = 86_400_000_000


@njit(cache=True, nogil=True, **BORROWING)
def mark_days(walk: Walk, occurred_at: Integers, origin: int, state: Days) -> None:
    """Mark under each key whether the next activity is on the same day.

    Parameters
    ----------
    walk
        See `counters.Walk`.
    occurred_at
        Shape (activities,): microseconds, ascending.
    origin
        The moment from which days of 24 hours are counted.
    state
        See `counters.Days`, written.
    """
    _, keys, any_key = walk
    shared, newest, _ = state
    newest[:] = -1
    for i in range(occurred_at.size):
        day = (occurred_at[i] - origin) // _DAY
        for kind in range(keys.shape[1]):
            before = newest[keys[i, kind]] if keys[i, kind] != any_key else -1
            if before >= 0 and (occurred_at[before] - origin) // _DAY == day:
                shared[before, kind] = 1
            shared[i, kind] = 0
            newest[keys[i, kind]] = i
        for_all = keys.shape[1]
        shared[i, for_all] = 0
        if i > 0 and (occurred_at[i - 1] - origin) // _DAY == day:
            shared[i - 1, for_all] = 1


@njit(cache=True, nogil=True, **BORROWING)
def count_days(walk: Walk, state: Days, written: DaysWritten, target: Target) -> None:
    """Write the number of distinct days under a key.

    Parameters
    ----------
    walk, state
        See `counters.Walk`, and `counters.Days` as `mark_days` left it.
    written, target
        See `counters.DaysWritten`, `counters.Target`.
    """
    places, keys, any_key = walk
    shared, newest, passed = state
    (heads, tails, pointers, columns), tail_pointers = written
    positions, matrix = target
    width = newest.size
    passed[:], newest[:] = 0, -1
    for r in range(positions.size):
        for p in pointers:
            plane = p * width
            for i in range(places[r - 1, p] if r > 0 else 0, places[r, p]):
                for kind in range(keys.shape[1]):
                    if keys[i, kind] != any_key:
                        passed[plane + keys[i, kind]] += 1 - shared[i, kind]
                passed[plane + any_key] += 1 - shared[i, keys.shape[1]]
        _renew(walk, state, r)
        for j in range(columns.size):
            last = newest[heads[j]]
            tail = places[r, tail_pointers[j]] if tail_pointers[j] > 0 else 0
            goes_on = last >= 0 and last % 2 == 1 and last // 2 >= tail
            days = passed[heads[j]] - passed[tails[j]] + int(goes_on)
            matrix[positions[r], columns[j]] = days


@njit(cache=True, nogil=True, **BORROWING)
def _renew(walk: Walk, state: Days, r: int) -> None:
    """Remember the newest activity of each key, and whether its day goes on."""
    places, keys, any_key = walk
    shared, newest, _ = state
    for i in range(places[r - 1, 0] if r > 0 else 0, places[r, 0]):
        for kind in range(keys.shape[1]):
            newest[keys[i, kind]] = 2 * i + shared[i, kind]
        newest[any_key] = 2 * i + shared[i, keys.shape[1]]
