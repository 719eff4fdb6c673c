"""What the sweep keeps per key while it walks: counts, days, sums, moments.

Decided here: counters only grow. The head (what is seen) and the tail of every window (what is too
old for it) have counters of their own, "passed"; a window's value is what the head has passed less
what its tail has passed. `places[r, p]` tells how far pointer p has come at row r: pointer 0 is the
head, pointer p > 0 the tail of window p - 1. The last plane of every counter stays zero: "ever".

Distinct days under a key: the last activity of a day stands for the day; the newest activity stands
for its day too if the one that will be the last of that day is not seen yet.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.kernel.records import MISSING, SCALE, Indices, Integers, Matrix

_DAY = 86_400_000_000
_HOUR = 3_600_000_000

Cells = NDArray[np.uint32]
Walk = tuple[Indices, Cells, int]
"""places (rows, pointers), keys (activities, kinds of key), and the key of all activities."""
Written = tuple[Cells, Cells, Cells]
"""Cell passed by the head, cell passed by the tail, column."""
Rates = tuple[Cells, Cells, Cells, Cells, NDArray[np.float64]]
"""Cell passed by the head, by the tails of the recent and of the longer span, column; the days."""
Moments = tuple[Integers, Integers]
"""Last and first moment of each key."""
Ends = tuple[Cells, Cells, Cells, Cells, Cells, Cells]
"""Keys and columns: days since the last moment, days since the first, hours to the first."""
Days = tuple[NDArray[np.uint8], Integers, Indices]
"""Shared day by (activity, kind of key; the last is "all"), newest activity of each key, passed."""
LongWritten = tuple[Cells, Cells, Indices, Cells]
"""Cell passed by the head, by the tail, the pointers to follow, column."""
DaysWritten = tuple[LongWritten, Indices]
"""The same, and the pointer of each column's tail, 0 for none."""
Target = tuple[Integers, Matrix]
"""Positions of the rows, and the matrix."""


@njit(cache=True, nogil=True)
def place_pointers(
    occurred_at: Integers,
    seen_from: Integers,
    cutoffs: Integers,
    windows: Integers,
    places: Indices,
) -> None:
    """Find how far each pointer comes at each cutoff."""
    size = occurred_at.size
    head = 0
    for r in range(cutoffs.size):
        cutoff = cutoffs[r]
        while head < size and seen_from[head] < cutoff:
            head += 1
        places[r, 0] = head
    for p in range(windows.size):
        tail = 0
        for r in range(cutoffs.size):
            oldest, head = cutoffs[r] - windows[p], places[r, 0]
            while tail < head and occurred_at[tail] < oldest:
                tail += 1
            places[r, p + 1] = tail


@njit(cache=True, nogil=True)
def count(walk: Walk, passed: Indices, written: Written, rates: Rates, target: Target) -> None:
    """Count activities, and compare the daily rate of a recent span with that of the rest."""
    places, keys, any_key = walk
    heads, tails, columns = written
    rate_heads, recent, longer, rate_columns, days = rates
    positions, matrix = target
    every_key, kinds = keys.ravel(), keys.shape[1]
    pointers = places.shape[1]
    width = passed.size // (pointers + 1)
    passed[:] = 0
    for r in range(positions.size):
        for p in range(pointers):
            plane = np.uint64(p * width)
            begin = places[r - 1, p] if r > 0 else 0
            for entry in range(begin * kinds, places[r, p] * kinds):
                passed[plane + every_key[entry]] += 1
            passed[p * width + any_key] = places[r, p]
        position = positions[r]
        for j in range(columns.size):
            matrix[position, columns[j]] = passed[heads[j]] - passed[tails[j]]
        for j in range(rate_columns.size):
            head = passed[rate_heads[j]]
            late, early = head - passed[recent[j]], passed[recent[j]] - passed[longer[j]]
            matrix[position, rate_columns[j]] = late / days[0] - early / days[1]


@njit(cache=True, nogil=True)
def tell_moments(
    walk: Walk, times: tuple[Integers, Integers, int], state: Moments, written: Ends, target: Target
) -> None:
    """Tell the days since the last and the first activity under a key, and the hours up to it."""
    places, keys, any_key = walk
    occurred_at, cutoffs, origin = times
    last, first = state
    last_keys, last_columns, first_keys, first_columns, to_keys, to_columns = written
    positions, matrix = target
    last[:], first[:] = MISSING, MISSING
    for r in range(positions.size):
        for i in range(places[r - 1, 0] if r > 0 else 0, places[r, 0]):
            for kind in range(keys.shape[1]):
                key = keys[i, kind]
                last[key] = occurred_at[i]
                first[key] = occurred_at[i] if first[key] == MISSING else first[key]
        if places[r, 0] > 0:
            last[any_key], first[any_key] = occurred_at[places[r, 0] - 1], occurred_at[0]
        position, cutoff = positions[r], cutoffs[r]
        for j in range(last_columns.size):
            matrix[position, last_columns[j]] = _days_since(last[last_keys[j]], cutoff)
        for j in range(first_columns.size):
            matrix[position, first_columns[j]] = _days_since(first[first_keys[j]], cutoff)
        for j in range(to_columns.size):
            matrix[position, to_columns[j]] = _hours_after(first[to_keys[j]], origin)


@njit(cache=True, nogil=True)
def _days_since(moment: int, cutoff: int) -> float:
    return np.nan if moment == MISSING else (cutoff - moment) / _DAY


@njit(cache=True, nogil=True)
def _hours_after(moment: int, origin: int) -> float:
    return np.nan if moment == MISSING else max(moment - origin, 0) / _HOUR


@njit(cache=True, nogil=True)
def add_up(
    walk: Walk, values: Integers, passed: Integers, written: LongWritten, target: Target
) -> None:
    """Add up values, given in thousandths."""
    places, keys, _ = walk
    heads, tails, pointers, columns = written
    positions, matrix = target
    width = passed.size // (places.shape[1] + 1)
    passed[:] = 0
    for r in range(positions.size):
        for p in pointers:
            plane = np.uint64(p * width)
            for i in range(places[r - 1, p] if r > 0 else 0, places[r, p]):
                for kind in range(keys.shape[1]):
                    passed[plane + keys[i, kind]] += values[i]
        position = positions[r]
        for j in range(columns.size):
            total = passed[heads[j]] - passed[tails[j]]
            matrix[position, columns[j]] = total / SCALE


@njit(cache=True, nogil=True)
def mark_days(keys: Cells, occurred_at: Integers, origin: int, state: Days) -> None:
    """Mark under each key whether the next activity is on the same day, counted from `origin`."""
    shared, newest, _ = state
    newest[:] = -1
    for i in range(occurred_at.size):
        day = (occurred_at[i] - origin) // _DAY
        for kind in range(keys.shape[1]):
            before = newest[keys[i, kind]]
            if before >= 0 and (occurred_at[before] - origin) // _DAY == day:
                shared[before, kind] = 1
            shared[i, kind] = 0
            newest[keys[i, kind]] = i
        for_all = keys.shape[1]
        shared[i, for_all] = 0
        if i > 0 and (occurred_at[i - 1] - origin) // _DAY == day:
            shared[i - 1, for_all] = 1


@njit(cache=True, nogil=True)
def count_days(walk: Walk, state: Days, written: DaysWritten, target: Target) -> None:
    """Count the distinct days under a key."""
    places, keys, any_key = walk
    shared, newest, passed = state
    (heads, tails, pointers, columns), tail_pointers = written
    positions, matrix = target
    width = newest.size
    passed[:], newest[:] = 0, -1
    for r in range(positions.size):
        for p in pointers:
            for i in range(places[r - 1, p] if r > 0 else 0, places[r, p]):
                for kind in range(keys.shape[1]):
                    passed[p * width + keys[i, kind]] += 1 - shared[i, kind]
                    if p == 0:
                        newest[keys[i, kind]] = 2 * i + shared[i, kind]
                passed[p * width + any_key] += 1 - shared[i, keys.shape[1]]
                if p == 0:
                    newest[any_key] = 2 * i + shared[i, keys.shape[1]]
        for j in range(columns.size):
            last = newest[heads[j]]
            tail = places[r, tail_pointers[j]] if tail_pointers[j] > 0 else 0
            goes_on = last >= 0 and last % 2 == 1 and last // 2 >= tail
            days = passed[heads[j]] - passed[tails[j]] + int(goes_on)
            matrix[positions[r], columns[j]] = days
