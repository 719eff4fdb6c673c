"""Doubly robust effects of single rows, cross-fitted: nothing is judged by what it was fitted on.

Decided here: units are dealt into five folds. Outside of a fold the probability of a conversion is
fitted for either arm, and, where people chose whom to contact, the probability of a contact; inside
it each row gets

    psi = m1 - m0 + contacted (label - m1) / e - (1 - contacted) (label - m0) / (1 - e)

(Robins, Rotnitzky and Zhao 1994), whose mean is the effect whichever of the two is right. With a
known chance it is unbiased whatever the fits are; they only make it less noisy.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.contact.columns import ColumnBinning, binned
from models.contact.rows import Codes, ContactRows, Flags
from models.stats.training_set import Floats

FOLDS: Final = 5
LEAST_CHANCE: Final = 0.05
"""Where a contact was less likely than this, or more than one less it, there is no comparison."""
_PENALTY: Final = 10.0
_FEWEST: Final = 5


@dataclass(frozen=True)
class RowEffects:
    """What the cross-fit made of every row.

    Attributes
    ----------
    psi
        Shape (rows,): the doubly robust effect of the row; its mean is the mean effect.
    fold
        Shape (rows,): the fold of its unit.
    chance
        Shape (rows,): of a contact, known or estimated outside of the fold.
    without, with_contact
        Shape (rows,): the probability of a conversion of either arm.
    columns
        The bins, and `indicators` of the rows, shape (rows, indicators).
    outcome_columns
        Shape (rows, indicators + 1): the same and the log-odds of the ranking, where it is known.
    unit
        Shape (rows,): the code of what is independent.
    """

    psi: Floats
    fold: Codes
    chance: Floats
    without: Floats
    with_contact: Floats
    columns: ColumnBinning
    indicators: Floats
    outcome_columns: Floats
    unit: Codes

    @property
    def halfway(self) -> Floats:
        """Shape (rows,): the probability of a conversion halfway between both arms."""
        return np.asarray((self.without + self.with_contact) / 2.0)


def cross_fit(rows: ContactRows, seed: int = 0) -> RowEffects:
    """Fit and apply.

    Parameters
    ----------
    rows
        Matured rows.
    seed
        Of the folds.
    """
    columns = binned(rows.frame)
    indicators = columns.indicators(rows.frame)
    outcome_columns = with_ranking(indicators, rows.probability)
    fold = folds_of(rows.unit, seed)
    without, with_contact, chance = (np.empty(len(rows)) for _ in range(3))
    for one in range(FOLDS):
        inside, outside = fold == one, fold != one
        for arm, into in ((False, without), (True, with_contact)):
            learned = outside & (rows.contacted == arm)
            into[inside] = fitted(outcome_columns, rows.label, learned, inside)
        if rows.chance is None:
            contacted = rows.contacted.astype(np.float64)
            chance[inside] = fitted(indicators, contacted, outside, inside)
    chance = chance if rows.chance is None else rows.chance
    e = np.clip(chance, 1e-3, 1.0 - 1e-3)
    psi = with_contact - without
    psi = psi + np.where(rows.contacted, (rows.label - with_contact) / e, 0.0)
    psi = psi - np.where(rows.contacted, 0.0, (rows.label - without) / (1.0 - e))
    fits = psi, fold, chance, without, with_contact
    return RowEffects(*fits, columns, indicators, outcome_columns, rows.unit)


def with_ranking(indicators: Floats, probability: Floats | None) -> Floats:
    """Add the log-odds of the ranking as a column, where it is known.

    Parameters
    ----------
    indicators
        Shape (rows, indicators).
    probability
        Shape (rows,): of a conversion, as the ranking has it; None without one.
    """
    if probability is None:
        return indicators
    return np.column_stack([indicators, ranking_log_odds(probability)])


def ranking_log_odds(probability: Floats) -> Floats:
    """Return the log-odds of the ranking as fits have them, within 1 and 9999 in 10,000.

    Parameters
    ----------
    probability
        Shape (rows,): of a conversion, as the ranking has it.
    """
    p = np.clip(probability, 1e-4, 1.0 - 1e-4)
    return np.asarray(np.log(p / (1.0 - p)))


def folds_of(unit: Codes, seed: int) -> Codes:
    """Deal units into folds.

    Parameters
    ----------
    unit
        Shape (rows,): codes of units.
    seed
        Of the deal.
    """
    each, place = np.unique(unit, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(len(each)) % FOLDS
    return np.asarray(dealt[place], np.int64)


@dataclass(frozen=True)
class OutcomeModel:
    """The probability of a conversion as a logistic sum of indicators.

    Attributes
    ----------
    intercept
        Log-odds where every indicator is 0.
    coefficient
        Shape (indicators,); empty where there is nothing to learn from: all have the same.
    """

    intercept: float
    coefficient: Floats

    def probability(self, indicators: Floats) -> Floats:
        """Return the probability of each row: shape (rows,).

        Parameters
        ----------
        indicators
            Shape (rows, indicators).
        """
        margin = np.full(len(indicators), self.intercept)
        if len(self.coefficient):
            margin = margin + indicators @ self.coefficient
        return np.asarray(1.0 / (1.0 + np.exp(-margin)))


def outcome_model(indicators: Floats, label: Floats) -> OutcomeModel:
    """Fit a probability; a plain share with few conversions, or with few others.

    Parameters
    ----------
    indicators
        Shape (rows, indicators).
    label
        Shape (rows,): 1 or 0.
    """
    fewest = min(label.sum(), len(label) - label.sum())
    if fewest < _FEWEST or not indicators.shape[1]:
        share = (label.sum() + 0.5) / (len(label) + 1.0)
        return OutcomeModel(float(np.log(share / (1.0 - share))), np.zeros(0))
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - no server fits

    model = LogisticRegression(C=1.0 / _PENALTY, solver="newton-cholesky", tol=1e-5)
    model.fit(indicators, label)
    return OutcomeModel(float(model.intercept_[0]), np.asarray(model.coef_[0], np.float64))


def fitted(indicators: Floats, label: Floats, learned: Flags, wanted: Flags) -> Floats:
    """Fit a probability on some rows and return that of others.

    Parameters
    ----------
    indicators
        Shape (rows, indicators).
    label
        Shape (rows,): 1 or 0.
    learned, wanted
        Shape (rows,): which rows to learn from, and which to answer for.
    """
    return outcome_model(indicators[learned], label[learned]).probability(indicators[wanted])
