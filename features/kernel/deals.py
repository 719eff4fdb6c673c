"""What became of the deals of a lead.

Decided here: a deal is open from its first visible outcome until its latest visible one is won or
lost.
"""

from typing import Final, NamedTuple

import numpy as np

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import MISSING, SCALE, Deals, Indices, Integers, Matrix, Rows

_DAY: Final = 86_400_000_000
OPENED, STAGE, WON, LOST = range(4)

(
    OPENED_COUNT,
    WON_COUNT,
    LOST_COUNT,
    OPEN_COUNT,
    EVENT_COUNT,
    WON_AMOUNT,
    LAST_AMOUNT,
    SINCE_OPENED,
    SINCE_WON,
    SINCE_LOST,
    SINCE_LAST,
    LAST_STAGE,
) = range(12)


class DealsPlan(NamedTuple):
    """Which measure goes to which column."""

    measure: Indices
    column: Indices


DEALS_WIDTH: Final = 2
"""How many places a `DealsPlan` takes in a pack."""


@njit(cache=True, nogil=True)
def cut_deals(packed: Integers, at: int) -> DealsPlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
    return DealsPlan(cut.int32(packed, at), cut.int32(packed, at + 1))


@njit(cache=True, nogil=True)
def _open(deals: Deals, span: tuple[int, int], cutoff: int) -> int:
    """Count the deals whose latest visible outcome does not close them."""
    count = 0
    for i in range(span[0], span[1]):
        if deals.visible_from[i] >= cutoff or deals.kind[i] >= WON:
            continue
        latest = True
        for j in range(i + 1, span[1]):
            if deals.deal[j] == deals.deal[i] and deals.visible_from[j] < cutoff:
                latest = False
                break
        count += latest
    return count


@njit(cache=True, nogil=True)
def _since(moment: int, cutoff: int) -> float:
    return np.nan if moment == MISSING else (cutoff - moment) / _DAY


@njit(cache=True, nogil=True)
def _tally(
    deals: Deals, span: tuple[int, int], cutoff: int, kinds: Integers
) -> tuple[int, int, int]:
    """Fill counts (kind), last moments (4 + kind); return won and last amount, last outcome."""
    kinds[:4], kinds[4:] = 0, MISSING
    won_amount, last_amount, last = 0, MISSING, -1
    for i in range(span[0], span[1]):
        if deals.visible_from[i] >= cutoff:
            continue
        kind, amount = deals.kind[i], deals.amount[i]
        kinds[kind] += 1
        kinds[4 + kind] = deals.occurred_at[i]
        last = i
        if amount != MISSING:
            last_amount = amount
            if kind == WON:
                won_amount += amount
    return won_amount, last_amount, last


@njit(cache=True, nogil=True)
def history(
    deals: Deals, rows: Rows, chunk: tuple[int, int], plan: DealsPlan, matrix: Matrix
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    deals
        Outcomes, sorted by lead and time.
    rows
        (lead, cutoff) pairs, sorted by both.
    chunk
        The rows [chunk[0], chunk[1]) to fill.
    plan
        Which measure goes to which column.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    kinds = np.empty(8, np.int64)
    measures = np.empty(12, np.float64)
    for r in range(chunk[0], chunk[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        span = deals.start[lead], deals.start[lead + 1]
        won_amount, last_amount, last = _tally(deals, span, cutoff, kinds)
        measures[OPENED_COUNT] = kinds[OPENED]
        measures[WON_COUNT] = kinds[WON]
        measures[LOST_COUNT] = kinds[LOST]
        measures[OPEN_COUNT] = _open(deals, span, cutoff)
        measures[EVENT_COUNT] = kinds[:4].sum()
        measures[WON_AMOUNT] = won_amount / SCALE
        measures[LAST_AMOUNT] = np.nan if last_amount == MISSING else last_amount / SCALE
        measures[SINCE_OPENED] = _since(kinds[4 + OPENED], cutoff)
        measures[SINCE_WON] = _since(kinds[4 + WON], cutoff)
        measures[SINCE_LOST] = _since(kinds[4 + LOST], cutoff)
        measures[SINCE_LAST] = np.nan if last < 0 else _since(deals.occurred_at[last], cutoff)
        measures[LAST_STAGE] = np.nan if last < 0 else float(deals.stage[last])
        row = matrix[rows.position[r]]
        for j in range(plan.column.size):
            row[plan.column[j]] = measures[plan.measure[j]]
