"""The effect of a contact as a sum: the mean effect, and one number a column.

Decided here: a contact moves log-odds, so a lead on the brink moves by more points than one that
hardly ever converts. The effect of a lead is v (a + what its columns add), where v = m (1 - m) and
m is its probability without a contact. It is fitted by ridge regression of the doubly robust
effects on the bins times v (the DR-learner: Kennedy 2023, Electronic Journal of Statistics 17),
rows counting by the inverse of their expected variance. Every estimate is exactly v times a sum
over columns, in points of probability. The penalty is chosen by leave-one-out error, up to "hardly
any difference".
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.linear_model import RidgeCV

from models.contact.cross_fit import FOLDS, RowEffects
from models.contact.rows import Codes, Flags
from models.stats.training_set import Floats

_PENALTIES: Final = np.geomspace(10.0, 1e5, 9)


@dataclass(frozen=True)
class EffectModel:
    """An additive model of effects.

    Attributes
    ----------
    mean
        The effect on the log-odds where every indicator has its mean.
    center, coefficient
        Shape (indicators,).
    column_of
        Shape (indicators,): the number of the column of each.
    """

    mean: float
    center: Floats
    coefficient: Floats
    column_of: Codes

    def contributions(self, indicators: Floats, without: Floats) -> Floats:
        """Return what each column adds: shape (rows, 1 + columns), the mean first.

        Parameters
        ----------
        indicators
            Shape (rows, indicators).
        without
            Shape (rows,): the probability without a contact.
        """
        each = (indicators - self.center) * self.coefficient
        columns = int(self.column_of.max(initial=-1)) + 1
        parts = [each[:, self.column_of == one].sum(axis=1) for one in range(columns)]
        whole = np.stack([np.full(len(indicators), self.mean), *parts], axis=1)
        return np.asarray(room(without)[:, None] * whole)

    def effect(self, indicators: Floats, without: Floats) -> Floats:
        """Return the effect of each row, in shares: the sum of its contributions.

        Parameters
        ----------
        indicators, without
            As in `contributions`.
        """
        return np.asarray(self.contributions(indicators, without).sum(axis=1))


def room(without: Floats) -> Floats:
    """Return by how many shares a unit of log-odds moves each row: shape (rows,)."""
    m = np.clip(without, 0.002, 0.998)
    return np.asarray(m * (1.0 - m))


def fit(rows: RowEffects, learned: Flags) -> EffectModel:
    """Fit the model on some rows.

    Parameters
    ----------
    rows
        The effects of single rows.
    learned
        Shape (rows,): which to learn from.
    """
    x, v = rows.indicators[learned], room(rows.without[learned])
    root = v * np.sqrt(weights(rows)[learned])
    root = root / np.sqrt((root**2).mean())
    answer = rows.psi[learned] / v
    mean = float(np.average(answer, weights=root**2))
    center = np.average(x, axis=0, weights=root**2)
    if not x.shape[1]:
        return EffectModel(mean, center, np.zeros(0), rows.columns.column_of)
    design, aim = (x - center) * root[:, None], (answer - mean) * root
    chosen = RidgeCV(alphas=_PENALTIES, fit_intercept=False).fit(design, aim)
    return EffectModel(mean, center, np.asarray(chosen.coef_), rows.columns.column_of)


def out_of_fold(rows: RowEffects) -> Floats:
    """Return the effect of each row by a model that was not fitted on its fold: shape (rows,)."""
    effect = np.empty(len(rows.psi))
    for one in range(FOLDS):
        inside = rows.fold == one
        if inside.any():
            effect[inside] = _of(fit(rows, ~inside), rows, inside)
    return effect


def _of(model: EffectModel, rows: RowEffects, inside: Flags) -> Floats:
    return model.effect(rows.indicators[inside], rows.without[inside])


def weights(rows: RowEffects) -> Floats:
    """Return the inverse of the expected variance of each row's effect."""
    e = np.clip(rows.chance, 0.05, 0.95)
    one, none = (np.clip(m, 0.002, 0.998) for m in (rows.with_contact, rows.without))
    variance = one * (1.0 - one) / e + none * (1.0 - none) / (1.0 - e)
    return np.asarray(1.0 / np.maximum(variance, 0.1 * np.median(variance)))
