"""How much the leads of one account decide together: one exponent, learned from history.

Decided here: the exponent of `AccountRule` is the most likely one of all accounts that had several
open leads at a cutoff, given the leads' probabilities of that moment. One factor of all hazards is
estimated with it and thrown away: it takes up what the level of known rows has of hindsight, so
that the exponent answers for the dependence alone. An account counts once, however many cutoffs it
has, and the logarithm of d is drawn towards independence: `_SPREAD` is its standard deviation
before any account was looked at.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.timeline import Moments
from models.model.account_rule import MOST, AccountRule
from models.stats.metrics import log_losses
from models.stats.training_set import Floats, TrainingSet

LEAST: Final = 30
"""Accounts with several leads, and of them converting ones: with fewer nothing is learned."""
_SPREAD: Final = 0.5
_EXPONENTS: Final = np.exp(np.linspace(0.0, np.log(MOST), 29))
_FACTORS: Final = np.exp(np.linspace(-0.7, 0.7, 29))
_LARGEST: Final = 1.0 - 1e-12


class AccountRows:
    """Pairs of account and cutoff with their leads.

    Attributes
    ----------
    account
        Shape (rows,): the number of the pair of each row.
    label
        Shape (pairs,): 1.0 if at least one of its leads converted.
    leads
        Shape (pairs,): how many leads it has.
    of
        Shape (pairs,): the code of its account.
    weight
        Shape (pairs,): one part of its account by how many pairs that has.
    """

    def __init__(self, account: NDArray[np.int64], cutoff: Moments, label: Floats) -> None:
        pairs = pd.MultiIndex.from_arrays([account, cutoff])
        codes, unique = pd.factorize(pairs)
        self.account: NDArray[np.int64] = codes.astype(np.int64)
        self.label: Floats = np.zeros(len(unique))
        np.maximum.at(self.label, self.account, label)
        self.leads = np.bincount(self.account, minlength=len(unique))
        self.of: NDArray[np.int64] = np.zeros(len(unique), np.int64)
        self.of[self.account] = account
        _, position, count = np.unique(self.of, return_inverse=True, return_counts=True)
        self.weight: Floats = 1.0 / count[position]


def learn(rows: TrainingSet, probability: Floats) -> AccountRule | None:
    """Learn the rule; None where no lead has an account.

    Parameters
    ----------
    rows
        Matured rows with their accounts.
    probability
        Shape (rows,): of each lead, by the model.
    """
    if rows.account is None:
        return None
    pairs = AccountRows(rows.account, rows.cutoff, rows.label)
    several = pairs.leads > 1
    converted = pairs.weight[several & (pairs.label == 1.0)].sum()
    if min(pairs.weight[several].sum(), converted) < LEAST:
        return AccountRule()
    losses = [_loss(AccountRule(float(d)), pairs, probability, several) for d in _EXPONENTS]
    drawn = 0.5 * (np.log(_EXPONENTS) / _SPREAD) ** 2
    best = int(np.argmin(np.array(losses) + drawn))
    return AccountRule(round(float(_EXPONENTS[best]), 4), int(several.sum()))


def _loss(
    rule: AccountRule, pairs: AccountRows, probability: Floats, several: NDArray[np.bool_]
) -> float:
    """Return the least log loss over the factors of all hazards, an account counted once."""
    hazard = -np.log1p(-np.minimum(rule.of(probability, pairs.account).probability, _LARGEST))
    label, weight = pairs.label[several], pairs.weight[several]
    return min(
        float(weight @ log_losses(label=label, probability=-np.expm1(-factor * hazard[several])))
        for factor in _FACTORS
    )
