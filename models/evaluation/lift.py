"""What the ranking is worth to sales: leads worked by rank against leads worked by lot.

Decided here: a lead that was worked because it scored high cannot say what it would have done
otherwise, and what converts among the worked says nothing of the rest. Leads that a lot put on the
same lists are the measure: lift is the share that converts among those chosen by rank over the
share among those chosen by lot. A lead counts once, so intervals go by lead: 95 % of the posterior
under Jeffreys' prior, which stays honest where nobody has converted yet.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaincinv

from models.stats.metrics import Interval
from models.stats.training_set import Floats

FEWEST_LEADS: Final = 20
FEWEST_CONVERSIONS: Final = 5
_PRIOR: Final = 0.5
_DRAWS: Final = 20_000
_ENDS: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Share:
    """How many of some leads converted."""

    leads: int
    conversions: int
    rate: Interval


@dataclass(frozen=True)
class Lift:
    """Both shares, and how many times the one the other is; `enough` to say anything at all."""

    ranked: Share
    drawn: Share
    lift: Interval

    @property
    def enough(self) -> bool:
        """Whether there are leads on both sides, and conversions at all."""
        both = (self.ranked, self.drawn)
        few = min(one.leads for one in both) < FEWEST_LEADS
        return not few and sum(one.conversions for one in both) >= FEWEST_CONVERSIONS


def lift(ranked: Floats, drawn: Floats, seed: int = 0) -> Lift:
    """Compare leads chosen by rank with leads chosen by lot.

    >>> found = lift(np.repeat([1.0, 0.0], [30, 70]), np.repeat([1.0, 0.0], [10, 90]))
    >>> bool(1.5 < found.lift.low < found.lift.value < found.lift.high), found.enough
    (True, True)

    Parameters
    ----------
    ranked, drawn
        Shape (leads,): what became of every lead, 1 or 0, matured.
    seed
        Of the draws behind the interval of the lift.
    """
    shares = share(ranked), share(drawn)
    rng = np.random.default_rng(seed)
    rates = [
        rng.beta(one.conversions + _PRIOR, one.leads - one.conversions + _PRIOR, _DRAWS)
        for one in shares
    ]
    low, high = np.quantile(rates[0] / rates[1], _ENDS)
    below = shares[1].rate.value
    value = shares[0].rate.value / below if below > 0.0 else np.nan
    return Lift(*shares, Interval(value, float(low), float(high)))


def share(label: Floats) -> Share:
    """Give the share that converted with its interval.

    >>> share(np.zeros(50)).rate.high < 0.06
    True
    """
    leads, conversions = len(label), int(np.sum(label))
    ends = betaincinv(conversions + _PRIOR, leads - conversions + _PRIOR, _ENDS)
    value = conversions / leads if leads else np.nan
    return Share(leads, conversions, Interval(value, float(ends[0]), float(ends[1])))
