"""Buying committees: a hidden fact of an account that all its leads share.

Decided here: in one account of four a committee is choosing, which no attribute shows. Interest of
its people rises faster, they open deals and win them more often; elsewhere deals are rarer. What
one of them does says something about the others, so the truth weighs the activities, deals and
texts of all leads of the account (`answers`). A company has committees only if its settings say so;
its accounts have more leads than those of others.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

COMMITTEES: Final = ("none", "choosing")
SHARES: Final = (0.75, 0.25)
LEADS_PER_ACCOUNT: Final = 5.0
RISING: Final = (0.8, 2.2)
OPENING: Final = (0.5, 3.0)
WINNING: Final = (0.7, 2.4)
"""By committee: multipliers on rising interest, on opening a deal and on winning it."""


def committees(account: Ints, rng: np.random.Generator) -> Ints:
    """Draw the committee of each lead's account, a number in `COMMITTEES`.

    Parameters
    ----------
    account
        Shape (leads,): the number of the account.
    rng
        The source of chance.
    """
    drawn = rng.choice(len(COMMITTEES), int(account.max(initial=0)) + 1, p=SHARES)
    of_lead: Ints = drawn[account].astype(np.int64)
    return of_lead
