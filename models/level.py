"""The level of today: by how much the newest rows lie above or below what a model says.

Decided here: one number is added to the margin, so no order changes. It is estimated from the
newest rows, held to zero by a weak prior (a standard deviation of one in log-odds), and used only
if it lowers their log loss by more than one standard error, rows of a lead taken together.
"""

from typing import Final

import numpy as np

from models import booster
from models.calibration import Calibration, expit
from models.split import latest
from models.training_set import Floats, TrainingSet

_STEPS: Final = 30
_PRIOR: Final = 1.0  # one over the variance of the shift


def shift(margin: Floats, label: Floats) -> float:
    """Estimate what is to be added to the margins: by log loss, shrunk to zero.

    >>> round(shift(np.zeros(4000), np.ones(4000) * 0.9), 2)
    2.19
    """
    found = 0.0
    for _ in range(_STEPS):
        rate = expit(margin + found)
        slope = float(np.sum(rate - label)) + _PRIOR * found
        step = slope / (float(np.sum(rate * (1.0 - rate))) + _PRIOR)
        found -= float(np.clip(step, -1.0, 1.0))
    return found


def levelled_losses(margin: Floats, label: Floats) -> Floats:
    """Give the log loss of every row with the margins at the level that suits them best."""
    return booster.log_losses(margin + shift(margin, label), label)


def newest(margin: Floats, rows: TrainingSet, share: float) -> Calibration:
    """Raise or lower probabilities to the level of the newest rows, if that is more than luck.

    Parameters
    ----------
    margin
        Shape (rows,): held-out margins.
    rows
        Their rows.
    share
        The part of the rows that is the newest.
    """
    later = latest(rows.cutoff, share)
    if not later.any():
        return Calibration()
    margin, label, lead = margin[later], rows.label[later], rows.lead[later]
    found = shift(margin, label)
    gain = booster.log_losses(margin, label) - booster.log_losses(margin + found, label)
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=gain)
    luck = np.sqrt(np.sum(by_lead**2))
    return Calibration("sigmoid", (1.0, found)) if gain.sum() > luck else Calibration()
