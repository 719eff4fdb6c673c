"""What a sweep writes where: its plan, and how compiled code cuts the plan out of a pack."""

from typing import Any, Final, NamedTuple

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Indices, Integers
from features.kernel.sweep.counters import Cells, DaysWritten, Ends, Fading, Rates, Runs, Sums


class SweepPlan(NamedTuple):
    """Which cells are counted and which column each is written to; see `counters` for the cells.

    Attributes
    ----------
    windows
        Lengths in microseconds, ascending.
    key_count
        How many keys are counted under.
    kinds
        Which of code (0) and pair (1) have any key.
    any_key
        The key of all activities; a code or pair without a key of its own has this one.
    key_of_code, key_of_pair
        The key of each code and of each pair.
    counts, rates, ends, dwell, amount, days, fading
        What is written, see `counters`.
    """

    windows: Integers
    key_count: int
    kinds: Indices
    any_key: int
    key_of_code: Cells
    key_of_pair: Cells
    counts: Runs
    rates: Rates
    ends: Ends
    dwell: Sums
    amount: Sums
    days: DaysWritten
    fading: Fading


SWEEP_WIDTH: Final = 36
"""How many places a `SweepPlan` takes in a pack."""


@njit(cache=True, nogil=True)
def _cut_runs(packed: Integers, at: int) -> Any:
    return cut.uint32(packed, at), cut.uint32(packed, at + 1), cut.uint32(packed, at + 2)


@njit(cache=True, nogil=True)
def cut_sweep(packed: Integers, at: int) -> SweepPlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
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
        _cut_runs(packed, at + 6),
        rates,
        (_cut_runs(packed, at + 13), _cut_runs(packed, at + 16)),
        (cut.int32(packed, at + 19), _cut_runs(packed, at + 20)),
        (cut.int32(packed, at + 23), _cut_runs(packed, at + 24)),
        (days, cut.int32(packed, at + 31)),
        fading,
    )
