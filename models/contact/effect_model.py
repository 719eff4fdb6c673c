"""The effect of a contact as a sum: the mean effect, and one number a column.

Decided here: a contact moves log-odds, so a lead on the brink moves by more points than one that
hardly ever converts. The effect of a lead is v (a + what its columns add), where v = m (1 - m) and
m is its probability halfway between contacted and not. It is fitted by ridge regression of the
doubly robust effects on the bins times v (the DR-learner: Kennedy 2023, Electronic Journal of
Statistics 17), rows counting by the inverse of their expected variance. Every estimate is exactly v
times a sum over columns, in points of probability. The penalty is chosen by leave-one-out error, up
to "hardly any difference".

The range of an effect is that of the ridge's posterior: the penalty is the precision of a normal
prior on what a bin adds, so the range holds what shrinkage took away too (Wahba 1983; Nychka 1988:
it covers on average over leads). Rows of one unit count together.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.contact.cross_fit import FOLDS, RowEffects
from models.contact.rows import Codes, Flags
from models.contact.sums import clustered_mean
from models.stats.training_set import Floats

BETWEEN: Final = (0.002, 0.998)
"""The probabilities between which a contact has its room to move."""
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
    mean_error
        The standard error of `mean`.
    spread
        Shape (indicators, indicators): the posterior covariance of `coefficient`.
    """

    mean: float
    center: Floats
    coefficient: Floats
    column_of: Codes
    mean_error: float
    spread: Floats

    def effect(self, indicators: Floats, halfway: Floats) -> Floats:
        """Return the effect of each row, in shares: shape (rows,).

        Parameters
        ----------
        indicators
            Shape (rows, indicators).
        halfway
            Shape (rows,): the mean of the probabilities with a contact and without.
        """
        moved = self.mean + (indicators - self.center) @ self.coefficient
        return np.asarray(room(halfway) * moved)


def room(halfway: Floats) -> Floats:
    """Return by how many shares a unit of log-odds moves each row: shape (rows,)."""
    m = np.clip(halfway, *BETWEEN)
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
    x, v = rows.indicators[learned], room(rows.halfway[learned])
    root = v * np.sqrt(weights(rows)[learned])
    root = root / np.sqrt((root**2).mean())
    answer = rows.psi[learned] / v
    mean = float(np.average(answer, weights=root**2))
    center = np.average(x, axis=0, weights=root**2)
    design, aim = (x - center) * root[:, None], (answer - mean) * root
    unit = rows.unit[learned]
    if not x.shape[1]:
        error = clustered_mean(aim * root, unit).error
        return EffectModel(
            mean, center, np.zeros(0), rows.columns.column_of, error, np.zeros((0, 0))
        )
    from sklearn.linear_model import RidgeCV  # noqa: PLC0415 - no server fits

    chosen = RidgeCV(alphas=_PENALTIES, fit_intercept=False).fit(design, aim)
    rest = aim - design @ chosen.coef_
    error = clustered_mean(rest * root, unit).error
    together = error**2 * len(rest) / float((rest**2 * root**2).mean())
    precision = design.T @ design + float(chosen.alpha_) * np.eye(x.shape[1])
    spread = together * float((rest**2).mean()) * np.linalg.inv(precision)
    return EffectModel(
        mean, center, np.asarray(chosen.coef_), rows.columns.column_of, error, spread
    )


def out_of_fold(rows: RowEffects) -> Floats:
    """Return the effect of each row by a model that was not fitted on its fold: shape (rows,)."""
    effect = np.empty(len(rows.psi))
    for one in range(FOLDS):
        inside = rows.fold == one
        if inside.any():
            effect[inside] = _of(fit(rows, ~inside), rows, inside)
    return effect


def _of(model: EffectModel, rows: RowEffects, inside: Flags) -> Floats:
    return model.effect(rows.indicators[inside], rows.halfway[inside])


def weights(rows: RowEffects) -> Floats:
    """Return the inverse of the expected variance of each row's effect."""
    e = np.clip(rows.chance, 0.05, 0.95)
    one, none = (np.clip(m, *BETWEEN) for m in (rows.with_contact, rows.without))
    variance = one * (1.0 - one) / e + none * (1.0 - none) / (1.0 - e)
    return np.asarray(1.0 / np.maximum(variance, 0.1 * np.median(variance)))
