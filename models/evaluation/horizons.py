"""The conversion curve on the test: the probabilities of every horizon against what was observed.

Decided here: a horizon is judged on the test rows that were observed for so long, so longer ones
have fewer rows; nothing is said of a horizon that none was observed for.
"""

from dataclasses import dataclass

import numpy as np

from models.model.lead_model import LeadModel
from models.stats.follow_up import ObservedRows
from models.stats.metrics import log_losses
from models.stats.training_set import Floats


@dataclass(frozen=True)
class HorizonFigures:
    """How the probabilities of one horizon did.

    Attributes
    ----------
    horizon_days
        The horizon.
    rows, conversions
        The test rows that were observed for so long, and how many of them converted within it.
    converted
        The share that converted.
    mean_probability, mean_low, mean_high
        The mean probability, and the means of the ends of the intervals.
    log_loss
        Of the probabilities.
    level_log_loss
        Of the share that converted, given to every row.
    """

    horizon_days: float
    rows: int
    conversions: int
    converted: float
    mean_probability: float
    mean_low: float
    mean_high: float
    log_loss: float
    level_log_loss: float


def judge(model: LeadModel, test: ObservedRows) -> tuple[HorizonFigures, ...]:
    """Compute the figures of every horizon that the model states; none without a curve.

    Parameters
    ----------
    model
        The model.
    test
        The test rows, with all that was observed of them.
    """
    if model.curve is None:
        return ()
    probability = model.probability(test.rows.values)
    low, high, _ = model.interval.of(probability)
    stated = model.curve.stated(probability, (low, high))
    figures = []
    for place, days in enumerate(model.curve.horizons):
        observed = test.follow_up.observed_days >= days
        if observed.any():
            label = (test.follow_up.days[observed] < days).astype(np.float64)
            figures.append(_figures(days, label, stated[observed, :, place]))
    return tuple(figures)


def _figures(days: float, label: Floats, stated: Floats) -> HorizonFigures:
    share = np.full(len(label), label.mean())
    middle, low, high = stated.mean(axis=0).tolist()
    return HorizonFigures(
        horizon_days=days,
        rows=len(label),
        conversions=int(label.sum()),
        converted=float(label.mean()),
        mean_probability=middle,
        mean_low=low,
        mean_high=high,
        log_loss=float(log_losses(label=label, probability=stated[:, 0]).mean()),
        level_log_loss=float(log_losses(label=label, probability=share).mean()),
    )
