"""The shift of the base rate: how far the newest rows lie above or below the model's predictions.

Decided here: one number is added to the margin, so no order changes. It is estimated from the
newest rows and shrunk to zero by how much a base rate moves from one horizon to the next
(`models.model.interval.PERIOD`); rows that repeat each other count as one. It is used only if it
lowers their log loss by more than one standard error, rows of a lead taken together.
"""

from typing import Final

import numpy as np

from models.model.interval import PERIOD
from models.stats.log_odds import design_effect, expit
from models.stats.metrics import margin_log_losses
from models.stats.splits import latest
from models.stats.training_set import Floats, TrainingSet

_STEPS: Final = 30
_WEAK: Final = 1.0


def shift(margin: Floats, label: Floats, precision: float = _WEAK) -> float:
    """Estimate what to add to the margins: by log loss, shrunk to zero.

    Parameters
    ----------
    margin, label
        Shape (rows,).
    precision
        One over the variance that the shift is expected to have, in independent rows.

    >>> round(shift(np.zeros(4000), np.ones(4000) * 0.9), 2)
    2.19
    """
    total = 0.0
    for _ in range(_STEPS):
        rate = expit(margin + total)
        slope = float(np.sum(rate - label)) + precision * total
        step = slope / (float(np.sum(rate * (1.0 - rate))) + precision)
        total -= float(np.clip(step, -1.0, 1.0))
    return total


def levelled_losses(margin: Floats, label: Floats) -> Floats:
    """Compute the log loss of every row after the margins are shifted to fit the rows best.

    Parameters
    ----------
    margin, label
        Shape (rows,).
    """
    return margin_log_losses(label=label, margin=margin + shift(margin, label))


def newest(margin: Floats, rows: TrainingSet, share: float) -> float:
    """Estimate the shift to the base rate of the newest rows; 0 if it gains no more than chance.

    Parameters
    ----------
    margin
        Shape (rows,): held-out margins.
    rows
        The rows of the margins.
    share
        The part of the rows that is the newest.
    """
    later = latest(rows.cutoff, share)
    return of_rows(margin[later], rows.take(later)) if later.any() else 0.0


def of_rows(margin: Floats, rows: TrainingSet) -> float:
    """Estimate the shift to the base rate of some rows; 0 if it gains no more than chance.

    Parameters
    ----------
    margin
        Shape (rows,): held-out margins.
    rows
        The rows of the margins.
    """
    label, lead = rows.label, rows.lead
    repeated = design_effect(label - expit(margin), lead)
    moved = shift(margin, label, repeated / PERIOD**2)
    gain = margin_log_losses(label=label, margin=margin) - margin_log_losses(
        label=label, margin=margin + moved
    )
    by_lead = np.bincount(np.unique(lead, return_inverse=True)[1], weights=gain)
    deviation = np.sqrt(np.sum(by_lead**2))
    return moved if gain.sum() > deviation else 0.0
