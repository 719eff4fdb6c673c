"""What leaving columns out costs the order: how far the AUC within moments falls.

Decided here: log loss can fall while the order suffers, where few convert or the level outweighs
it; so the order is judged by itself. Only rows of one moment are compared: which moment converts
more often is not what a ranking of today's leads is for. Moments count by how much they tell.
"""

import numpy as np
from numpy.typing import NDArray

from models.stats import metrics
from models.stats.auc_error import auc_parts
from models.stats.training_set import Floats


def fall(
    label: Floats, moment: NDArray[np.int64], before: Floats, after: Floats
) -> tuple[float, float, Floats]:
    """Compute how far the AUC within moments falls from one margin to another.

    Parameters
    ----------
    label
        Shape (rows,): 1.0 if the row converted, else 0.0.
    moment
        Shape (rows,): a code of the moment.
    before, after
        Shape (rows,): the margins; a shift of a whole moment changes nothing.

    Returns
    -------
    The fall, summed over the moments, each by its weight (conversions x others / rows); in the same
    unit by how much the order before is better than none; and the part of every row in the error of
    the fall, shape (rows,), 0 for moments of one outcome.

    Examples
    --------
    >>> label, moment = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0, 0, 1, 1])
    >>> good, bad = np.array([1.0, 0.0, 9.0, 8.0]), np.array([1.0, 0.0, 8.0, 9.0])
    >>> fall(label, moment, good, bad)[:2]
    (0.5, 0.5)
    """
    total, gain, parts = 0.0, 0.0, np.zeros(len(label))
    for k in np.unique(moment).tolist():
        own = moment == k
        outcome = label[own]
        weight = float(outcome.sum() * (1.0 - outcome).sum() / len(outcome))
        if weight == 0.0:
            continue
        auc = [metrics.auc(label=outcome, probability=one[own]) for one in (before, after)]
        total += weight * (auc[0] - auc[1])
        gain += weight * (auc[0] - 0.5)
        parts[own] = weight * (auc_parts(outcome, before[own]) - auc_parts(outcome, after[own]))
    return total, gain, parts
