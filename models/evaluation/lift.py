"""The lift of a ranking in use: leads worked by rank against leads drawn at random.

Decided here: a lead worked because of its high score does not show what it would have done
otherwise, and conversions among the worked leads show nothing about the rest. The comparison is
with leads put on the same lists at random: lift is the conversion rate of those chosen by rank over
the rate of those drawn at random. A lead counts once, so intervals are by lead: 95 % of the
posterior under Jeffreys' prior, which is valid with no conversion too.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.stats.metrics import Interval
from models.stats.rate import ENDS, PRIOR, rate
from models.stats.training_set import Floats

FEWEST_LEADS: Final = 20
FEWEST_CONVERSIONS: Final = 5
_DRAWS: Final = 20_000


@dataclass(frozen=True)
class Share:
    """Number and share of the leads that converted."""

    leads: int
    conversions: int
    rate: Interval


@dataclass(frozen=True)
class Lift:
    """Both shares and their ratio; `enough` says whether there are enough leads to report it."""

    ranked: Share
    drawn: Share
    lift: Interval

    @property
    def enough(self) -> bool:
        """Whether there are enough leads on both sides, and enough conversions in total."""
        both = (self.ranked, self.drawn)
        few = min(one.leads for one in both) < FEWEST_LEADS
        return not few and sum(one.conversions for one in both) >= FEWEST_CONVERSIONS


def lift(ranked: Floats, drawn: Floats, seed: int = 0) -> Lift:
    """Compare leads chosen by rank with leads drawn at random.

    Parameters
    ----------
    ranked, drawn
        Shape (leads,): the matured label of every lead, 1 or 0.
    seed
        Of the draws behind the interval of the lift.

    Examples
    --------
    >>> result = lift(np.repeat([1.0, 0.0], [30, 70]), np.repeat([1.0, 0.0], [10, 90]))
    >>> bool(1.5 < result.lift.low < result.lift.value < result.lift.high), result.enough
    (True, True)
    """
    shares = share(ranked), share(drawn)
    rng = np.random.default_rng(seed)
    rates = [
        rng.beta(one.conversions + PRIOR, one.leads - one.conversions + PRIOR, _DRAWS)
        for one in shares
    ]
    low, high = np.quantile(rates[0] / rates[1], ENDS)
    below = shares[1].rate.value
    value = shares[0].rate.value / below if below > 0.0 else np.nan
    return Lift(*shares, Interval(value, float(low), float(high)))


def share(label: Floats) -> Share:
    """Compute the share that converted, with its interval.

    >>> share(np.zeros(50)).rate.high < 0.06
    True
    """
    leads, conversions = len(label), int(np.sum(label))
    return Share(leads, conversions, rate(conversions, leads))
