"""Attributes as of the cutoff, age and calendar of a lead.

Decided here: the value of an attribute is that of the latest change the cutoff sees, otherwise
that of the lead; a lead that the cutoff does not see has no profile at all. The calendar is that of
the company's time zone.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Changes, Indices, Integers, Matrix, Rows

_DAY: Final = 86_400_000_000
_HOUR: Final = 3_600_000_000

AGE, CUTOFF_MONTH, CREATED_WEEKDAY, CREATED_HOUR, FILLED = range(5)


class ProfilePlan(NamedTuple):
    """What is written where.

    Attributes
    ----------
    attribute, attribute_column
        Number and column of each attribute.
    measure, measure_column
        Number and column of each other measure.
    counted
        Shape (attributes,): which attributes count as filled.
    zone_begin, zone_shift
        The offsets of the zone, see `features.reading.zones`.
    """

    attribute: Indices
    attribute_column: Indices
    measure: Indices
    measure_column: Indices
    counted: NDArray[np.bool_]
    zone_begin: Integers
    zone_shift: Integers


PROFILE_WIDTH: Final = 7
"""How many places a `ProfilePlan` takes in a pack."""


@njit(cache=True, nogil=True)
def cut_profile(packed: Integers, at: int) -> ProfilePlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
    return ProfilePlan(
        cut.int32(packed, at),
        cut.int32(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.truth(packed, at + 4),
        cut.int64(packed, at + 5),
        cut.int64(packed, at + 6),
    )


@njit(cache=True, nogil=True)
def month_of(moment: int) -> int:
    """Return the month, 1 to 12, of a moment (Hinnant's days-to-civil)."""
    days = moment // _DAY + 719_468
    day_of_era = days - (days // 146_097) * 146_097
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    return ((5 * day_of_year + 2) // 153 + 2) % 12 + 1


@njit(cache=True, nogil=True)
def _local(moment: int, plan: ProfilePlan) -> int:
    """Return a moment as local time in the zone of the plan."""
    place = plan.zone_begin.size - 1
    while place > 0 and plan.zone_begin[place] > moment:
        place -= 1
    return moment + plan.zone_shift[place]  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _measure(which: int, moments: tuple[int, int], filled: int, plan: ProfilePlan) -> float:
    created_at, cutoff = moments
    if which == AGE:
        return (cutoff - created_at) / _DAY
    if which == CUTOFF_MONTH:
        return float(month_of(_local(cutoff, plan)))
    if which == CREATED_WEEKDAY:
        return float((_local(created_at, plan) // _DAY + 3) % 7)
    if which == CREATED_HOUR:
        return float((_local(created_at, plan) // _HOUR) % 24)
    return float(filled)


@njit(cache=True, nogil=True)
def _current(changes: Changes, lead: int, cutoff: int, values: NDArray[np.float64]) -> None:
    values[:] = changes.initial[lead]
    for i in range(changes.start[lead], changes.start[lead + 1]):
        if changes.visible_from[i] < cutoff:
            values[changes.attribute[i]] = changes.value[i]


@njit(cache=True, nogil=True)
def _filled(counted: NDArray[np.bool_], values: NDArray[np.float64]) -> int:
    filled = 0
    for a in range(values.size):
        filled += int(counted[a] and not np.isnan(values[a]))
    return filled


@njit(cache=True, nogil=True)
def profile(
    changes: Changes, rows: Rows, chunk: tuple[int, int], plan: ProfilePlan, matrix: Matrix
) -> None:
    """Fill the planned columns of some rows.

    Parameters
    ----------
    changes
        First and later values of attributes.
    rows
        (lead, cutoff) pairs, sorted by both.
    chunk
        The rows [chunk[0], chunk[1]) to fill.
    plan
        Which measure goes to which column.
    matrix
        Shape (rows, features), float32; row r is written to `rows.position[r]`.
    """
    values = np.empty(changes.initial.shape[1], np.float64)
    for r in range(chunk[0], chunk[1]):
        lead, cutoff = rows.lead[r], rows.cutoff[r]
        row = matrix[rows.position[r]]
        visible = changes.lead_visible_from[lead] < cutoff
        if visible:
            _current(changes, lead, cutoff, values)
        else:
            values[:] = np.nan
        for j in range(plan.attribute.size):
            row[plan.attribute_column[j]] = values[plan.attribute[j]]
        filled = _filled(plan.counted, values)
        created_at = changes.created_at[lead]
        for j in range(plan.measure.size):
            value = _measure(plan.measure[j], (created_at, cutoff), filled, plan)
            row[plan.measure_column[j]] = value if visible else np.nan
