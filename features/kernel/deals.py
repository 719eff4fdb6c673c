"""What became of the deals of a lead.

Decided here: a deal is open from its first outcome seen until its latest one seen is won or lost.
"""

from typing import Final, NamedTuple

import numpy as np

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


@njit(cache=True, nogil=True)
def _open(deals: Deals, span: tuple[int, int], cutoff: int) -> int:
    """Count the deals whose latest outcome seen does not close them."""
    count = 0
    for i in range(span[0], span[1]):
        if deals.seen_from[i] >= cutoff or deals.kind[i] >= WON:
            continue
        latest = True
        for j in range(i + 1, span[1]):
            if deals.deal[j] == deals.deal[i] and deals.seen_from[j] < cutoff:
                latest = False
                break
        count += latest
    return count


@njit(cache=True, nogil=True)
def _since(moment: int, cutoff: int) -> float:
    return np.nan if moment == MISSING else (cutoff - moment) / _DAY


@njit(cache=True, nogil=True)
def _tell(deals: Deals, span: tuple[int, int], cutoff: int, told: Integers) -> tuple[int, int, int]:
    """Fill counts (kind), last moments (4 + kind); give won and last amount, last outcome."""
    told[:4], told[4:] = 0, MISSING
    won_amount, last_amount, last = 0, MISSING, -1
    for i in range(span[0], span[1]):
        if deals.seen_from[i] >= cutoff:
            continue
        kind, amount = deals.kind[i], deals.amount[i]
        told[kind] += 1
        told[4 + kind] = deals.occurred_at[i]
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
    """Fill the planned columns of the rows [chunk[0], chunk[1])."""
    seen = np.empty(8, np.int64)
    told = np.empty(12, np.float64)
    for r in range(chunk[0], chunk[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        span = deals.start[lead], deals.start[lead + 1]
        won_amount, last_amount, last = _tell(deals, span, cutoff, seen)
        told[OPENED_COUNT] = seen[OPENED]
        told[WON_COUNT] = seen[WON]
        told[LOST_COUNT] = seen[LOST]
        told[OPEN_COUNT] = _open(deals, span, cutoff)
        told[EVENT_COUNT] = seen[:4].sum()
        told[WON_AMOUNT] = won_amount / SCALE
        told[LAST_AMOUNT] = np.nan if last_amount == MISSING else last_amount / SCALE
        told[SINCE_OPENED] = _since(seen[4 + OPENED], cutoff)
        told[SINCE_WON] = _since(seen[4 + WON], cutoff)
        told[SINCE_LOST] = _since(seen[4 + LOST], cutoff)
        told[SINCE_LAST] = np.nan if last < 0 else _since(deals.occurred_at[last], cutoff)
        told[LAST_STAGE] = np.nan if last < 0 else float(deals.stage[last])
        row = matrix[rows.position[r]]
        for j in range(plan.column.size):
            row[plan.column[j]] = told[plan.measure[j]]
