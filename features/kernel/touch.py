"""Who talked to the lead and how quickly the lead was answered.

Decided here: a request is an activity of an asking type that was not outbound; the next outbound
activity answers it. Several requests before one answer wait from the first of them.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from features.kernel.inputs import MISSING, Indices, Matrix, Rows, Touches

_HOUR: Final = 3_600_000_000
_OUTBOUND: Final = 2

ACTOR_COUNT, LAST_ACTOR, RESPONSE_MEAN, RESPONSE_LAST, WAITING = range(5)


class TouchPlan(NamedTuple):
    """Which measure goes to which column, and which type codes ask for an answer."""

    measure: Indices
    column: Indices
    asks: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def _is_new(actors: Indices, known: int, actor: int) -> bool:
    new = True
    for j in range(known):
        new &= actors[j] != actor
    return new


@njit(cache=True, nogil=True)
def _people(
    touches: Touches, span: tuple[int, int], cutoff: int, actors: Indices
) -> tuple[int, float]:
    """Count the people seen so far, and give the code of the last one."""
    known, last = 0, np.nan
    for i in range(span[0], span[1]):
        actor = touches.actor[i]
        if actor >= 0 and touches.seen_from[i] < cutoff:
            last = float(touches.actor_code[actor])
            if _is_new(actors, known, actor):
                actors[known] = actor
                known += 1
    return known, last


@njit(cache=True, nogil=True)
def _answers(
    touches: Touches, span: tuple[int, int], cutoff: int, asks: NDArray[np.bool_]
) -> tuple[int, int, int, int]:
    """Sum and count of the response times, the last of them, and since when the lead waits."""
    total, count, last, pending = 0, 0, MISSING, MISSING
    for i in range(span[0], span[1]):
        if touches.seen_from[i] >= cutoff:
            continue
        if touches.direction[i] == _OUTBOUND:
            if pending != MISSING:
                last = touches.occurred_at[i] - pending
                total += last
                count += 1
                pending = MISSING
        elif asks[touches.type_code[i]] and pending == MISSING:
            pending = touches.occurred_at[i]
    return total, count, last, pending


@njit(cache=True, nogil=True)
def touch(
    touches: Touches, rows: Rows, chunk: tuple[int, int], plan: TouchPlan, matrix: Matrix
) -> None:
    """Fill the planned columns of the rows [chunk[0], chunk[1])."""
    actors = np.empty(touches.actor_code.size, np.int32)
    told = np.empty(5, np.float64)
    for r in range(chunk[0], chunk[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        span = touches.start[lead], touches.start[lead + 1]
        people, last_actor = _people(touches, span, cutoff, actors)
        total, count, last, pending = _answers(touches, span, cutoff, plan.asks)
        told[ACTOR_COUNT] = people
        told[LAST_ACTOR] = last_actor
        told[RESPONSE_MEAN] = np.nan if count == 0 else total / count / _HOUR
        told[RESPONSE_LAST] = np.nan if count == 0 else last / _HOUR
        told[WAITING] = np.nan if pending == MISSING else (cutoff - pending) / _HOUR
        row = matrix[rows.position[r]]
        for j in range(plan.column.size):
            row[plan.column[j]] = told[plan.measure[j]]
