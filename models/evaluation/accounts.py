"""The probabilities of accounts on the test, against what was observed.

Decided here: judged are accounts with several open leads at a cutoff, because the others have the
probability of their lead. Beside the rule stand the two ends between which it lies: leads that
convert independently of each other, and the most probable lead alone.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.model.account_rule import AccountRule
from models.stats.metrics import log_losses
from models.stats.training_set import Floats, TrainingSet
from models.training.account_dependence import AccountRows

_PARTS = 5
_ROUNDS = 400


@dataclass(frozen=True)
class AccountPart:
    """Accounts of similar probability: how many, their mean probability, the share converted."""

    pairs: int
    mean_probability: float
    converted: float


@dataclass(frozen=True)
class AccountFigures:
    """How the probabilities of accounts did.

    Attributes
    ----------
    dependence
        Of the rule.
    pairs, accounts, leads
        Pairs of account and cutoff that were judged, their accounts, and their rows.
    converted
        The share of the pairs of which a lead converted.
    converted_low, converted_high
        Its 95 % interval, by redrawing accounts.
    mean_probability
        The mean of the probabilities.
    log_loss, independent_log_loss, most_probable_log_loss
        Of the rule, of independent leads, of the most probable lead alone.
    parts
        Fifths of the pairs by probability, ascending.
    """

    dependence: float
    pairs: int
    accounts: int
    leads: int
    converted: float
    converted_low: float
    converted_high: float
    mean_probability: float
    log_loss: float
    independent_log_loss: float
    most_probable_log_loss: float
    parts: tuple[AccountPart, ...]


def judge(
    rule: AccountRule | None, test: TrainingSet, probability: Floats
) -> AccountFigures | None:
    """Compute the figures; None without accounts of several leads, or without a rule.

    Parameters
    ----------
    rule
        Of the model.
    test
        The test rows, with their accounts.
    probability
        Shape (rows,): of each lead.
    """
    if rule is None or test.account is None:
        return None
    pairs = AccountRows(test.account, test.cutoff, test.label)
    several = pairs.leads > 1
    if not several.any():
        return None
    label, of = pairs.label[several], pairs.of[several]
    stated = rule.of(probability, pairs.account).probability[several]
    independent = AccountRule().of(probability, pairs.account).probability[several]
    best = np.zeros(len(several))
    np.maximum.at(best, pairs.account, probability)
    low, high = _interval(label, of)
    ours, apart, alone = (
        float(log_losses(label=label, probability=one).mean())
        for one in (stated, independent, best[several])
    )
    return AccountFigures(
        rule.dependence,
        len(label),
        len(np.unique(of)),
        int(pairs.leads[several].sum()),
        float(label.mean()),
        low,
        high,
        float(stated.mean()),
        ours,
        apart,
        alone,
        _parts(stated, label),
    )


def _interval(label: Floats, of: NDArray[np.int64]) -> tuple[float, float]:
    """Redraw accounts: the 2.5th and 97.5th percentile of the share that converted."""
    position = np.unique(of, return_inverse=True)[1]
    rows, won = np.bincount(position), np.bincount(position, weights=label)
    draw = np.random.default_rng(0).integers(0, len(rows), (_ROUNDS, len(rows)))
    low, high = np.quantile(won[draw].sum(axis=1) / rows[draw].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)


def _parts(probability: Floats, label: Floats) -> tuple[AccountPart, ...]:
    order = np.argsort(probability, kind="stable")
    return tuple(
        AccountPart(len(part), float(probability[part].mean()), float(label[part].mean()))
        for part in np.array_split(order, _PARTS)
        if len(part)
    )
