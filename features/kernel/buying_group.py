"""Who the other leads of the same account are: their roles, and the stages of their deals.

Decided here: the same leads count as in `features.kernel.account`, the `NEWEST` that the cutoff
sees. Each row looks at its leads anew: of each the value of one attribute, the last activity and
the few outcomes of its deals.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.account_layout import NEWEST
from features.kernel.account_records import Accounts
from features.kernel.compiled import njit
from features.kernel.inputs import MISSING, Changes, Indices, Integers, Matrix, Rows

_DAY: Final = 86_400_000_000
ROLE_KINDS, DECIDER_COUNT, SINCE_DECIDER = range(3)


class BuyingGroupPlan(NamedTuple):
    """What is written where.

    Attributes
    ----------
    role
        Number of the attribute that is the role; empty if there is none.
    decides
        Shape (roles + 1,), by the code of a role: whether those who have it decide.
    role_code, role_column
        Code and column of each number of leads with a role.
    stage_code, stage_column
        Code and column of each number of deals that reached a stage.
    measure, measure_column
        Number and column of each other measure.
    """

    role: Indices
    decides: NDArray[np.bool_]
    role_code: Indices
    role_column: Indices
    stage_code: Indices
    stage_column: Indices
    measure: Indices
    measure_column: Indices


BUYING_GROUP_WIDTH: Final = 8
"""How many places a `BuyingGroupPlan` takes in a pack."""


class _Others(NamedTuple):
    """Of the other leads: how many have each role and reached each stage; when deciders acted."""

    roles: Integers
    stages: Integers
    decider: Integers


@njit(cache=True, nogil=True)
def cut_buying_group(packed: Integers, at: int) -> BuyingGroupPlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
    return BuyingGroupPlan(
        cut.int32(packed, at),
        cut.truth(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.int32(packed, at + 4),
        cut.int32(packed, at + 5),
        cut.int32(packed, at + 6),
        cut.int32(packed, at + 7),
    )


@njit(cache=True, nogil=True)
def _role(changes: Changes, lead: int, cutoff: int, attribute: int) -> int:
    """Return the code of a lead's role as of the cutoff; -1 if it is not known."""
    value = changes.initial[lead, attribute]
    for i in range(changes.start[lead], changes.start[lead + 1]):
        if changes.attribute[i] == attribute and changes.visible_from[i] < cutoff:
            value = changes.value[i]
    return -1 if np.isnan(value) else int(value)


@njit(cache=True, nogil=True)
def _last_activity(accounts: Accounts, lead: int, cutoff: int) -> int:
    """Return when the last activity occurred that the cutoff sees."""
    events = accounts.events
    begin, end = events.start[lead], events.start[lead + 1]
    i = begin + np.searchsorted(events.occurred_at[begin:end], cutoff) - 1
    while i >= begin and events.visible_from[i] >= cutoff:
        i -= 1
    return events.occurred_at[i] if i >= begin else MISSING


@njit(cache=True, nogil=True)
def _add(
    accounts: Accounts, changes: Changes, at: tuple[int, int], plan: BuyingGroupPlan, of: _Others
) -> None:
    """Add a lead to the others of a row."""
    lead, cutoff = at
    if plan.role.size > 0:
        code = _role(changes, lead, cutoff, plan.role[0])
        if code >= 0:
            of.roles[code] += 1
            if plan.decides[code]:
                of.decider[0] += 1
                of.decider[1] = max(of.decider[1], _last_activity(accounts, lead, cutoff))
    deals = accounts.deals
    for i in range(deals.start[lead], deals.start[lead + 1]):
        if deals.visible_from[i] < cutoff:
            for j in range(plan.stage_code.size):
                of.stages[j] += int(deals.stage[i] == plan.stage_code[j])


@njit(cache=True, nogil=True)
def _write(plan: BuyingGroupPlan, of: _Others, cutoff: int, row: NDArray[np.float32]) -> None:
    for j in range(plan.role_column.size):
        row[plan.role_column[j]] = of.roles[plan.role_code[j]]
    for j in range(plan.stage_column.size):
        row[plan.stage_column[j]] = of.stages[j]
    for j in range(plan.measure_column.size):
        which = plan.measure[j]
        if which == ROLE_KINDS:
            value = float(np.count_nonzero(of.roles[1:]))
        elif which == DECIDER_COUNT:
            value = float(of.decider[0])
        else:
            value = np.nan if of.decider[1] == MISSING else (cutoff - of.decider[1]) / _DAY
        row[plan.measure_column[j]] = value


@njit(cache=True, nogil=True)
def _hide(plan: BuyingGroupPlan, row: NDArray[np.float32]) -> None:
    for columns in (plan.role_column, plan.stage_column, plan.measure_column):
        for column in columns:
            row[column] = np.nan


@njit(cache=True, nogil=True)
def _group(
    accounts: Accounts,
    changes: Changes,
    rows: Rows,
    span: tuple[int, int],
    plan: BuyingGroupPlan,
    matrix: Matrix,
) -> None:
    """Fill the rows of one account."""
    group = accounts.group[rows.lead[span[0]]]
    members = accounts.members[accounts.start[group] : accounts.start[group + 1]]
    visible_from = accounts.events.lead_visible_from[members]
    order = np.argsort(visible_from, kind="mergesort")
    arrived = np.int64(0)
    of = _Others(
        np.zeros(plan.decides.size, np.int64),
        np.zeros(plan.stage_code.size, np.int64),
        np.zeros(2, np.int64),
    )
    for r in range(span[0], span[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        while arrived < order.size and visible_from[order[arrived]] < cutoff:
            arrived += 1
        row = matrix[rows.position[r]]
        if accounts.account[lead] < 0 or accounts.events.lead_visible_from[lead] >= cutoff:
            _hide(plan, row)
            continue
        of.roles[:], of.stages[:] = 0, 0
        of.decider[0], of.decider[1] = 0, MISSING
        for k in range(max(arrived - NEWEST, 0), arrived):  # type: ignore[call-overload]
            if members[order[k]] != lead:
                _add(accounts, changes, (members[order[k]], cutoff), plan, of)
        _write(plan, of, cutoff, row)


@njit(cache=True, nogil=True)
def buying_group(
    records: tuple[Accounts, Changes],
    rows: Rows,
    chunk: tuple[int, int],
    plan: BuyingGroupPlan,
    matrix: Matrix,
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    records
        The leads by group with their records, and the values of their attributes.
    rows
        (lead, cutoff) pairs, sorted by group and cutoff.
    chunk
        The rows [chunk[0], chunk[1]) to fill; it splits no group.
    plan
        Which measure goes to which column.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    accounts, changes = records
    if plan.role_column.size + plan.stage_column.size + plan.measure_column.size == 0:
        return
    r = chunk[0]
    while r < chunk[1]:
        group = accounts.group[rows.lead[r]]
        after = r + 1
        while after < chunk[1] and accounts.group[rows.lead[after]] == group:
            after += 1
        _group(accounts, changes, rows, (r, after), plan, matrix)
        r = after
