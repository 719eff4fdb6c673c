"""One walk over the activities and the cutoffs of a lead.

Decided here: the head (what is visible by now) and the tails of the windows only move forward, so
the work is activities + cutoffs, whatever the windows. This needs the activities of a lead to
become visible in the order in which they occurred. Where they did not, the same walk is made for
each cutoff alone, over what that cutoff sees.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import ALLOCATING, BORROWING, njit
from features.kernel.inputs import Events, Indices, Integers, Matrix, Rows
from features.kernel.sweep.counters import (
    Cells,
    Faded,
    Numbers,
    Runs,
    Walk,
    add_up,
    count,
    place_pointers,
    write_moments,
)
from features.kernel.sweep.days import count_days, mark_days
from features.kernel.sweep.fading import fade
from features.kernel.sweep.sweep_layout import SweepPlan


class _State(NamedTuple):
    inside: Indices
    moments: Numbers
    sums: Integers
    days: tuple[NDArray[np.uint8], Integers, Indices]
    faded: Faded


_Acts = tuple[Integers, Integers, Integers, Integers]
"""occurred_at, visible_from, dwell, amount"""


@njit(cache=True, nogil=True)
def _state(plan: SweepPlan, longest: int) -> _State:
    cells = (plan.windows.size + 1) * plan.key_count
    kinds = plan.kinds.size
    return _State(
        np.zeros(cells, np.int32),
        np.zeros(2 * plan.key_count, np.float64),
        np.zeros(cells, np.int64),
        (
            np.zeros((longest if plan.days[0][0].size > 0 else 0, kinds + 1), np.uint8),
            np.zeros(plan.key_count, np.int64),
            np.zeros(cells + plan.key_count, np.int32),
        ),
        (np.zeros((plan.fading[0].size, plan.key_count)), np.zeros(plan.key_count)),
    )


@njit(cache=True, nogil=True, **BORROWING)
def _keys_of(
    code: NDArray[np.int16], pair: NDArray[np.int16], plan: SweepPlan, keys: Cells
) -> None:
    for k in range(plan.kinds.size):
        kind = plan.kinds[k]
        for i in range(code.size):
            if kind == 0:
                keys[i, k] = plan.key_of_code[code[i]]
            else:
                keys[i, k] = plan.key_of_pair[pair[i]]


@njit(cache=True, nogil=True, **BORROWING)
def _walk(
    acts: _Acts,
    walk: Walk,
    request: tuple[Integers, Integers, int],
    plan: SweepPlan,
    out: tuple[_State, Matrix],
) -> None:
    """Fill the rows of one lead whose activities became visible in order."""
    occurred_at, visible_from, dwell, amount = acts
    cutoffs, positions, origin = request
    state, matrix = out
    target = (positions, matrix)
    times = (occurred_at, visible_from, cutoffs, plan.windows)
    if plan.counts[0].size > 0 or plan.rates[0].size > 0:
        count(walk, times, state.inside, (plan.counts, plan.rates), target)
    else:
        place_pointers(times, walk[0])
    if plan.ends[0][0].size > 0 or plan.ends[1][0].size > 0:
        write_moments(walk, (occurred_at, cutoffs, origin), state.moments, plan.ends, target)
    if plan.dwell[1][0].size > 0:
        add_up(walk, dwell, state.sums, plan.dwell, target)
    if plan.amount[1][0].size > 0:
        add_up(walk, amount, state.sums, plan.amount, target)
    if plan.days[0][0].size > 0:
        mark_days(walk, occurred_at, origin, state.days)
        count_days(walk, state.days, plan.days, target)
    if plan.fading[3].size > 0:
        fade(walk, (occurred_at, cutoffs), state.faded, plan.fading, target)


@njit(cache=True, nogil=True, **BORROWING)
def _hide_counted(
    columns: Cells, rows: Rows, span: tuple[int, int], visible_from: int, matrix: Matrix
) -> None:
    """Write missing values for what counts from the beginning of a lead that is not yet visible."""
    for r in range(span[0], span[1]):
        if rows.cutoff[r] <= visible_from:
            for j in range(columns.size):
                matrix[rows.position[r], columns[j]] = np.nan


@njit(cache=True, nogil=True, **BORROWING)
def _hide_runs(
    runs: Runs, rows: Rows, span: tuple[int, int], visible_from: int, matrix: Matrix
) -> None:
    """Write missing values for runs of columns of a lead that is not yet visible."""
    _, columns, lengths = runs
    for r in range(span[0], span[1]):
        if rows.cutoff[r] <= visible_from:
            for j in range(columns.size):
                matrix[rows.position[r], columns[j] : columns[j] + lengths[j]] = np.nan


@njit(cache=True, nogil=True, **ALLOCATING)
def _walk_each(
    acts: _Acts,
    walk: Walk,
    request: tuple[Integers, Integers, int],
    plan: SweepPlan,
    out: tuple[_State, Matrix],
) -> None:
    """Fill the rows of one lead, each over a copy of what its cutoff sees."""
    occurred_at, visible_from, dwell, amount = acts
    cutoffs, positions, origin = request
    for r in range(cutoffs.size):
        visible = np.flatnonzero(visible_from < cutoffs[r])
        acts_then = (
            occurred_at[visible],
            visible_from[visible],
            dwell[visible] if dwell.size > 0 else dwell,
            amount[visible] if amount.size > 0 else amount,
        )
        acts_then[1][:] = np.iinfo(np.int64).min
        one = (cutoffs[r : r + 1], positions[r : r + 1], origin)
        _walk(acts_then, (walk[0][r : r + 1], walk[1][visible], walk[2]), one, plan, out)


@njit(cache=True, nogil=True, **BORROWING)
def _largest(events: Events, rows: Rows, chunk: tuple[int, int]) -> tuple[int, int]:
    """Return the most activities and the most rows of any lead."""
    activities, most, here = 0, 0, 0
    for r in range(chunk[0], chunk[1]):
        lead = rows.lead[r]
        here = here + 1 if r > chunk[0] and rows.lead[r - 1] == lead else 1
        most = max(most, here)
        activities = max(activities, events.start[lead + 1] - events.start[lead])
    return activities, most


@njit(cache=True, nogil=True, **BORROWING)
def _fill_lead(
    events: Events,
    rows: Rows,
    span: tuple[int, int],
    plan: SweepPlan,
    room: tuple[Cells, Indices, _State, Matrix],
) -> None:
    """Fill the rows [span[0], span[1]) of one lead."""
    lead = rows.lead[span[0]]
    begin, end = events.start[lead], events.start[lead + 1]
    keys, places, out = room[0][: end - begin], room[1][: span[1] - span[0]], (room[2], room[3])
    _keys_of(events.code[begin:end], events.pair[begin:end], plan, keys)
    acts = (
        events.occurred_at[begin:end],
        events.visible_from[begin:end],
        events.dwell[begin:end],
        events.amount[begin:end],
    )
    walk = (places, keys, plan.any_key)
    cutoffs, positions = rows.cutoff[span[0] : span[1]], rows.position[span[0] : span[1]]
    if events.in_order[lead]:
        _walk(acts, walk, (cutoffs, positions, events.created_at[lead]), plan, out)
    else:
        _walk_each(acts, walk, (cutoffs, positions, events.created_at[lead]), plan, out)
    visible_from = events.lead_visible_from[lead]
    _hide_counted(plan.days[0][3], rows, span, visible_from, room[3])
    _hide_runs(plan.ends[1], rows, span, visible_from, room[3])


@njit(cache=True, nogil=True)
def sweep(
    events: Events, rows: Rows, chunk: tuple[int, int], plan: SweepPlan, matrix: Matrix
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    events
        Activities, sorted by lead and time.
    rows
        (lead, cutoff) pairs, sorted by both.
    chunk
        The rows [chunk[0], chunk[1]) to fill; it must not split a lead.
    plan
        Which cells are counted and which column each is written to.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    activities, most = _largest(events, rows, chunk)
    all_keys = np.empty((activities, plan.kinds.size), np.uint32)
    all_places = np.empty((most, plan.windows.size + 1), np.int32)
    room = (all_keys, all_places, _state(plan, activities), matrix)
    r = chunk[0]
    while r < chunk[1]:
        after = r + 1
        while after < chunk[1] and rows.lead[after] == rows.lead[r]:
            after += 1
        _fill_lead(events, rows, (r, after), plan, room)
        r = after
