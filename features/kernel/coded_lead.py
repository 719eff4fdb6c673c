"""The records of a few leads, coded but not yet sorted, and how compiled code sorts them.

Decided here: the records of a request stand in three tables of whole numbers, so that they are
passed on as a few arrays; order and columns after sorting equal those that
`features.records.histories.encode` computes from tables, to the bit.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import MISSING, Changes, Codes, Deals, Events, Integers, Touches
from features.kernel.mentions import mentions
from features.kernel.order import in_order_of, starts_of
from features.kernel.thousandths import exact_thousandths

Numbers = NDArray[np.float64]

(LEAD, OCCURRED_AT, VISIBLE_FROM) = range(3)
"""The first rows of every table."""
(CODE, PAIR, DIRECTION, ACTOR, TERMS) = range(3, 8)
ACTIVITY_ROWS: Final = 8
(KIND, STAGE, DEAL) = range(3, 6)
ATTRIBUTE: Final = 3


class CodedLead(NamedTuple):
    """Coded records of a few leads, which are numbered in the order of their ids.

    Attributes
    ----------
    leads
        Shape (3, leads): `created_at`, `visible_from`, number of the account (-1 without).
    activities
        Shape (8, activities): lead, `occurred_at`, `visible_from`, code, pair, direction, actor,
        terms of the text as bits.
    dwell, amount
        Shape (activities,): NaN is missing; empty if no feature needs them.
    actor_code
        The code of each actor; the last entry, reached by -1, means missing.
    outcomes
        Shape (6, outcomes): lead, `occurred_at`, `visible_from`, kind, stage, deal.
    deal_amount
        Shape (outcomes,): NaN is missing.
    initial
        Shape (leads, attributes): the first values; NaN is missing.
    changes
        Shape (4, changes): lead, `occurred_at`, `visible_from`, attribute.
    changed
        Shape (changes,): the new values.
    """

    leads: Integers
    activities: Integers
    dwell: Numbers
    amount: Numbers
    actor_code: Codes
    outcomes: Integers
    deal_amount: Numbers
    initial: Numbers
    changes: Integers
    changed: Numbers


@njit(cache=True, nogil=True)
def _before(keys: Integers, one: int, other: int) -> bool:
    for k in range(keys.shape[0]):
        if keys[k, one] != keys[k, other]:
            return keys[k, one] < keys[k, other]  # type: ignore[no-any-return]
    return False


@njit(cache=True, nogil=True)
def _is_sorted(keys: Integers) -> bool:
    for i in range(1, keys.shape[1]):  # noqa: SIM110 - compiled code knows no `all`
        if _before(keys, i, i - 1):
            return False
    return True


@njit(cache=True, nogil=True)
def _order(keys: Integers) -> Integers:
    """Sort columns by all keys, the first key first, by merging ever longer runs."""
    size, width = keys.shape[1], 1
    order, other = np.arange(size), np.empty(size, np.int64)
    if _is_sorted(keys):
        return order
    while width < size:
        for begin in range(0, size, 2 * width):
            middle, end = min(begin + width, size), min(begin + 2 * width, size)
            i, j = begin, middle
            for k in range(begin, end):
                if i < middle and (j >= end or not _before(keys, order[j], order[i])):
                    other[k] = order[i]
                    i += 1
                else:
                    other[k] = order[j]
                    j += 1
        order, other = other, order
        width *= 2
    return order


@njit(cache=True, nogil=True)
def _keyed(table: Integers, first: Integers, second: Integers) -> Integers:
    """Append up to two more keys to the rows of a table."""
    keys = np.zeros((table.shape[0] + 2, table.shape[1]), np.int64)
    keys[: table.shape[0]] = table
    if first.size > 0:
        keys[-2] = first
    if second.size > 0:
        keys[-1] = second
    return keys


@njit(cache=True, nogil=True)
def _ranks(values: Numbers) -> Integers:
    """Return whole numbers in the order of the values; missing ones are the greatest."""
    ranks = values.view(np.int64).copy()
    for i in range(values.size):
        if np.isnan(values[i]):
            ranks[i] = np.iinfo(np.int64).max
        elif values[i] == 0.0:
            ranks[i] = 0
        elif ranks[i] < 0:
            ranks[i] ^= np.iinfo(np.int64).max
    return ranks


@njit(cache=True, nogil=True)
def _put(values: Integers, order: Integers) -> Integers:
    return values[order] if values.size > 0 else values


@njit(cache=True, nogil=True)
def sort_activities(lead: CodedLead) -> tuple[Events, Touches, Events]:
    """Sort the activities.

    Return them as the sweep and as the sales view read them, and the mentions of their texts.
    """
    table, leads = lead.activities, lead.leads
    dwell, amount = exact_thousandths(lead.dwell, 0), exact_thousandths(lead.amount, 0)
    order = _order(_keyed(table, dwell, amount))
    start = starts_of(table[LEAD], leads.shape[1])
    occurred_at, visible_from = table[OCCURRED_AT][order], table[VISIBLE_FROM][order]
    code = table[CODE][order].astype(np.int16)
    events = Events(
        start, in_order_of(start, visible_from), leads[0], leads[1], occurred_at, visible_from,
        code, table[PAIR][order].astype(np.int16), _put(dwell, order), _put(amount, order),
    )  # fmt: skip
    touches = Touches(
        start, occurred_at, visible_from, code, table[DIRECTION][order].astype(np.int16),
        table[ACTOR][order].astype(np.int32), lead.actor_code,
    )  # fmt: skip
    return events, touches, mentions(events, table[TERMS][order])


@njit(cache=True, nogil=True)
def sort_deals(lead: CodedLead) -> Deals:
    """Sort the outcomes."""
    table = lead.outcomes
    amount = exact_thousandths(lead.deal_amount, MISSING)
    order = _order(_keyed(table, amount, amount))
    return Deals(
        starts_of(table[LEAD], lead.leads.shape[1]),
        table[OCCURRED_AT][order],
        table[VISIBLE_FROM][order],
        table[KIND][order].astype(np.int16),
        table[STAGE][order].astype(np.int16),
        table[DEAL][order].astype(np.int32),
        amount[order],
    )


@njit(cache=True, nogil=True)
def sort_changes(lead: CodedLead) -> Changes:
    """Sort the later values of attributes."""
    table, leads = lead.changes, lead.leads
    ranks = _ranks(lead.changed)
    order = _order(_keyed(table, ranks, ranks))
    return Changes(
        leads[0],
        leads[1],
        lead.initial,
        starts_of(table[LEAD], leads.shape[1]),
        table[VISIBLE_FROM][order],
        table[ATTRIBUTE][order].astype(np.int32),
        lead.changed[order],
    )
