"""The rule by which the probabilities of an account's leads become one of the account.

Decided here: an account converts when at least one of its open leads does. With the hazard
h = -log(1 - p) of each lead the account's is

    H = (h1^d + h2^d + ...)^(1/d),    probability = 1 - exp(-H)

With d = 1 leads convert independently of each other: 1 - (1 - p1)(1 - p2)... The greater d, the
more they are one decision; without end, the account is as probable as its most probable lead. That
is the copula of Gumbel and Hougaard for the time without a conversion. The account of one lead has
the probability of the lead, and that of any account lies between its most probable lead and
independence. The share of a lead is h^d / H^d; shares add up to one, so shares times probability
add up to the probability.
"""

from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats

MOST: Final = 16.0
"""The greatest dependence; beyond it nothing but the most probable lead counts."""
_LARGEST: Final = 1.0 - 1e-12


class AccountScores(NamedTuple):
    """The probability of each account, shape (accounts,), and the share of each lead in its own."""

    probability: Floats
    share: Floats


@dataclass(frozen=True)
class AccountRule:
    """How much leads of one account decide together, learned from history.

    Attributes
    ----------
    dependence
        d, at least 1: 1 is independence.
    accounts
        Pairs of account and cutoff with several leads that it was learned from; 0 means that it was
        not learned, and that leads count as independent.
    """

    dependence: float = 1.0
    accounts: int = 0

    def of(self, probability: Floats, account: NDArray[np.integer]) -> AccountScores:
        """Combine the probabilities of leads.

        >>> one, two = AccountRule().of(np.array([0.5, 0.5, 0.2]), np.array([0, 0, 1])).probability
        >>> round(float(one), 12), round(float(two), 12)
        (0.75, 0.2)

        Parameters
        ----------
        probability
            Shape (leads,): in [0, 1].
        account
            Shape (leads,): the account of each lead, every number from 0 on.
        """
        count = int(account.max(initial=-1)) + 1
        hazard = -np.log1p(-np.clip(probability, 0.0, _LARGEST))
        most = np.zeros(count)
        np.maximum.at(most, account, hazard)
        largest = most[account]
        part = np.divide(hazard, largest, out=np.ones(len(hazard)), where=largest > 0.0)
        part = part**self.dependence
        sums = np.bincount(account, weights=part, minlength=count)
        whole = most * sums ** (1.0 / self.dependence)
        return AccountScores(-np.expm1(-whole), part / sums[account])

    def share(self, probability: float, of_account: float) -> float:
        """Return the share of a lead in the probability of its account.

        >>> round(AccountRule().share(0.5, 0.75), 12)
        0.5

        Parameters
        ----------
        probability
            Of the lead.
        of_account
            Of the account.
        """
        whole = -np.log1p(-min(of_account, _LARGEST))
        if whole <= 0.0:
            return 0.0
        return float((-np.log1p(-min(probability, _LARGEST)) / whole) ** self.dependence)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "AccountRule":
        """Read what `to_json` wrote."""
        return cls(**raw)
