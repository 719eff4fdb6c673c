"""What the other leads of the same account did: one pass over an account's cutoffs.

Decided here: a record of a lead counts for the others once both it and the lead are visible. Each
lead has counters of its own, so "the others" are the account less the lead, however many they are.
Records enter in the order in which they become visible, and leave windows in the order in which
they occurred; a record that is too old for a window when it becomes visible never enters it.
Of the visible leads the `NEWEST` count; one that newer leads displace leaves with all it did, and
what it does later counts for itself alone.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.account_layout import (
    ACTIVITY_MEAN,
    AGE_MEAN,
    COMPANY_OPENED_PER_YEAR,
    LEAD_COUNT,
    NEWEST,
    OPENED_PER_YEAR,
    SINCE_LAST,
    STEP_DAYS,
    AccountPlan,
)
from features.kernel.account_measures import Tally, mean, of_deals, opened_per_year
from features.kernel.account_records import AccountRecords, Accounts, gather
from features.kernel.compiled import njit
from features.kernel.deals import LOST, OPENED, WON
from features.kernel.inputs import MISSING, Deals, Integers, Matrix, Rows

_DAY: Final = 86_400_000_000
_STEP: Final = np.int64(round(STEP_DAYS * _DAY))


@njit(cache=True, nogil=True)
def _arrive(order: Integers, visible_from: Integers, cutoff: int, head: int, tally: Tally) -> int:
    """Let leads in that the cutoff sees, and those out that they displace; return the new head."""
    whole = tally.won.size - 1
    while head < order.size and visible_from[order[head]] < cutoff:
        tally.counted[order[head]] = True
        if head >= NEWEST:
            displaced = order[head - NEWEST]
            for window in range(tally.counts.shape[1]):
                tally.counts[whole, window] -= tally.counts[displaced, window]
            tally.won[whole] -= tally.won[displaced]
            tally.lost[whole] -= tally.lost[displaced]
            tally.opened[whole] -= tally.opened[displaced]
            tally.open[whole] -= tally.open[displaced]
            tally.counted[displaced] = False
        head += 1
    return head


@njit(cache=True, nogil=True)
def _leave(
    records: AccountRecords, plan: AccountPlan, tally: Tally, cutoffs: tuple[int, int]
) -> None:
    """Remove what is too old for the cutoff; it had entered if the cutoff before saw it."""
    before, cutoff = cutoffs
    whole = tally.won.size - 1
    for window in range(plan.windows.size):
        oldest = cutoff - plan.windows[window]
        tail = tally.tails[window]
        while tail < records.place.size and records.occurred_at[records.by_time[tail]] < oldest:
            k = records.by_time[tail]
            if records.visible_from[k] < before:
                owner = records.owner[k]
                tally.counts[owner, window] -= 1
                tally.counts[whole, window] -= tally.counted[owner]
            tail += 1
        tally.tails[window] = tail


@njit(cache=True, nogil=True)
def _enter(records: AccountRecords, plan: AccountPlan, tally: Tally, cutoff: int, head: int) -> int:
    """Add what the cutoff sees; return the new head."""
    whole = tally.won.size - 1
    while head < records.place.size and records.visible_from[records.by_visibility[head]] < cutoff:
        k = records.by_visibility[head]
        owner, moment = records.owner[k], records.occurred_at[k]
        for window in range(plan.windows.size + 1):
            if window == plan.windows.size or moment >= cutoff - plan.windows[window]:
                tally.counts[owner, window] += 1
                tally.counts[whole, window] += tally.counted[owner]
        tally.latest[owner] = max(tally.latest[owner], moment)
        head += 1
    return head


@njit(cache=True, nogil=True)
def _enter_deals(
    deals: Deals, records: AccountRecords, tally: Tally, at: tuple[int, int], newest: Integers
) -> int:
    """Add the outcomes that the cutoff sees; `newest` is the latest outcome of each deal."""
    head, cutoff = at
    whole = tally.won.size - 1
    while head < records.place.size and records.visible_from[records.by_visibility[head]] < cutoff:
        k = records.by_visibility[head]
        i, owner = records.place[k], records.owner[k]
        if deals.kind[i] == WON:
            tally.won[owner] += 1
            tally.won[whole] += tally.counted[owner]
        elif deals.kind[i] == LOST:
            tally.lost[owner] += 1
            tally.lost[whole] += tally.counted[owner]
        elif deals.kind[i] == OPENED:
            tally.opened[owner] += 1
            tally.opened[whole] += tally.counted[owner]
        before = newest[deals.deal[i]]
        if i > before:
            was_open = before >= 0 and deals.kind[before] < WON
            change = int(deals.kind[i] < WON) - int(was_open)
            tally.open[owner] += change
            tally.open[whole] += change * tally.counted[owner]
            newest[deals.deal[i]] = i
        head += 1
    return head


@njit(cache=True, nogil=True)
def _write(
    plan: AccountPlan,
    tally: Tally,
    me: int,
    others: tuple[int, float, int, tuple[int, int]],
    row: NDArray[np.float32],
) -> None:
    whole = tally.won.size - 1
    mine = np.int64(tally.counted[me])
    ever = plan.windows.size
    for j in range(plan.count_column.size):
        window = plan.count_window[j]
        row[plan.count_column[j]] = tally.counts[whole, window] - mine * tally.counts[me, window]
    for j in range(plan.measure_column.size):
        which = plan.measure[j]
        if which == LEAD_COUNT:
            value = float(others[0])
        elif which == SINCE_LAST:
            value = others[1]
        elif which == AGE_MEAN:
            value = mean(others[2], others[0]) / _DAY
        elif which in (OPENED_PER_YEAR, COMPANY_OPENED_PER_YEAR):
            value = opened_per_year(which, tally, me, others[3], others[0])
        elif which == ACTIVITY_MEAN:
            value = mean(tally.counts[whole, ever] - mine * tally.counts[me, ever], others[0])
        else:
            usual = ever, plan.activities_per_deal[0]
            value = of_deals(which, tally, me, others[0], usual)
        row[plan.measure_column[j]] = value


@njit(cache=True, nogil=True)
def _write_active(
    plan: AccountPlan, tally: Tally, me: int, among: Integers, row: NDArray[np.float32]
) -> None:
    """Count the others that did anything in a window."""
    for j in range(plan.active_column.size):
        active = 0
        for member in among:
            active += int(member != me and tally.counts[member, plan.active_window[j]] > 0)
        row[plan.active_column[j]] = active


@njit(cache=True, nogil=True)
def _hide(plan: AccountPlan, row: NDArray[np.float32]) -> None:
    for j in range(plan.count_column.size):
        row[plan.count_column[j]] = np.nan
    for j in range(plan.active_column.size):
        row[plan.active_column[j]] = np.nan
    for j in range(plan.measure_column.size):
        row[plan.measure_column[j]] = np.nan


@njit(cache=True, nogil=True)
def _others(
    among: Integers, me: int, since: tuple[Integers, Integers], cutoff: int
) -> tuple[int, float, int, tuple[int, int]]:
    """Count the other leads; return also what was last, and how long all are known together.

    `since` holds the latest activity of each lead, and from when each is visible. Returned are the
    days since the latest activity of any, the sum of the ages in microseconds, and the whole steps
    of the others' ages and of the lead's own.
    """
    count, last, ages, steps = 0, MISSING, 0, 0
    for member in among:
        if member != me:
            count += 1
            last = max(last, since[0][member])
            ages += cutoff - since[1][member]
            steps += (cutoff - since[1][member]) // _STEP
    days = np.nan if last == MISSING else (cutoff - last) / _DAY
    return count, days, ages, (steps, (cutoff - since[1][me]) // _STEP)


@njit(cache=True, nogil=True)
def _account(
    accounts: Accounts,
    rows: Rows,
    span_of_rows: tuple[int, int],
    plan: AccountPlan,
    matrix: Matrix,
    newest: Integers,
) -> None:
    group = accounts.group[rows.lead[span_of_rows[0]]]
    span = accounts.start[group], accounts.start[group + 1]
    events, deals = accounts.events, accounts.deals
    acts = gather(accounts, group, events.start, (events.occurred_at, events.visible_from))
    ends = gather(accounts, group, deals.start, (deals.occurred_at, deals.visible_from))
    size = span[1] - span[0]
    tally = Tally(
        np.zeros((size + 1, plan.windows.size + 1), np.int64),
        np.zeros(size + 1, np.int64),
        np.zeros(size + 1, np.int64),
        np.zeros(size + 1, np.int64),
        np.zeros(size + 1, np.int64),
        np.full(size, MISSING, np.int64),
        np.zeros(plan.windows.size, np.int64),
        np.zeros(size, np.bool_),
    )
    visible_from = events.lead_visible_from[accounts.members[span[0] : span[1]]]
    order = np.argsort(visible_from, kind="mergesort")
    # Plain numbers would be types of their own: what is called below would be compiled twice.
    head, deal_head, before = np.int64(0), np.int64(0), np.int64(MISSING)
    arrived = np.int64(0)
    for r in range(span_of_rows[0], span_of_rows[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        arrived = _arrive(order, visible_from, cutoff, arrived, tally)
        _leave(acts, plan, tally, (before, cutoff))
        head = _enter(acts, plan, tally, cutoff, head)
        deal_head = _enter_deals(deals, ends, tally, (deal_head, cutoff), newest)
        before = cutoff
        row = matrix[rows.position[r]]
        if accounts.account[lead] < 0 or events.lead_visible_from[lead] >= cutoff:
            _hide(plan, row)
            continue
        me = np.searchsorted(accounts.members[span[0] : span[1]], lead)
        among = order[max(arrived - NEWEST, 0) : arrived]
        others = _others(among, me, (tally.latest, visible_from), cutoff)
        _write(plan, tally, me, others, row)
        _write_active(plan, tally, me, among, row)


@njit(cache=True, nogil=True)
def account(
    accounts: Accounts, rows: Rows, chunk: tuple[int, int], plan: AccountPlan, matrix: Matrix
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    accounts
        The leads by group, with their records.
    rows
        (lead, cutoff) pairs, sorted by group and cutoff.
    chunk
        The rows [chunk[0], chunk[1]) to fill; it splits no group.
    plan
        Which measure goes to which column.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    deals = accounts.deals.deal
    newest = np.full(deals.max() + 1 if deals.size > 0 else 0, -1, np.int64)
    r = chunk[0]
    while r < chunk[1]:
        group = accounts.group[rows.lead[r]]
        after = r + 1
        while after < chunk[1] and accounts.group[rows.lead[after]] == group:
            after += 1
        if accounts.account[rows.lead[r]] < 0:
            for one in range(r, after):
                _hide(plan, matrix[rows.position[one]])
        else:
            _account(accounts, rows, (r, after), plan, matrix, newest)
        r = after
