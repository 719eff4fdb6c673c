"""From when the features of a lead can be others though nothing is told.

Activities leave windows, what was told ahead comes to be seen, values grow past an edge.

Decided here: an activity is inside a window of length w up to and including the moment w after it;
a record is seen from the microsecond after `seen_from`.
"""

from typing import NamedTuple

import numpy as np

from features.kernel.compiled import njit
from features.kernel.inputs import Changes, Deals, Events, Indices, Integers

_NEVER = np.iinfo(np.int64).max


class Watched(NamedTuple):
    """The windows of a lead's own activities and of its account's, and whether that matters."""

    own: Integers
    account: Integers
    account_matters: bool


class Groups(NamedTuple):
    """The group of each lead, where each group starts among the members, and the members."""

    group: Indices
    start: Integers
    members: Indices
    account: Indices


@njit(cache=True, nogil=True)
def _of_events(events: Events, lead: int, cutoff: int, windows: Integers) -> int:
    """Find when the next activity leaves a window or comes to be seen."""
    first = _NEVER
    for i in range(events.start[lead], events.start[lead + 1]):
        if events.seen_from[i] >= cutoff:
            first = min(first, events.seen_from[i] + 1)
            continue
        for w in windows:
            leaves = events.occurred_at[i] + w
            if leaves >= cutoff:
                first = min(first, leaves + 1)
    return first


@njit(cache=True, nogil=True)
def _of_deals(deals: Deals, lead: int, cutoff: int) -> int:
    """Find when the next outcome happens or comes to be seen."""
    first = _NEVER
    for i in range(deals.start[lead], deals.start[lead + 1]):
        if deals.seen_from[i] >= cutoff:
            first = min(first, deals.seen_from[i] + 1)
        if deals.occurred_at[i] >= cutoff:
            first = min(first, deals.occurred_at[i] + 1)
    return first


@njit(cache=True, nogil=True)
def _of_changes(changes: Changes, lead: int, cutoff: int) -> int:
    first = _NEVER
    for i in range(changes.start[lead], changes.start[lead + 1]):
        if changes.seen_from[i] >= cutoff:
            first = min(first, changes.seen_from[i] + 1)
    return first


@njit(cache=True, nogil=True)
def _of_group(
    records: tuple[Events, Deals], groups: Groups, group: int, cutoff: int, windows: Integers
) -> int:
    """Find when anything of the leads of an account is seen otherwise."""
    events, deals = records
    first = _NEVER
    for n in range(groups.start[group], groups.start[group + 1]):
        lead = groups.members[n]
        if events.lead_seen_from[lead] >= cutoff and events.lead_seen_from[lead] < _NEVER:
            first = min(first, events.lead_seen_from[lead] + 1)
        first = min(first, _of_events(events, lead, cutoff, windows))
        first = min(first, _of_deals(deals, lead, cutoff))
    return first


@njit(cache=True, nogil=True)
def first_change(
    records: tuple[Events, Deals, Changes],
    groups: Groups,
    asked: tuple[Indices, int],
    watched: Watched,
    out: Integers,
) -> None:
    """Write for each asked lead from when on something is seen otherwise than at the cutoff."""
    events, deals, changes = records
    leads, cutoff = asked
    of_group = np.zeros(groups.start.size, np.int64)
    for r in range(leads.size):
        lead = leads[r]
        first = _of_events(events, lead, cutoff, watched.own)
        first = min(first, _of_deals(deals, lead, cutoff))
        first = min(first, _of_changes(changes, lead, cutoff))
        if events.lead_seen_from[lead] >= cutoff:
            first = min(first, events.lead_seen_from[lead] + 1)
        if watched.account_matters and groups.account[lead] >= 0:
            group = groups.group[lead]
            if of_group[group] == 0:
                of_group[group] = _of_group((events, deals), groups, group, cutoff, watched.account)
            first = min(first, of_group[group])
        out[r] = first


@njit(cache=True, nogil=True)
def first_crossing(
    values: np.ndarray, edges: tuple[np.ndarray, Integers], units: Integers, out: Integers
) -> None:
    """Write for each row how many microseconds pass at least before a growing value passes an edge.

    A value in float32 stands for all that round to it, hence a spacing less.
    """
    flat, start = edges
    for r in range(values.shape[0]):
        least = np.int64(_NEVER)
        for j in range(values.shape[1]):
            value = values[r, j]
            if np.isnan(value):
                continue
            own = flat[start[j] : start[j + 1]]
            place = np.searchsorted(own, np.float64(value))
            if place < own.size:
                way = own[place] - np.float64(value) - 1.2e-7 * abs(own[place])
                span = np.int64(max(way, 0.0) * units[j])
                least = min(least, span)
        out[r] = least
