"""The figures of a model where every lead counts once, however many snapshots it has.

Decided here: the snapshots of a lead share its weight, so a figure is that of a list on which every
lead stands at one moment, drawn at random among its own. They are for people who count leads.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.evaluation.comparisons import drawn_leads, interval
from models.stats.metrics import METRICS, Interval, ScoredRows
from models.stats.training_set import Floats

FIGURES: Final = ("auc", "lift_at_10", "capture_at_20")


def figures_by_lead(
    label: Floats,
    probability: Floats,
    lead: NDArray[np.int64],
    redraws: int = 200,
    seed: int = 0,
) -> Mapping[str, Interval]:
    """Compute each figure of `FIGURES` with its 95 % interval.

    Parameters
    ----------
    label, probability, lead
        Shape (rows,): 1 or 0, the probability, and a code of the lead.
    redraws
        Number of bootstrap redraws of the leads, with replacement.
    seed
        Of the draws.

    Examples
    --------
    One lead of many snapshots weighs as much as another of one.

    >>> label, probability = np.array([1.0, 1.0, 0.0, 1.0]), np.array([0.9, 0.8, 0.7, 0.1])
    >>> float(figures_by_lead(label, probability, np.array([1, 1, 2, 3]))["auc"].value)
    0.5
    """
    scored = ScoredRows(label=label, probability=probability)
    _, own, count = np.unique(lead, return_inverse=True, return_counts=True)
    once: Floats = 1.0 / count[own]
    redrawn = [
        [METRICS[name](scored, once * weight) for name in FIGURES]
        for weight in drawn_leads(lead, redraws, seed)
    ]
    values = np.array(redrawn, dtype=np.float64).reshape(redraws, len(FIGURES))
    return {
        name: interval(METRICS[name](scored, once), values[:, place])
        for place, name in enumerate(FIGURES)
    }
