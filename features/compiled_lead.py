"""The features of one lead in one compiled call, which answers a request.

Decided here: nothing is computed here. The kernels that fill a million rows fill these rows too,
with the same plans. Only the input is shorter: records come coded but unsorted, and all plans come
in one pack, because passing every array of every view costs more than all features of a lead. Each
kernel cuts its own plan out of the pack; where it begins follows from the widths that the kernels
state. A view that is not listed here is filled after this call, by its own `fill`.

To make such a view part of the call: list the width of its plan in `WIDTHS`, name its place below,
and call its kernel in `features_of`.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from features.kernel.account import account
from features.kernel.account_layout import ACCOUNT_WIDTH, cut_account
from features.kernel.account_records import Accounts
from features.kernel.buying_group import BUYING_GROUP_WIDTH, buying_group, cut_buying_group
from features.kernel.coded_lead import CodedLead, sort_activities, sort_changes, sort_deals
from features.kernel.compiled import njit
from features.kernel.deals import DEALS_WIDTH, cut_deals, history
from features.kernel.inputs import Codes, Deals, Events, Integers, Matrix, Rows
from features.kernel.order import groups
from features.kernel.packed import pack
from features.kernel.profile import PROFILE_WIDTH, cut_profile, profile
from features.kernel.sequence import SEQUENCE_WIDTH, cut_sequence, sequence
from features.kernel.sweep.sweep import sweep
from features.kernel.sweep.sweep_layout import SWEEP_WIDTH, cut_sweep
from features.kernel.touch import TOUCH_WIDTH, cut_touch, touch

WIDTHS: Final[Mapping[str, tuple[int, ...]]] = {
    "profile": (PROFILE_WIDTH,),
    "engagement": (SWEEP_WIDTH,),
    "sales_touch": (SWEEP_WIDTH, TOUCH_WIDTH),
    "deals": (DEALS_WIDTH,),
    "account": (ACCOUNT_WIDTH,),
    "buying_group": (BUYING_GROUP_WIDTH,),
    "sequence": (SEQUENCE_WIDTH,),
    "words": (SWEEP_WIDTH,),
}
"""The views of the compiled call, in the order of the pack, with the widths of their plans."""
PROFILE, ENGAGEMENT, SIDES, TOUCH, DEALS, ACCOUNT, BUYING_GROUP, SEQUENCE, WORDS, _ = np.cumsum(
    [0, *(width for widths in WIDTHS.values() for width in widths)], dtype=np.int64
)
"""Where each plan begins in the pack; int64, as numba treats a literal as a type of its own."""


def packed_plans(plans: Mapping[str, Any]) -> Integers:
    """Pack the plans of the views in `WIDTHS`.

    Parameters
    ----------
    plans
        Name of the view -> its plan; other views are left out.

    Returns
    -------
    Integers
        One array, see `features.kernel.packed`.
    """
    return pack(tuple(plans[name] for name in WIDTHS))


@njit(cache=True, nogil=True)
def _by_side(events: Events, direction: Codes) -> Events:
    return Events(
        events.start, events.in_order, events.created_at, events.lead_visible_from,
        events.occurred_at, events.visible_from, direction, events.pair,
        events.dwell, events.amount,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _rows(lead: int, cutoffs: Integers) -> Rows:
    order = np.argsort(cutoffs, kind="mergesort")
    return Rows(np.full(cutoffs.size, lead, np.int32), cutoffs[order], order)


@njit(cache=True, nogil=True)
def _accounts(records: CodedLead, events: Events, deals: Deals) -> Accounts:
    of_lead = records.leads[2].astype(np.int32)
    group, start, members = groups(of_lead)
    return Accounts(of_lead, group, start, members, events, deals)


@njit(cache=True, nogil=True)
def features_of(
    records: CodedLead, lead: int, cutoffs: Integers, packed: Integers, matrix: Matrix
) -> None:
    """Fill one row of the matrix for each cutoff of one lead.

    Compiling this costs nearly what all the kernels in it cost, so nothing is wrapped around it.

    Parameters
    ----------
    records
        Coded records of the lead and its account mates.
    lead
        The number of the lead.
    cutoffs
        Shape (rows,): microseconds, in any order.
    packed
        The result of `packed_plans`.
    matrix
        Shape (rows, features), float32; columns of other views stay untouched.
    """
    rows = _rows(lead, cutoffs)
    every = (np.int64(0), rows.lead.size)  # a plain 0 is a type of its own: all compiled again
    events, touches, mentions = sort_activities(records)
    deals = sort_deals(records)
    changes = sort_changes(records)
    profile(changes, rows, every, cut_profile(packed, PROFILE), matrix)
    sweep(events, rows, every, cut_sweep(packed, ENGAGEMENT), matrix)
    sides = cut_sweep(packed, SIDES)
    if sides.key_count > 1:
        sweep(_by_side(events, touches.direction), rows, every, sides, matrix)
    touch(touches, rows, every, cut_touch(packed, TOUCH), matrix)
    history(deals, rows, every, cut_deals(packed, DEALS), matrix)
    accounts = _accounts(records, events, deals)
    account(accounts, rows, every, cut_account(packed, ACCOUNT), matrix)
    buying = cut_buying_group(packed, BUYING_GROUP)
    buying_group((accounts, changes), rows, every, buying, matrix)
    sequence(events, rows, every, cut_sequence(packed, SEQUENCE), matrix)
    words = cut_sweep(packed, WORDS)
    if words.key_count > 1:
        sweep(mentions, rows, every, words, matrix)
