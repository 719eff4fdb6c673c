"""The one order of records inside a lead.

Decided here: records are sorted by lead, by `occurred_at`, by the moment they become visible, then
by all their other columns, so that the order of the input rows never matters: records that are
still tied are equal in everything a feature can read. Tables that are stored in order are
recognised and not sorted again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import Indices, Integers

Keys = tuple[NDArray[Any], ...]


@njit(cache=True, nogil=True)
def _sorted_by_time(lead: NDArray[np.int32], occurred_at: Integers) -> tuple[bool, bool]:
    """Return whether the rows are sorted by lead and time, and whether any two are tied."""
    tied = False
    for i in range(1, lead.size):
        if lead[i] == lead[i - 1]:
            if occurred_at[i] < occurred_at[i - 1]:
                return False, True
            tied |= occurred_at[i] == occurred_at[i - 1]
        elif lead[i] < lead[i - 1]:
            return False, True
    return True, tied


@njit(cache=True, nogil=True)
def starts_of(lead: NDArray[np.integer], leads: int) -> Integers:
    """Return what `starts` does, in compiled code.

    Parameters
    ----------
    lead
        Shape (records,): the number of the lead, ascending.
    leads
        How many leads there are.
    """
    start = np.zeros(leads + 1, np.int64)
    for i in range(lead.size):
        start[lead[i] + 1] += 1
    for n in range(leads):
        start[n + 1] += start[n]
    return start


@njit(cache=True, nogil=True)
def in_order_of(start: Integers, visible_from: Integers) -> NDArray[np.bool_]:
    """Return what `in_order` does, in compiled code.

    Parameters
    ----------
    start
        Shape (leads + 1,): the first record of each lead, and the end.
    visible_from
        Shape (records,): from when each is visible.
    """
    ordered = np.ones(start.size - 1, np.bool_)
    for n in range(start.size - 1):
        for i in range(start[n] + 1, start[n + 1]):
            if visible_from[i] < visible_from[i - 1]:
                ordered[n] = False
                break
    return ordered


@njit(cache=True, nogil=True)
def groups(account: Indices) -> tuple[Indices, Integers, Indices]:
    """Group leads by account; a lead without one (-1) is a group by itself.

    Returns
    -------
    tuple
        The group of each lead, where each group starts among its members, and the members.
    """
    group = account.copy()
    count = account.max() + 1 if account.size > 0 else 0
    for n in range(account.size):
        if account[n] < 0:
            group[n] = count
            count += 1
    start = starts_of(group, count)
    after, members = start.copy(), np.empty(account.size, np.int32)
    for n in range(account.size):
        members[after[group[n]]] = n
        after[group[n]] += 1
    return group, start, members


def starts(lead: NDArray[np.int32], leads: int) -> Integers:
    """Return the first record of each lead, and the end: shape (leads + 1,).

    Parameters
    ----------
    lead
        Shape (records,): the number of the lead, ascending.
    leads
        How many leads there are.

    Examples
    --------
    >>> starts(np.array([0, 0, 2], dtype=np.int32), 3)
    array([0, 2, 2, 3])
    """
    return starts_of(lead, leads)  # type: ignore[no-any-return]


def in_order(start: Integers, occurred_at: Integers, visible_from: Integers) -> NDArray[np.bool_]:
    """Return for each lead whether its records became visible in the order in which they occurred.

    Parameters
    ----------
    start
        Shape (leads + 1,): the first record of each lead, and the end.
    occurred_at, visible_from
        Shape (records,): when it happened, and from when it is visible.
    """
    if visible_from is occurred_at:
        return np.ones(start.size - 1, np.bool_)
    return in_order_of(start, visible_from)  # type: ignore[no-any-return]


def canonical_order(lead: NDArray[np.int32], occurred_at: Integers, rest: Keys) -> Integers | None:
    """Return the order to put the records in; None if they are in it already.

    Parameters
    ----------
    lead
        Shape (records,): the number of the lead.
    occurred_at
        Shape (records,): microseconds.
    rest
        Further columns that settle ties, the first before the others.

    Examples
    --------
    >>> lead, occurred_at = np.array([0, 0, 0], dtype=np.int32), np.array([5, 5, 1])
    >>> canonical_order(lead, occurred_at, (np.array([2, 1, 3]),))
    array([2, 1, 0])
    """
    in_time, tied = _sorted_by_time(lead, occurred_at)
    if in_time and not tied:
        return None
    order = np.arange(lead.size) if in_time else np.lexsort((occurred_at, lead))
    return _settle_ties(order, lead, occurred_at, rest)


def _settle_ties(
    order: Integers, lead: NDArray[np.int32], occurred_at: Integers, rest: Keys
) -> Integers:
    same = np.zeros(order.size + 1, np.bool_)
    by_lead, by_time = lead[order], occurred_at[order]
    same[1:-1] = (by_lead[1:] == by_lead[:-1]) & (by_time[1:] == by_time[:-1])
    tied = np.flatnonzero(same[1:] | same[:-1])
    subset = order[tied]
    keys: Keys = (lead, occurred_at, *rest)
    order[tied] = subset[np.lexsort([key[subset] for key in reversed(keys)])]
    return order
