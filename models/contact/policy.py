"""Whom to call with so many calls: extra wins by contact value, and by probability.

Decided here: extra wins are those that the calls themselves add, so a lead that buys anyway counts
nothing. Each list is judged by the doubly robust effects of the rows that it has; the order by
contact value is that of models which were not fitted on the row. Wins are for a number of open
leads like these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.contact.rows import Codes, Flags
from models.contact.sums import ClusteredMean, clustered_mean
from models.contact.verdict import ERROR_OF_INTERVALS
from models.stats.metrics import Interval
from models.stats.training_set import Floats

SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class PolicyLine:
    """What so many calls add.

    Attributes
    ----------
    share, calls
        The share of leads that are called, and how many of the open leads these are.
    by_effect, by_probability, at_random
        Extra wins if those are called whom a contact helps most; who are likeliest to buy; anyone.
    more
        The first less the second.
    """

    share: float
    calls: int
    by_effect: Interval
    by_probability: Interval
    at_random: Interval
    more: Interval


def policy(
    psi: Floats,
    unit: Codes,
    orders: tuple[Floats, Floats],
    open_leads: int,
    shares: Sequence[float] = SHARES,
) -> list[PolicyLine]:
    """Judge both orders at several numbers of calls.

    Parameters
    ----------
    psi, unit
        Shape (rows,): doubly robust effects, and what is independent.
    orders
        Shape (rows,) each: contact value and probability, the highest first.
    open_leads
        How many leads there are to call.
    shares
        Shares of the leads that are called.
    """
    return [_line(psi, unit, orders, (open_leads, share)) for share in shares]


def _line(
    psi: Floats, unit: Codes, orders: tuple[Floats, Floats], size: tuple[int, float]
) -> PolicyLine:
    open_leads, share = size
    lists = [top(order, share) for order in orders]
    added = [np.where(one, psi, 0.0) for one in lists]
    values = (*added, share * psi, added[0] - added[1])
    done = [_wins(clustered_mean(one, unit), open_leads) for one in values]
    return PolicyLine(share, round(share * open_leads), *done)


def top(order: Floats, share: float) -> Flags:
    """Return which rows are the first of an order: shape (rows,).

    Parameters
    ----------
    order
        Shape (rows,): the highest first; rows that are alike by their place.
    share
        The share of rows.
    """
    first = np.zeros(len(order), np.bool_)
    first[np.argsort(-order, kind="stable")[: round(share * len(order))]] = True
    return first


def _wins(mean: ClusteredMean, leads: int) -> Interval:
    shown = mean.interval(ERROR_OF_INTERVALS)
    return Interval(shown.value * leads, shown.low * leads, shown.high * leads)
