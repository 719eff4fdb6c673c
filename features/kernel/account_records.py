"""The leads of all accounts, and the records of one of them in both orders."""

from typing import NamedTuple

import numpy as np

from features.kernel.compiled import njit
from features.kernel.inputs import Deals, Events, Indices, Integers


class Accounts(NamedTuple):
    """The groups of leads and their records; group g owns members[start[g]:start[g + 1]]."""

    account: Indices
    group: Indices
    start: Integers
    members: Indices
    events: Events
    deals: Deals


class AccountRecords(NamedTuple):
    """The records of one account: whose, when, visible from when, and both orders."""

    place: Integers
    owner: Integers
    occurred_at: Integers
    visible_from: Integers
    by_visibility: Integers
    by_time: Integers


@njit(cache=True, nogil=True)
def gather(
    accounts: Accounts, group: int, start: Integers, times: tuple[Integers, Integers]
) -> AccountRecords:
    """Collect the records of one account.

    Parameters
    ----------
    accounts
        The leads by group.
    group
        The account.
    start
        Shape (leads + 1,): the first record of each lead, and the end.
    times
        When each record occurred, and from when it is visible.
    """
    begin, end = accounts.start[group], accounts.start[group + 1]
    size = 0
    for n in range(begin, end):
        lead = accounts.members[n]
        size += start[lead + 1] - start[lead]
    place, owner = np.empty(size, np.int64), np.empty(size, np.int64)
    occurred_at, visible_from = np.empty(size, np.int64), np.empty(size, np.int64)
    k = 0
    for n in range(begin, end):
        lead = accounts.members[n]
        for i in range(start[lead], start[lead + 1]):
            place[k], owner[k] = i, n - begin
            occurred_at[k] = times[0][i]
            visible_from[k] = max(times[1][i], accounts.events.lead_visible_from[lead])
            k += 1
    return AccountRecords(
        place, owner, occurred_at, visible_from, np.argsort(visible_from), np.argsort(occurred_at)
    )
