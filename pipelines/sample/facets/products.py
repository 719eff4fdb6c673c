"""One product beside the main one: a support plan, which only customers buy, once.

Decided here: a customer buys the plan at a constant rate from its first win on, which depends on
industry, company size and role alone; so the truth is exact in closed form, and no activity tells
more. A company sells it only if its settings say so.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.timeline import DAY, NEVER, SECOND

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SUPPORT_PLAN: Final = "support_plan"
"""The outcome, by its canonical name."""
WRITTEN: Final = "保守契約"
_A_DAY: Final = 0.0011
_OF_SIZE: Final = (0.35, 0.7, 1.1, 1.8, 2.6)
_OF_INDUSTRY: Final = (1.3, 0.6, 0.9, 1.0, 1.7, 1.4, 0.7, 1.1)
_OF_ROLE: Final = (0.8, 1.3, 1.2, 1.0, 0.8)


def rates(codes: dict[str, Ints]) -> Floats:
    """Return how many plans a customer without one buys a day: shape (leads,).

    Parameters
    ----------
    codes
        Attribute name -> number of its value, of each lead.
    """
    factors = (("company_size", _OF_SIZE), ("industry", _OF_INDUSTRY), ("job_role", _OF_ROLE))
    rate = np.full(len(codes["industry"]), _A_DAY)
    for name, factor in factors:
        rate = rate * np.array(factor)[codes[name]]
    return rate


def bought_at(
    codes: dict[str, Ints], first_won_at: Ints, ends_at: int, rng: np.random.Generator
) -> Ints:
    """Draw when each lead buys the plan; `NEVER` if it does not before the end.

    Parameters
    ----------
    codes
        The attributes.
    first_won_at
        Moment of each lead's first win; `NEVER` without one.
    ends_at
        Up to when everything was observed.
    rng
        The source of chance.
    """
    wait = rng.exponential(1.0, len(first_won_at)) / rates(codes)
    customer = first_won_at < NEVER
    begun = np.where(customer, first_won_at, 0)
    at = begun + (wait * DAY / SECOND).astype(np.int64) * SECOND + SECOND
    bought: Ints = np.where(customer & (at < ends_at), at, NEVER)
    return bought


def probability(codes: dict[str, Ints], lead: Ints, horizon_days: float) -> Floats:
    """Return the true probability that a customer without the plan buys it within a horizon.

    Parameters
    ----------
    codes
        The attributes of all leads.
    lead
        Shape (questions,): the leads.
    horizon_days
        Length of the horizon.
    """
    return -np.expm1(-rates(codes)[lead] * horizon_days)
