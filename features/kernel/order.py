"""The one order of records inside a lead.

Decided here: records are sorted by lead, by `occurred_at`, by the moment they are seen, then by
all they say, so that the order of the rows brought never matters: what is still tied is equal in
everything a feature can read. Tables that are stored in order are recognised and not sorted again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import Indices, Integers

Keys = tuple[NDArray[Any], ...]


@njit(cache=True, nogil=True)
def _sorted_by_time(lead: NDArray[np.int32], occurred_at: Integers) -> tuple[bool, bool]:
    """Tell whether the rows are sorted by lead and time, and whether any two are tied."""
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
    """Do what `starts` does, in compiled code."""
    start = np.zeros(leads + 1, np.int64)
    for i in range(lead.size):
        start[lead[i] + 1] += 1
    for n in range(leads):
        start[n + 1] += start[n]
    return start


@njit(cache=True, nogil=True)
def in_order_of(start: Integers, seen_from: Integers) -> NDArray[np.bool_]:
    """Do what `in_order` does, in compiled code."""
    ordered = np.ones(start.size - 1, np.bool_)
    for n in range(start.size - 1):
        for i in range(start[n] + 1, start[n + 1]):
            if seen_from[i] < seen_from[i - 1]:
                ordered[n] = False
                break
    return ordered


@njit(cache=True, nogil=True)
def groups(account: Indices) -> tuple[Indices, Integers, Indices]:
    """Group leads by account; a lead without one (-1) is a group by itself.

    Gives the group of each lead, where each group starts among its members, and the members.
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
    """Give the first record of each lead, and the end: shape (leads + 1,).

    >>> starts(np.array([0, 0, 2], dtype=np.int32), 3)
    array([0, 2, 2, 3])
    """
    return starts_of(lead, leads)  # type: ignore[no-any-return]


def in_order(start: Integers, occurred_at: Integers, seen_from: Integers) -> NDArray[np.bool_]:
    """Tell per lead whether its sorted records came to be seen in that same order."""
    if seen_from is occurred_at:
        return np.ones(start.size - 1, np.bool_)
    return in_order_of(start, seen_from)  # type: ignore[no-any-return]


def canonical_order(lead: NDArray[np.int32], occurred_at: Integers, rest: Keys) -> Integers | None:
    """Give the order to put the records in; None if they are in it already.

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
