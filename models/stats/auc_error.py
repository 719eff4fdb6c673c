"""The error of an AUC: the part of every row in it, as DeLong has it.

Decided here: parts, not a variance, so that whoever asks can add up the rows of a lead, and the
difference of two scores on the same rows, before squaring.
"""

import numpy as np
from scipy.stats import rankdata

from models.stats.training_set import Floats


def auc_parts(label: Floats, score: Floats) -> Floats:
    """Compute the part of every row in the error of the AUC: shape (rows,), of mean zero.

    Parameters
    ----------
    label
        Shape (rows,): 1.0 or 0.0, both at least once.
    score
        Shape (rows,): what orders the rows; ties count half.

    Examples
    --------
    >>> auc_parts(np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.8, 0.3, 0.1])).round(3)
    array([ 0.125, -0.125, -0.125,  0.125])
    """
    converted = label == 1.0
    among_all = rankdata(score)
    hits, misses = int(converted.sum()), int((~converted).sum())
    below = (among_all[converted] - rankdata(score[converted])) / misses
    above = 1.0 - (among_all[~converted] - rankdata(score[~converted])) / hits
    out = np.empty(len(label))
    out[converted] = (below - below.mean()) / hits
    out[~converted] = (above - above.mean()) / misses
    return out
