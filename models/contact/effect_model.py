"""The effect of a contact as a sum: the mean effect, and one number a column.

Decided here: a ridge regression of the doubly robust effects on the bins (the DR-learner: Kennedy
2023, Electronic Journal of Statistics 17), so that every estimate is exactly the mean plus the
contributions of its columns. Rows count by the inverse of their expected variance, as a lead that
hardly ever converts says little by chance and much by effort. The penalty is chosen by leave-one-out
error among steps that include "no difference at all".
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.linear_model import Ridge, RidgeCV

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
        The effect where every indicator has its mean.
    center, coefficient
        Shape (indicators,).
    column_of
        Shape (indicators,): the number of the column of each.
    """

    mean: float
    center: Floats
    coefficient: Floats
    column_of: Codes

    def contributions(self, indicators: Floats) -> Floats:
        """Return what each column adds: shape (rows, columns); with `mean` it sums to the effect.

        Parameters
        ----------
        indicators
            Shape (rows, indicators).
        """
        each = (indicators - self.center) * self.coefficient
        columns = int(self.column_of.max(initial=-1)) + 1
        return np.stack([each[:, self.column_of == one].sum(axis=1) for one in range(columns)], 1)

    def effect(self, indicators: Floats) -> Floats:
        """Return the effect of each row.

        Parameters
        ----------
        indicators
            Shape (rows, indicators).
        """
        return np.asarray(self.mean + (indicators - self.center) @ self.coefficient)


def fit(rows: RowEffects, learned: Flags) -> EffectModel:
    """Fit the model on some rows.

    Parameters
    ----------
    rows
        The effects of single rows.
    learned
        Shape (rows,): which to learn from.
    """
    x, psi = rows.indicators[learned], rows.psi[learned]
    weight = weights(rows)[learned]
    weight = weight / weight.mean()
    center = np.average(x, axis=0, weights=weight)
    mean = float(np.average(psi, weights=weight))
    if not x.shape[1]:
        return EffectModel(float(psi.mean()), center, np.zeros(0), rows.columns.column_of)
    root = np.sqrt(weight)
    design, answer = (x - center) * root[:, None], (psi - mean) * root
    chosen = RidgeCV(alphas=_PENALTIES, fit_intercept=False).fit(design, answer)
    coefficient = Ridge(alpha=chosen.alpha_, fit_intercept=False).fit(design, answer).coef_
    # The mean effect of all rows is that of the plain mean: weights only tell rows apart.
    moved = float(psi.mean() - mean - ((x - center) @ coefficient).mean())
    return EffectModel(mean + moved, center, coefficient, rows.columns.column_of)


def out_of_fold(rows: RowEffects) -> Floats:
    """Return the effect of each row by a model that was not fitted on its fold: shape (rows,)."""
    effect = np.empty(len(rows.psi))
    for one in range(FOLDS):
        inside = rows.fold == one
        if inside.any():
            effect[inside] = fit(rows, ~inside).effect(rows.indicators[inside])
    return effect


def weights(rows: RowEffects) -> Floats:
    """Return the inverse of the expected variance of each row's effect."""
    e = np.clip(rows.chance, 0.05, 0.95)
    one, none = (np.clip(m, 0.002, 0.998) for m in (rows.with_contact, rows.without))
    variance = one * (1.0 - one) / e + none * (1.0 - none) / (1.0 - e)
    return np.asarray(1.0 / np.maximum(variance, 0.1 * np.median(variance)))
