"""The numbers of an account's others, from counters of each of its leads.

Decided here: the counters of all leads that count are summed once; what the lead itself adds is
taken off, so a row costs the same however many leads the account has.
The surplus of deals: those opened and won beyond what as many activities usually bring.
Deals a year of leads are (deals + 1) / (years + 1), the mean of a rate that is distributed like
exp(-rate) before anything was seen (a gamma prior): few leads that are young say little.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel.account_layout import (
    COMPANY_DEAL_SURPLUS,
    COMPANY_OPENED_PER_YEAR,
    DEAL_SURPLUS,
    LOST_COUNT,
    OPEN_COUNT,
    STEP_DAYS,
    WON_COUNT,
)
from features.kernel.compiled import njit
from features.kernel.inputs import Integers

_STEPS_A_YEAR: Final = 365.0 / STEP_DAYS


class Tally(NamedTuple):
    """Counters of each lead of the account; the last row is all that are `counted` together."""

    counts: NDArray[np.int64]
    won: Integers
    lost: Integers
    opened: Integers
    open: Integers
    latest: Integers
    tails: Integers
    counted: NDArray[np.bool_]


@njit(cache=True, nogil=True)
def mean(total: int, leads: int) -> float:
    """Return how many each other lead has; missing without any.

    Parameters
    ----------
    total, leads
        Of all others together, and how many others there are.
    """
    return np.nan if leads == 0 else float(total) / float(leads)


@njit(cache=True, nogil=True)
def _per_year(deals: int, steps: int) -> float:
    return float(deals + 1) / (float(steps) / _STEPS_A_YEAR + 1.0)


@njit(cache=True, nogil=True)
def opened_per_year(which: int, tally: Tally, me: int, steps: tuple[int, int], leads: int) -> float:
    """Compute the deals opened in a year of a lead: of the others, or of all with this one.

    Parameters
    ----------
    which
        The measure.
    tally, me
        The counters, and the place of the lead among them.
    steps
        For how many steps the others are known, all together, and how many the lead is.
    leads
        How many others there are.
    """
    whole = tally.won.size - 1
    others = tally.opened[whole] - np.int64(tally.counted[me]) * tally.opened[me]
    if which == COMPANY_OPENED_PER_YEAR:
        return float(_per_year(others + tally.opened[me], steps[0] + steps[1]))
    return np.nan if leads == 0 else float(_per_year(others, steps[0]))


@njit(cache=True, nogil=True)
def _surplus(which: int, tally: Tally, me: int, leads: int, usual: tuple[int, float]) -> float:
    """Compute the deals opened and won less those that the activities usually bring.

    Of the others, or of all with this one. `usual` holds the place of the count of all activities,
    and how many of them usually bring a deal.
    """
    whole, (ever, activities_per_deal) = tally.won.size - 1, usual
    without = np.int64(tally.counted[me])
    if which == COMPANY_DEAL_SURPLUS:
        without -= 1
    elif leads == 0:
        return np.nan
    deals = tally.opened[whole] + tally.won[whole] - without * (tally.opened[me] + tally.won[me])
    activities = tally.counts[whole, ever] - without * tally.counts[me, ever]
    return float(deals) - float(activities) / activities_per_deal


@njit(cache=True, nogil=True)
def of_deals(which: int, tally: Tally, me: int, leads: int, usual: tuple[int, float]) -> float:
    """Compute a measure of the others' deals.

    Parameters
    ----------
    which
        The measure.
    tally, me
        The counters, and the place of the lead among them.
    leads
        How many others there are.
    usual
        The place of the count of all activities, and how many of them usually bring a deal.
    """
    if which in (DEAL_SURPLUS, COMPANY_DEAL_SURPLUS):
        return float(_surplus(which, tally, me, leads, usual))
    whole = tally.won.size - 1
    mine = np.int64(tally.counted[me])
    if which == WON_COUNT:
        return float(tally.won[whole] - mine * tally.won[me])
    if which == LOST_COUNT:
        return float(tally.lost[whole] - mine * tally.lost[me])
    if which == OPEN_COUNT:
        return float(tally.open[whole] - mine * tally.open[me])
    return float(mean(tally.opened[whole] - mine * tally.opened[me], leads))
