"""One pass over the activities and the cutoffs of a lead: counts, sums, days, moments by key.

Decided here: each window has a head (what is seen by now) and a tail (what has left the window);
both only move forward, and counters follow them, so the work is activities + cutoffs, whatever the
windows. This needs the activities of a lead to be seen in the order in which they occurred. Where
they were not, the same sweep runs for each cutoff alone over what that cutoff sees.

Distinct days under a key: an activity that enters adds a day if it is not on the day of the one
before it; one that leaves takes its day along unless the next one in the window is on that day.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.kernel.records import MISSING, SCALE, Events, Indices, Integers, Matrix, Rows

_DAY = 86_400_000_000


class SweepPlan(NamedTuple):
    """Which slots are kept and which column each goes to.

    Slot `key * (windows + 1) + window` counts a key in a window; the last window is "ever".
    `value_of[key]` gives the summed dwell and amount their numbers, or -1.
    """

    windows: Integers
    any_key: Indices
    key_of_code: Indices
    key_of_pair: Indices
    value_of: NDArray[np.int32]
    count_slot: Indices
    count_column: Indices
    day_slot: Indices
    day_column: Indices
    sum_slot: Indices
    sum_column: Indices
    last_key: Indices
    last_column: Indices
    first_key: Indices
    first_column: Indices
    rate_slot: NDArray[np.int32]
    rate_column: Indices
    rate_days: NDArray[np.float64]


class State(NamedTuple):
    """The running counters of one lead."""

    counts: Indices
    days: Indices
    sums: Integers
    last: Integers
    first: Integers
    tails: Integers
    latest: Integers
    shared: NDArray[np.uint8]


@njit(cache=True, nogil=True)
def _state(plan: SweepPlan, longest: int) -> State:
    keys = plan.value_of.shape[0]
    slots = keys * (plan.windows.size + 1)
    values = max(plan.value_of.max() + 1, 0) if keys > 0 else 0
    return State(
        np.zeros(slots, np.int32),
        np.zeros(slots, np.int32),
        np.zeros(values * (plan.windows.size + 1), np.int64),
        np.full(keys, MISSING, np.int64),
        np.full(keys, MISSING, np.int64),
        np.zeros(plan.windows.size, np.int64),
        np.full(keys, -1, np.int64),
        np.zeros(longest if plan.day_slot.size > 0 else 0, np.uint8),
    )


@njit(cache=True, nogil=True)
def _reset(state: State) -> None:
    state.counts[:] = 0
    state.days[:] = 0
    state.sums[:] = 0
    state.last[:] = MISSING
    state.first[:] = MISSING


@njit(cache=True, nogil=True)
def _keys(events: Events, plan: SweepPlan, i: int) -> tuple[int, int, int]:
    return (
        plan.any_key[0],
        plan.key_of_code[events.code[i]],
        plan.key_of_pair[events.pair[i]],
    )


@njit(cache=True, nogil=True)
def _mark_days(events: Events, span: tuple[int, int, int], plan: SweepPlan, state: State) -> None:
    """Mark, per kind of key, whether the next activity under the key is on the same day."""
    begin, end, origin = span
    state.latest[:] = -1
    for i in range(begin, end):
        state.shared[i - begin] = 0
        day = (events.occurred_at[i] - origin) // _DAY
        kind = 1
        for key in _keys(events, plan, i):
            if key >= 0:
                before = state.latest[key]
                if before >= 0 and (events.occurred_at[before] - origin) // _DAY == day:
                    state.shared[before - begin] |= kind
                state.latest[key] = i
            kind *= 2


@njit(cache=True, nogil=True)
def _add_values(events: Events, plan: SweepPlan, state: State, at: tuple[int, int]) -> None:
    i, key = at
    width = plan.windows.size + 1
    for column in range(2):
        slot = plan.value_of[key, column]
        if slot >= 0:
            value = events.dwell[i] if column == 0 else events.amount[i]
            if value != MISSING:
                for window in range(width):
                    state.sums[slot * width + window] += value


@njit(cache=True, nogil=True)
def _enter(events: Events, plan: SweepPlan, state: State, at: tuple[int, int]) -> None:
    """Let activity i enter every window."""
    i, origin = at
    moment = events.occurred_at[i]
    width = plan.windows.size + 1
    with_days = plan.day_slot.size > 0
    for key in _keys(events, plan, i):
        if key < 0:
            continue
        base = key * width
        for window in range(width):
            state.counts[base + window] += 1
        if with_days:
            before = state.last[key]
            apart = before == MISSING or (before - origin) // _DAY != (moment - origin) // _DAY
            for window in range(width):
                if apart or state.counts[base + window] == 1:
                    state.days[base + window] += 1
        if state.first[key] == MISSING:
            state.first[key] = moment
        state.last[key] = moment
        _add_values(events, plan, state, (i, key))


@njit(cache=True, nogil=True)
def _leave(events: Events, plan: SweepPlan, state: State, at: tuple[int, int, int]) -> None:
    """Let activity i leave one window."""
    i, begin, window = at
    width = plan.windows.size + 1
    kind = 1
    for key in _keys(events, plan, i):
        if key >= 0:
            slot = key * width + window
            state.counts[slot] -= 1
            if plan.day_slot.size > 0:
                stays = (state.shared[i - begin] & kind) != 0 and state.counts[slot] > 0
                if not stays:
                    state.days[slot] -= 1
            for column in range(2):
                number = plan.value_of[key, column]
                if number >= 0:
                    value = events.dwell[i] if column == 0 else events.amount[i]
                    if value != MISSING:
                        state.sums[number * width + window] -= value
        kind *= 2


@njit(cache=True, nogil=True)
def _since(moment: int, cutoff: int) -> float:
    return np.nan if moment == MISSING else (cutoff - moment) / _DAY


@njit(cache=True, nogil=True)
def _write(plan: SweepPlan, state: State, cutoff: int, row: NDArray[np.float32]) -> None:
    for j in range(plan.count_slot.size):
        row[plan.count_column[j]] = state.counts[plan.count_slot[j]]
    for j in range(plan.day_slot.size):
        row[plan.day_column[j]] = state.days[plan.day_slot[j]]
    for j in range(plan.sum_slot.size):
        row[plan.sum_column[j]] = state.sums[plan.sum_slot[j]] / SCALE
    for j in range(plan.last_key.size):
        row[plan.last_column[j]] = _since(state.last[plan.last_key[j]], cutoff)
    for j in range(plan.first_key.size):
        row[plan.first_column[j]] = _since(state.first[plan.first_key[j]], cutoff)
    for j in range(plan.rate_column.size):
        recent = state.counts[plan.rate_slot[j, 0]]
        earlier = state.counts[plan.rate_slot[j, 1]] - recent
        row[plan.rate_column[j]] = recent / plan.rate_days[0] - earlier / plan.rate_days[1]


@njit(cache=True, nogil=True)
def _hide_days(plan: SweepPlan, row: NDArray[np.float32]) -> None:
    """Leave days missing: a lead that is not yet seen has no first day to count from."""
    for j in range(plan.day_slot.size):
        row[plan.day_column[j]] = np.nan


@njit(cache=True, nogil=True)
def _sweep_lead(
    events: Events,
    span: tuple[int, int, int],
    rows: Rows,
    asked: tuple[int, int],
    plan: SweepPlan,
    out: tuple[State, Matrix],
) -> None:
    begin, end, lead = span
    state, matrix = out
    origin = events.created_at[lead]
    _reset(state)
    if plan.day_slot.size > 0:
        _mark_days(events, (begin, end, origin), plan, state)
    head = begin
    state.tails[:] = begin
    for r in range(asked[0], asked[1]):
        cutoff = rows.cutoff[r]
        while head < end and events.seen_from[head] < cutoff:
            _enter(events, plan, state, (head, origin))
            head += 1
        for window in range(plan.windows.size):
            oldest = cutoff - plan.windows[window]
            tail = state.tails[window]
            while tail < head and events.occurred_at[tail] < oldest:
                _leave(events, plan, state, (tail, begin, window))
                tail += 1
            state.tails[window] = tail
        row = matrix[rows.position[r]]
        _write(plan, state, cutoff, row)
        if events.lead_seen_from[lead] >= cutoff:
            _hide_days(plan, row)


@njit(cache=True, nogil=True)
def _seen(events: Events, span: tuple[int, int], cutoff: int) -> Events:
    """Copy what one cutoff sees of one lead, in the same order."""
    kept = np.flatnonzero(events.seen_from[span[0] : span[1]] < cutoff) + span[0]
    return Events(
        events.start,
        events.in_order,
        events.created_at,
        events.lead_seen_from,
        events.occurred_at[kept],
        np.full(kept.size, MISSING, np.int64),
        events.code[kept],
        events.pair[kept],
        events.dwell[kept] if events.dwell.size > 0 else events.dwell,
        events.amount[kept] if events.amount.size > 0 else events.amount,
    )


@njit(cache=True, nogil=True)
def _longest(events: Events, rows: Rows, chunk: tuple[int, int]) -> int:
    longest = 0
    for r in range(chunk[0], chunk[1]):
        lead = rows.lead[r]
        longest = max(longest, events.start[lead + 1] - events.start[lead])
    return longest


@njit(cache=True, nogil=True)
def sweep(
    events: Events, rows: Rows, chunk: tuple[int, int], plan: SweepPlan, matrix: Matrix
) -> None:
    """Fill the planned columns of the rows [chunk[0], chunk[1]), which must not split a lead."""
    out = (_state(plan, _longest(events, rows, chunk)), matrix)
    r = chunk[0]
    while r < chunk[1]:
        lead = rows.lead[r]
        after = r + 1
        while after < chunk[1] and rows.lead[after] == lead:
            after += 1
        begin, end = events.start[lead], events.start[lead + 1]
        if events.in_order[lead]:
            _sweep_lead(events, (begin, end, lead), rows, (r, after), plan, out)
        else:
            for one in range(r, after):
                seen = _seen(events, (begin, end), rows.cutoff[one])
                span = (0, seen.occurred_at.size, lead)
                _sweep_lead(seen, span, rows, (one, one + 1), plan, out)
        r = after
