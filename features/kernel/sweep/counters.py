"""What the sweep counts per key while it walks: counts, moments, sums, days.

Decided here: `places[r, p]` is how far pointer p has come at row r: pointer 0 is the head (what is
visible), pointer p > 0 the tail of window p - 1 (what is too old for it). The head adds, the tail
of a window subtracts, so that a plane of cells, one cell a key, always holds the values of its
window; the last plane is "ever". Cells and columns that follow each other are written as one run,
in a loop that compiles to vector instructions; the catalog is ordered so that runs are long.

An activity without a key counts under the cell of all activities, which is not added up but set.
"""

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import BORROWING, njit
from features.kernel.inputs import SCALE, Indices, Integers, Matrix

_DAY = 86_400_000_000
_HOUR = 3_600_000_000

Cells = NDArray[np.uint32]
Numbers = NDArray[np.float64]
Walk = tuple[Indices, Cells, int]
"""places (rows, pointers), keys (activities, kinds of key), and the key of all activities."""
Times = tuple[Integers, Integers, Integers, Integers]
"""occurred_at and visible_from of the activities; the cutoffs; the windows."""
Runs = tuple[Cells, Cells, Cells]
"""First cell, first column, length."""
Rates = tuple[Cells, Cells, Cells, Numbers]
"""Cell of the recent and of the longer span, column; the days."""
Ends = tuple[Runs, Runs]
"""Days since a moment; hours from the lead's beginning up to it."""
Sums = tuple[Indices, Runs]
"""The tails to follow, a plane each, and what is written."""
Days = tuple[NDArray[np.uint8], Integers, Indices]
"""Shared day by (activity, kind of key; the last is "all"), newest activity of each key, passed."""
LongWritten = tuple[Cells, Cells, Indices, Cells]
"""Cell passed by the head, by the tail, the pointers to follow, column."""
DaysWritten = tuple[LongWritten, Indices]
"""The same, and the pointer of each column's tail, 0 for none."""
Fading = tuple[Numbers, Indices, Cells, Cells]
"""Half-lives in microseconds; of each column its half-life's place, its key, its number."""
Faded = tuple[NDArray[np.float64], Numbers]
"""Decayed count by (half-life, key) at the newest activity of the key; the moment of that."""
Target = tuple[Integers, Matrix]
"""Positions of the rows, and the matrix."""


@njit(cache=True, nogil=True, **BORROWING)
def place_pointers(times: Times, places: Indices) -> None:
    """Compute how far each pointer comes at each cutoff.

    Parameters
    ----------
    times
        See `Times`.
    places
        Shape (rows, pointers), written.
    """
    occurred_at, visible_from, cutoffs, windows = times
    size = occurred_at.size
    head = 0
    for r in range(cutoffs.size):
        cutoff = cutoffs[r]
        while head < size and visible_from[head] < cutoff:
            head += 1
        places[r, 0] = head
    for p in range(windows.size):
        tail = 0
        for r in range(cutoffs.size):
            oldest, head = cutoffs[r] - windows[p], places[r, 0]
            while tail < head and occurred_at[tail] < oldest:
                tail += 1
            places[r, p + 1] = tail


@njit(cache=True, nogil=True, **BORROWING)
def count(
    walk: Walk, times: Times, inside: Indices, written: tuple[Runs, Rates], target: Target
) -> None:
    """Compute the pointers as `place_pointers` does, and write counts and rates on the way.

    Parameters
    ----------
    walk, times
        See `Walk`, `Times`.
    inside
        Shape (planes * keys,): the counters.
    written
        What is written: counts, and rates that compare a recent span with the rest.
    target
        See `Target`.
    """
    places, keys, any_key = walk
    occurred_at, visible_from, cutoffs, windows = times
    positions, matrix = target
    kinds, planes = keys.shape[1], places.shape[1]
    width = inside.size // planes
    inside[:] = 0
    head = 0
    for r in range(positions.size):
        while head < visible_from.size and visible_from[head] < cutoffs[r]:
            for kind in range(kinds):
                cell = np.uint64(keys[head, kind])
                for _ in range(planes):
                    inside[cell] += 1
                    cell += np.uint64(width)
            head += 1
        places[r, 0] = head
        for p in range(1, planes):
            tail, oldest = places[r - 1, p] if r > 0 else 0, cutoffs[r] - windows[p - 1]
            plane = np.uint64((p - 1) * width)
            while tail < head and occurred_at[tail] < oldest:
                for kind in range(kinds):
                    inside[plane + keys[tail, kind]] -= 1
                tail += 1
            places[r, p] = tail
            inside[plane + np.uint64(any_key)] = head - tail
        inside[(planes - 1) * width + any_key] = head
        _write_counts(inside, written[0], matrix[positions[r]])
        _write_rates(inside, written[1], matrix[positions[r]])


@njit(cache=True, nogil=True, **BORROWING)
def _write_rates(inside: Indices, rates: Rates, row: NDArray[np.float32]) -> None:
    recent, longer, columns, days = rates
    for j in range(columns.size):
        late, whole = inside[recent[j]], inside[longer[j]]
        row[columns[j]] = late / days[0] - (whole - late) / days[1]


@njit(cache=True, nogil=True, **BORROWING)
def _write_counts(inside: Indices, runs: Runs, row: NDArray[np.float32]) -> None:
    cells, columns, lengths = runs
    for j in range(lengths.size):
        length = lengths[j]
        source, out = inside[cells[j] : cells[j] + length], row[columns[j] : columns[j] + length]
        for i in range(out.size):
            out[i] = source[i]


@njit(cache=True, nogil=True, **BORROWING)
def write_moments(
    walk: Walk,
    times: tuple[Integers, Integers, int],
    moments: Numbers,
    written: Ends,
    target: Target,
) -> None:
    """Write the days since the last and the first activity under a key, and the hours up to it.

    Parameters
    ----------
    walk
        See `Walk`.
    times
        `occurred_at` of the activities, the cutoffs, and when the lead came into being.
    moments
        Shape (2 * keys,): the last, then the first moment of each key, in microseconds from the
        first activity, which is exact in float64 over 285 years; NaN is none.
    written, target
        See `Ends`, `Target`.
    """
    places, keys, any_key = walk
    occurred_at, cutoffs, origin = times
    since, up_to = written
    positions, matrix = target
    width = moments.size // 2
    last, first = moments[:width], moments[width:]
    begin = occurred_at[0] if occurred_at.size > 0 else 0
    moments[:] = np.nan
    for r in range(positions.size):
        for i in range(places[r - 1, 0] if r > 0 else 0, places[r, 0]):
            moment = np.float64(occurred_at[i] - begin)
            for kind in range(keys.shape[1]):
                key = keys[i, kind]
                last[key] = moment
                first[key] = moment if np.isnan(first[key]) else first[key]
            last[any_key], first[any_key] = moment, 0.0
        row = matrix[positions[r]]
        _write_spans(moments, np.float64(cutoffs[r] - begin), since, row)
        _write_hours(moments, np.float64(origin - begin), up_to, row)


@njit(cache=True, nogil=True, **BORROWING)
def _write_spans(moments: Numbers, until: float, runs: Runs, row: NDArray[np.float32]) -> None:
    cells, columns, lengths = runs
    for j in range(lengths.size):
        length = lengths[j]
        source, out = moments[cells[j] : cells[j] + length], row[columns[j] : columns[j] + length]
        for i in range(out.size):
            out[i] = (until - source[i]) / _DAY


@njit(cache=True, nogil=True, **BORROWING)
def _write_hours(moments: Numbers, since: float, runs: Runs, row: NDArray[np.float32]) -> None:
    cells, columns, lengths = runs
    for j in range(lengths.size):
        length = lengths[j]
        source, out = moments[cells[j] : cells[j] + length], row[columns[j] : columns[j] + length]
        for i in range(out.size):
            out[i] = np.maximum(source[i] - since, 0.0) / _HOUR


@njit(cache=True, nogil=True, **BORROWING)
def add_up(walk: Walk, values: Integers, inside: Integers, written: Sums, target: Target) -> None:
    """Write the sums of values under a key.

    Parameters
    ----------
    walk
        See `Walk`.
    values
        Shape (activities,): thousandths.
    inside
        Shape (planes * keys,): the sums.
    written, target
        See `Sums`, `Target`.
    """
    places, keys, _ = walk
    tails, runs = written
    positions, matrix = target
    planes = tails.size + 1
    width = inside.size // places.shape[1]
    inside[:] = 0
    for r in range(positions.size):
        for i in range(places[r - 1, 0] if r > 0 else 0, places[r, 0]):
            for kind in range(keys.shape[1]):
                cell = np.uint64(keys[i, kind])
                for _ in range(planes):
                    inside[cell] += values[i]
                    cell += np.uint64(width)
        for t in range(tails.size):
            plane, p = np.uint64(t * width), tails[t]
            for i in range(places[r - 1, p] if r > 0 else 0, places[r, p]):
                for kind in range(keys.shape[1]):
                    inside[plane + keys[i, kind]] -= values[i]
        _write_sums(inside, runs, matrix[positions[r]])


@njit(cache=True, nogil=True, **BORROWING)
def _write_sums(inside: Integers, runs: Runs, row: NDArray[np.float32]) -> None:
    cells, columns, lengths = runs
    for j in range(lengths.size):
        length = lengths[j]
        source, out = inside[cells[j] : cells[j] + length], row[columns[j] : columns[j] + length]
        for i in range(out.size):
            out[i] = source[i] / SCALE
