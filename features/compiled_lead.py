"""The features of one lead in one compiled call: the way of a request.

Decided here: nothing is computed here. The same kernels that fill a million rows fill these, with
the same plans; only the ways in and out are shorter: records come coded but unsorted, and plans
packed, as handing over every array of every view costs more than all features of a lead.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from features.kernel import packed as cut
from features.kernel.account import AccountPlan, Accounts, account
from features.kernel.compiled import njit
from features.kernel.deals import DealsPlan, history
from features.kernel.inputs import Codes, Deals, Events, Integers, Matrix, Rows
from features.kernel.order import groups
from features.kernel.packed import pack
from features.kernel.profile import ProfilePlan, profile
from features.kernel.sequence import SequencePlan, sequence
from features.kernel.sweep import SweepPlan, sweep
from features.kernel.touch import TouchPlan, touch
from features.records.coded_lead import Told, told_activities, told_changes, told_deals

_VIEWS: Final = ("profile", "engagement", "sales_touch", "deals", "account", "sequence")
_BEGIN: Final = np.array([0, 5, 41, 77, 80, 82, 87], np.int64)
PROFILE, ENGAGEMENT, SIDES, TOUCH, DEALS, ACCOUNT, SEQUENCE = _BEGIN
"""Where the parts of each plan begin in the pack; a plain number would be a type of its own."""


def packed_plans(plans: Mapping[str, Any]) -> Integers:
    """Pack the plans of all views, by the name of the view."""
    return pack(tuple(plans[name] for name in _VIEWS))


@njit(cache=True, nogil=True)
def _runs(packed: Integers, at: int) -> Any:
    return cut.uint32(packed, at), cut.uint32(packed, at + 1), cut.uint32(packed, at + 2)


@njit(cache=True, nogil=True)
def sweep_plan(packed: Integers, at: int) -> SweepPlan:
    """Cut a sweep's plan out of the pack."""
    rates = (
        cut.uint32(packed, at + 9),
        cut.uint32(packed, at + 10),
        cut.uint32(packed, at + 11),
        cut.float64(packed, at + 12),
    )
    days = (
        cut.uint32(packed, at + 27),
        cut.uint32(packed, at + 28),
        cut.int32(packed, at + 29),
        cut.uint32(packed, at + 30),
    )
    fading = (
        cut.float64(packed, at + 32),
        cut.int32(packed, at + 33),
        cut.uint32(packed, at + 34),
        cut.uint32(packed, at + 35),
    )
    return SweepPlan(
        cut.int64(packed, at),
        cut.whole(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.whole(packed, at + 3),
        cut.uint32(packed, at + 4),
        cut.uint32(packed, at + 5),
        _runs(packed, at + 6),
        rates,
        (_runs(packed, at + 13), _runs(packed, at + 16)),
        (cut.int32(packed, at + 19), _runs(packed, at + 20)),
        (cut.int32(packed, at + 23), _runs(packed, at + 24)),
        (days, cut.int32(packed, at + 31)),
        fading,
    )


@njit(cache=True, nogil=True)
def profile_plan(packed: Integers, at: int) -> ProfilePlan:
    """Cut the plan of the profile out of the pack; the functions below do so for other views."""
    return ProfilePlan(
        cut.int32(packed, at),
        cut.int32(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.truth(packed, at + 4),
    )


@njit(cache=True, nogil=True)
def touch_plan(packed: Integers, at: int) -> TouchPlan:
    """Cut the plan of the sales view out."""
    return TouchPlan(cut.int32(packed, at), cut.int32(packed, at + 1), cut.truth(packed, at + 2))


@njit(cache=True, nogil=True)
def deals_plan(packed: Integers, at: int) -> DealsPlan:
    """Cut the plan of the deals out."""
    return DealsPlan(cut.int32(packed, at), cut.int32(packed, at + 1))


@njit(cache=True, nogil=True)
def account_plan(packed: Integers, at: int) -> AccountPlan:
    """Cut the plan of the account out."""
    return AccountPlan(
        cut.int64(packed, at),
        cut.int32(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.int32(packed, at + 4),
    )


@njit(cache=True, nogil=True)
def sequence_plan(packed: Integers, at: int) -> SequencePlan:
    """Cut the plan of the sequence out."""
    return SequencePlan(
        cut.whole(packed, at),
        cut.int32(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.int32(packed, at + 4),
        cut.int32(packed, at + 5),
    )


@njit(cache=True, nogil=True)
def _by_side(events: Events, direction: Codes) -> Events:
    return Events(
        events.start, events.in_order, events.created_at, events.lead_seen_from,
        events.occurred_at, events.seen_from, direction, events.pair, events.dwell, events.amount,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _rows(lead: int, cutoffs: Integers) -> Rows:
    order = np.argsort(cutoffs, kind="mergesort")
    return Rows(np.full(cutoffs.size, lead, np.int32), cutoffs[order], order)


@njit(cache=True, nogil=True)
def _accounts(told: Told, events: Events, deals: Deals) -> Accounts:
    of_lead = told.leads[2].astype(np.int32)
    group, start, members = groups(of_lead)
    return Accounts(of_lead, group, start, members, events, deals)


@njit(cache=True, nogil=True)
def features_of(told: Told, lead: int, cutoffs: Integers, packed: Integers, matrix: Matrix) -> None:
    """Fill one row of the matrix for each cutoff of one lead.

    Compiling this costs nearly what all the kernels in it cost, so nothing is wrapped around it.

    Parameters
    ----------
    told
        The lead and its account mates.
    lead
        Its number.
    cutoffs
        Shape (rows,), in any order.
    packed
        What `packed_plans` gave.
    matrix
        Shape (rows, features).
    """
    rows = _rows(lead, cutoffs)
    every = (np.int64(0), rows.lead.size)  # a plain 0 is a type of its own: all compiled again
    events, touches = told_activities(told)
    deals = told_deals(told)
    profile(told_changes(told), rows, every, profile_plan(packed, PROFILE), matrix)
    sweep(events, rows, every, sweep_plan(packed, ENGAGEMENT), matrix)
    sides = sweep_plan(packed, SIDES)
    if sides.key_count > 1:
        sweep(_by_side(events, touches.direction), rows, every, sides, matrix)
    touch(touches, rows, every, touch_plan(packed, TOUCH), matrix)
    history(deals, rows, every, deals_plan(packed, DEALS), matrix)
    account(_accounts(told, events, deals), rows, every, account_plan(packed, ACCOUNT), matrix)
    sequence(events, rows, every, sequence_plan(packed, SEQUENCE), matrix)
