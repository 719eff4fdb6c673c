"""The level of today: by how much the newest rows lie above or below what a model says.

Decided here: one number is added to the margin, so no order changes. It is estimated from the
newest rows, held to zero by what a base rate is known to move by from one horizon to the next
(`models.model.interval.PERIOD`), rows that repeat each other counting as one, and used only if it
lowers their log loss by more than one standard error, rows of a lead taken together.
"""

from typing import Final

import numpy as np

from models.model import booster
from models.model.calibration import Calibration
from models.model.interval import PERIOD
from models.stats.log_odds import design_effect, expit
from models.stats.splits import latest
from models.stats.training_set import Floats, TrainingSet

_STEPS: Final = 30
_WEAK: Final = 1.0


def shift(margin: Floats, label: Floats, precision: float = _WEAK) -> float:
    """Estimate what is to be added to the margins: by log loss, shrunk to zero.

    Parameters
    ----------
    margin, label
        Shape (rows,).
    precision
        One over the variance that the shift is expected to have, in rows that tell something new.

    >>> round(shift(np.zeros(4000), np.ones(4000) * 0.9), 2)
    2.19
    """
    found = 0.0
    for _ in range(_STEPS):
        rate = expit(margin + found)
        slope = float(np.sum(rate - label)) + precision * found
        step = slope / (float(np.sum(rate * (1.0 - rate))) + precision)
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
    repeated = design_effect(label - expit(margin), lead)
    found = shift(margin, label, repeated / PERIOD**2)
    gain = booster.log_losses(margin, label) - booster.log_losses(margin + found, label)
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=gain)
    luck = np.sqrt(np.sum(by_lead**2))
    return Calibration("sigmoid", (1.0, found)) if gain.sum() > luck else Calibration()
