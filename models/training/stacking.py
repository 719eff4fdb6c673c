"""Weights that combine the margins of scorecard and trees.

Decided here: the weights are not negative, are fitted by log loss, and are shrunk to one half each.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.model.lead_model import Weights
from models.stats.log_odds import expit
from models.stats.training_set import Floats

_WEIGHT_PRECISION = 20.0


def stack(
    prior: Floats, trees: Floats, label: Floats, fold: NDArray[np.int64]
) -> tuple[Weights, Floats]:
    """Learn the weights of both margins, and compute the combined margin out of fold.

    Parameters
    ----------
    prior, trees, label
        Shape (rows,): the margin of the scorecard, that of the trees, the labels.
    fold
        Shape (rows,): fold of every row, by lead; -1 for rows that are left out.
    """
    margin = np.zeros(len(label))
    for k in range(int(fold.max()) + 1):
        held, used = fold == k, (fold != k) & (fold >= 0)
        weights = stacking_weights(prior[used], trees[used], label[used])
        margin[held] = weights.scorecard * prior[held] + weights.trees * trees[held] + weights.shift
    judged = fold >= 0
    return stacking_weights(prior[judged], trees[judged], label[judged]), margin


def stacking_weights(prior: Floats, trees: Floats, label: Floats) -> Weights:
    """Fit weights >= 0 by log loss, shrunk to one half each and no shift.

    Parameters
    ----------
    prior, trees, label
        Shape (rows,): the margin of the scorecard, that of the trees, the labels.
    """
    parts = np.column_stack([prior, trees, np.ones(len(label))])
    target = np.array([0.5, 0.5, 0.0])

    def loss(x: Floats) -> tuple[float, Floats]:
        margin = parts @ x
        gap = x - target
        total = np.sum(np.logaddexp(0.0, margin) - label * margin)
        total += 0.5 * _WEIGHT_PRECISION * np.sum(gap**2)
        return float(total), (expit(margin) - label) @ parts + _WEIGHT_PRECISION * gap

    bounds = [(0.0, None), (0.0, None), (None, None)]
    fitted = minimize(loss, target, jac=True, bounds=bounds).x
    return Weights(*(float(x) for x in fitted))
