"""The last activities of a lead and the time between them."""

from typing import Final, NamedTuple

import numpy as np

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Events, Indices, Integers, Matrix, Rows

_HOUR: Final = 3_600_000_000


class SequencePlan(NamedTuple):
    """What is written where.

    Attributes
    ----------
    length
        How many of the last activities have to be remembered.
    type_place, type_column
        Which of the last activities (0 is the last) is written to which column.
    gap_place, gap_column
        The same of the time between an activity and the one before it.
    mean_column
        Columns of the mean time between activities; may be empty.
    """

    length: int
    type_place: Indices
    type_column: Indices
    gap_place: Indices
    gap_column: Indices
    mean_column: Indices


SEQUENCE_WIDTH: Final = 6
"""How many places a `SequencePlan` takes in a pack."""


@njit(cache=True, nogil=True)
def cut_sequence(packed: Integers, at: int) -> SequencePlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
    return SequencePlan(
        cut.whole(packed, at),
        cut.int32(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.int32(packed, at + 4),
        cut.int32(packed, at + 5),
    )


@njit(cache=True, nogil=True)
def _last(events: Events, lead: int, cutoff: int, ring: Integers) -> tuple[int, int]:
    """Put the last visible activities into the ring; return how many there are and the first."""
    count, first = 0, -1
    for i in range(events.start[lead], events.start[lead + 1]):
        if events.visible_from[i] < cutoff:
            if count == 0:
                first = i
            ring[count % ring.size] = i
            count += 1
    return count, first


@njit(cache=True, nogil=True)
def sequence(
    events: Events, rows: Rows, chunk: tuple[int, int], plan: SequencePlan, matrix: Matrix
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    events
        Activities, sorted by lead and time.
    rows
        (lead, cutoff) pairs, sorted by both.
    chunk
        The rows [chunk[0], chunk[1]) to fill.
    plan
        Which measure goes to which column.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    ring = np.zeros(plan.length + 1, np.int64)
    for r in range(chunk[0], chunk[1]):
        count, first = _last(events, rows.lead[r], rows.cutoff[r], ring)
        row = matrix[rows.position[r]]
        for j in range(plan.type_column.size):
            place = plan.type_place[j]
            row[plan.type_column[j]] = np.nan
            if place < count:
                row[plan.type_column[j]] = events.code[ring[(count - 1 - place) % ring.size]]
        for j in range(plan.gap_column.size):
            place = plan.gap_place[j]
            row[plan.gap_column[j]] = np.nan
            if place + 1 < count:
                later = events.occurred_at[ring[(count - 1 - place) % ring.size]]
                earlier = events.occurred_at[ring[(count - 2 - place) % ring.size]]
                row[plan.gap_column[j]] = (later - earlier) / _HOUR
        for j in range(plan.mean_column.size):
            row[plan.mean_column[j]] = np.nan
            if count > 1:
                last = events.occurred_at[ring[(count - 1) % ring.size]]
                row[plan.mean_column[j]] = (last - events.occurred_at[first]) / (count - 1) / _HOUR
