"""Who was in contact with the lead, and how quickly its requests were answered.

Decided here: a request is an activity of a request type that was not outbound; the next outbound
activity answers it. Several requests before one answer wait from the first of them.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import MISSING, Indices, Integers, Matrix, Rows, Touches

_HOUR: Final = 3_600_000_000
_OUTBOUND: Final = 2

ACTOR_COUNT, LAST_ACTOR, RESPONSE_MEAN, RESPONSE_LAST, WAITING = range(5)


class TouchPlan(NamedTuple):
    """What is written where.

    Attributes
    ----------
    measure, column
        Number and column of each measure.
    is_request
        Of each type code: whether such an activity is a request for an answer.
    """

    measure: Indices
    column: Indices
    is_request: NDArray[np.bool_]


TOUCH_WIDTH: Final = 3
"""How many places a `TouchPlan` takes in a pack."""


@njit(cache=True, nogil=True)
def cut_touch(packed: Integers, at: int) -> TouchPlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
    return TouchPlan(cut.int32(packed, at), cut.int32(packed, at + 1), cut.truth(packed, at + 2))


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
    """Count the people so far, and return the code of the last one."""
    known, last = 0, np.nan
    for i in range(span[0], span[1]):
        actor = touches.actor[i]
        if actor >= 0 and touches.visible_from[i] < cutoff:
            last = float(touches.actor_code[actor])
            if _is_new(actors, known, actor):
                actors[known] = actor
                known += 1
    return known, last


@njit(cache=True, nogil=True)
def _answers(
    touches: Touches, span: tuple[int, int], cutoff: int, is_request: NDArray[np.bool_]
) -> tuple[int, int, int, int]:
    """Return sum and count of the response times, the last one, and since when the lead waits."""
    total, count, last, pending = 0, 0, MISSING, MISSING
    for i in range(span[0], span[1]):
        if touches.visible_from[i] >= cutoff:
            continue
        if touches.direction[i] == _OUTBOUND:
            if pending != MISSING:
                last = touches.occurred_at[i] - pending
                total += last
                count += 1
                pending = MISSING
        elif is_request[touches.type_code[i]] and pending == MISSING:
            pending = touches.occurred_at[i]
    return total, count, last, pending


@njit(cache=True, nogil=True)
def touch(
    touches: Touches, rows: Rows, chunk: tuple[int, int], plan: TouchPlan, matrix: Matrix
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    touches
        Activities with direction and actor, sorted by lead and time.
    rows
        (lead, cutoff) pairs, sorted by both.
    chunk
        The rows [chunk[0], chunk[1]) to fill.
    plan
        Which measure goes to which column.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    actors = np.empty(touches.actor_code.size, np.int32)
    measures = np.empty(5, np.float64)
    for r in range(chunk[0], chunk[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        span = touches.start[lead], touches.start[lead + 1]
        people, last_actor = _people(touches, span, cutoff, actors)
        total, count, last, pending = _answers(touches, span, cutoff, plan.is_request)
        measures[ACTOR_COUNT] = people
        measures[LAST_ACTOR] = last_actor
        measures[RESPONSE_MEAN] = np.nan if count == 0 else total / count / _HOUR
        measures[RESPONSE_LAST] = np.nan if count == 0 else last / _HOUR
        measures[WAITING] = np.nan if pending == MISSING else (cutoff - pending) / _HOUR
        row = matrix[rows.position[r]]
        for j in range(plan.column.size):
            row[plan.column[j]] = measures[plan.measure[j]]
