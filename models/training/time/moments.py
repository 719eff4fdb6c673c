"""Moments: stretches of time, each judged after the shift that fits it best.

Decided here: a moment is as short as `CONVERSIONS` allow. The base rate of a moment is not what a
ranking of its leads is for, so whatever is judged moment by moment takes no credit for it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.stats.training_set import Floats, TrainingSet
from models.training.time import base_rate_shift

CONVERSIONS: Final = 50
"""Conversions of a moment: as many as a period has at least."""


def moments(rows: TrainingSet) -> NDArray[np.int64]:
    """Return the moment of every row, by its cutoff: shape (rows,).

    Parameters
    ----------
    rows
        The rows.
    """
    count = max(1, rows.conversions // CONVERSIONS)
    cuts = np.quantile(rows.cutoff, np.arange(1, count) / count, method="lower")
    return np.searchsorted(np.unique(cuts), rows.cutoff, side="left").astype(np.int64)


def level(margin: Floats, label: Floats, moment: NDArray[np.int64]) -> Floats:
    """Shift margins so that they fit the rows best, moment by moment.

    Parameters
    ----------
    margin, label, moment
        Shape (rows,): the margins, the outcomes, and a code of the moment.
    """
    out = margin.copy()
    for k in np.unique(moment).tolist():
        own = moment == k
        out[own] += base_rate_shift.shift(margin[own], label[own])
    return out
