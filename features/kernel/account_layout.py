"""What the account kernel writes where: its plan, and how compiled code cuts it out of a pack."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Indices, Integers

(
    LEAD_COUNT,
    WON_COUNT,
    LOST_COUNT,
    OPEN_COUNT,
    SINCE_LAST,
    OPENED_MEAN,
    ACTIVITY_MEAN,
    AGE_MEAN,
    OPENED_PER_YEAR,
    COMPANY_OPENED_PER_YEAR,
    DEAL_SURPLUS,
    COMPANY_DEAL_SURPLUS,
) = range(12)
STEP_DAYS: Final = 30.0
"""How long a lead has been known counts in whole steps of so many days for deals a year."""
NEWEST: Final = 50
"""Of an account so many leads count at a moment: those that became visible last, of equal ones
those of the greater id. So a score of a lead of thousands costs no more than one of fifty."""


class AccountPlan(NamedTuple):
    """What is written where.

    Attributes
    ----------
    windows
        Lengths in microseconds, ascending.
    count_window, count_column
        Place of the window (one after the last is "ever") and column of each count.
    active_window, active_column
        The same of each number of leads that were active.
    measure, measure_column
        Number and column of each other measure.
    activities_per_deal
        Shape (1,): how many activities usually bring a deal opened or won.
    """

    windows: Integers
    count_window: Indices
    count_column: Indices
    active_window: Indices
    active_column: Indices
    measure: Indices
    measure_column: Indices
    activities_per_deal: NDArray[np.float64]


ACCOUNT_WIDTH: Final = 8
"""How many places an `AccountPlan` takes in a pack."""


@njit(cache=True, nogil=True)
def cut_account(packed: Integers, at: int) -> AccountPlan:
    """Cut the plan out of a pack.

    Parameters
    ----------
    packed
        A pack of plans, see `features.kernel.packed`.
    at
        The place of the first part of the plan.
    """
    return AccountPlan(
        cut.int64(packed, at),
        cut.int32(packed, at + 1),
        cut.int32(packed, at + 2),
        cut.int32(packed, at + 3),
        cut.int32(packed, at + 4),
        cut.int32(packed, at + 5),
        cut.int32(packed, at + 6),
        cut.float64(packed, at + 7),
    )
