"""When the features of a lead can next change although no record is added.

Activities and outcomes leave windows, records that were entered ahead of time become visible, and
values grow past an edge.

Decided here: a record is inside a window of length w up to and including the moment w after it; it
is visible from the microsecond after `visible_from`.
"""

from typing import NamedTuple

import numpy as np

from features.kernel.compiled import njit
from features.kernel.inputs import Changes, Deals, Events, Indices, Integers

_NEVER = np.iinfo(np.int64).max
_LONGEST = 2.0**62
"""Microseconds; what takes longer never happens, as does reaching an edge at infinity."""


class Windows(NamedTuple):
    """Lengths, in microseconds, of the windows over activities and of those over outcomes."""

    activities: Integers
    outcomes: Integers


class Watched(NamedTuple):
    """The windows over a lead's own records and over its account's, and whether those matter.

    `steps` are microseconds: something changes when a lead of the account is a whole number of one
    of them old.
    """

    own: Windows
    account: Windows
    steps: Integers
    account_matters: bool


class Groups(NamedTuple):
    """The group of each lead, where each group starts among the members, and the members."""

    group: Indices
    start: Integers
    members: Indices
    account: Indices


@njit(cache=True, nogil=True)
def _of_window(occurred_at: int, cutoff: int, windows: Integers) -> int:
    """Return when a visible record next leaves a window."""
    first = _NEVER
    for w in windows:
        leaves = occurred_at + w
        if leaves >= cutoff:
            first = min(first, leaves + 1)
    return first


@njit(cache=True, nogil=True)
def _of_events(events: Events, lead: int, cutoff: int, windows: Integers) -> int:
    """Return when the next activity leaves a window or becomes visible."""
    first = _NEVER
    for i in range(events.start[lead], events.start[lead + 1]):
        if events.visible_from[i] >= cutoff:
            first = min(first, events.visible_from[i] + 1)
        else:
            first = min(first, _of_window(events.occurred_at[i], cutoff, windows))
    return first


@njit(cache=True, nogil=True)
def _of_deals(deals: Deals, lead: int, cutoff: int, windows: Integers) -> int:
    """Return when the next outcome happens, becomes visible or leaves a window."""
    first = _NEVER
    for i in range(deals.start[lead], deals.start[lead + 1]):
        if deals.visible_from[i] >= cutoff:
            first = min(first, deals.visible_from[i] + 1)
        else:
            first = min(first, _of_window(deals.occurred_at[i], cutoff, windows))
        if deals.occurred_at[i] >= cutoff:
            first = min(first, deals.occurred_at[i] + 1)
    return first


@njit(cache=True, nogil=True)
def _of_changes(changes: Changes, lead: int, cutoff: int) -> int:
    first = _NEVER
    for i in range(changes.start[lead], changes.start[lead + 1]):
        if changes.visible_from[i] >= cutoff:
            first = min(first, changes.visible_from[i] + 1)
    return first


@njit(cache=True, nogil=True)
def _of_lead(visible_from: int, cutoff: int, steps: Integers) -> int:
    """Return when a lead of an account becomes visible, or is older by a step."""
    if visible_from >= cutoff:
        return visible_from + 1 if visible_from < _NEVER else _NEVER
    first = _NEVER
    for step in steps:
        first = min(first, visible_from + ((cutoff - visible_from) // step + 1) * step)
    return first


@njit(cache=True, nogil=True)
def _of_group(
    records: tuple[Events, Deals, Changes],
    groups: Groups,
    group: int,
    cutoff: int,
    watched: Watched,
) -> int:
    """Return when anything of the leads of an account next changes."""
    events, deals, changes = records
    windows = watched.account
    first = _NEVER
    for n in range(groups.start[group], groups.start[group + 1]):
        lead = groups.members[n]
        first = min(first, _of_lead(events.lead_visible_from[lead], cutoff, watched.steps))
        first = min(first, _of_events(events, lead, cutoff, windows.activities))
        first = min(first, _of_deals(deals, lead, cutoff, windows.outcomes))
        first = min(first, _of_changes(changes, lead, cutoff))
    return first


@njit(cache=True, nogil=True)
def first_change(
    records: tuple[Events, Deals, Changes],
    groups: Groups,
    request: tuple[Indices, int],
    watched: Watched,
    out: Integers,
) -> None:
    """Write for each requested lead when its visible records or windows next change.

    Parameters
    ----------
    records
        Sorted records of all leads.
    groups
        Which leads share an account.
    request
        The leads, shape (leads,), and the cutoff in microseconds.
    watched
        The windows that matter.
    out
        Shape (leads,): microseconds; the greatest int64 means never.
    """
    events, deals, changes = records
    leads, cutoff = request
    of_group = np.zeros(groups.start.size, np.int64)
    for r in range(leads.size):
        lead = leads[r]
        first = _of_events(events, lead, cutoff, watched.own.activities)
        first = min(first, _of_deals(deals, lead, cutoff, watched.own.outcomes))
        first = min(first, _of_changes(changes, lead, cutoff))
        if events.lead_visible_from[lead] >= cutoff:
            first = min(first, events.lead_visible_from[lead] + 1)
        if watched.account_matters and groups.account[lead] >= 0:
            group = groups.group[lead]
            if of_group[group] == 0:
                of_group[group] = _of_group(records, groups, group, cutoff, watched)
            first = min(first, of_group[group])
        out[r] = first


@njit(cache=True, nogil=True)
def first_crossing(
    values: np.ndarray, edges: tuple[np.ndarray, Integers], units: Integers, out: Integers
) -> None:
    """Write for each row how many microseconds pass at least before a growing value passes an edge.

    A value in float32 stands for all that round to it, hence a spacing less.

    Parameters
    ----------
    values
        Shape (rows, growing features), float32; NaN never passes an edge.
    edges
        The edges of all growing features, one feature after the other, each ascending; and where
        each begins, shape (growing features + 1,).
    units
        Shape (growing features,): the microseconds in which a value grows by one.
    out
        Shape (rows,): microseconds; the greatest int64 means never.
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
                span = max(way, 0.0) * units[j]
                if span < _LONGEST:
                    least = min(least, np.int64(span))
        out[r] = least
