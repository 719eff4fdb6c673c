"""The calibration of a trained model, by held-out margins of several periods.

Decided here: shape and level are learned apart. The shape (slope, bend) is chosen on margins that
are shifted to fit each period best, because the base rate of one period says nothing of slopes; and
it has to gain in more than one period (`models.training.calibration_choice`). The level is that of
all held-out rows, moved to the newest of them if that gains more than chance: wholly where folds
were drawn; by half (`newest_rows.LASTS`) where they are periods or the rows are later than all
training rows, as what a base rate does in one period lasts in part only.
"""

import numpy as np
from numpy.typing import NDArray

from models.model.calibration import Calibration
from models.model.settings import TrainSettings
from models.stats.log_odds import logit
from models.stats.training_set import Floats, TrainingSet
from models.training import calibration_choice
from models.training.time import base_rate_shift
from models.training.time.newest_rows import LASTS
from models.training.time.period_folds import Folds

_SLICES = 4


def choose(
    margin: Floats,
    held: TrainingSet,
    folds: Folds,
    first: int,
    settings: TrainSettings,
    seed: int,
) -> Calibration:
    """Choose the calibration.

    Parameters
    ----------
    margin
        Shape (rows,): held-out margins.
    held
        Their rows.
    folds
        Their folds.
    first
        The first cutoff of the training rows; if all held-out rows are later, so is what they say.
    settings
        The kinds, and how many rows are the newest.
    seed
        Seed of the folds that judge the kinds.
    """
    if len(margin) == 0:
        return Calibration()
    share = settings.calibration.share
    if folds.periods:
        shape = _shape(folds.level(margin, held), held, folds.fold, settings, seed)
        level = LASTS * base_rate_shift.newest(_log_odds(shape, margin), held, share)
    elif held.cutoff.min() > first:
        best = margin + base_rate_shift.shift(margin, held.label)
        shape = _shape(best, held, _slices(held), settings, seed)
        level = LASTS * base_rate_shift.of_rows(_log_odds(shape, margin), held)
    else:
        shape = _shape(margin, held, None, settings, seed)
        if shape.kind != "none":
            return shape
        level = base_rate_shift.newest(margin, held, share)
    return shape if level == 0.0 else shape.moved(1.0, level)


def _shape(
    margin: Floats,
    held: TrainingSet,
    period: NDArray[np.int64] | None,
    settings: TrainSettings,
    seed: int,
) -> Calibration:
    return calibration_choice.choose(
        margin, held.label, (held.lead, period), settings.calibration, seed
    )


def _log_odds(shape: Calibration, margin: Floats) -> Floats:
    return margin if shape.kind == "none" else logit(shape.probability(margin))


def _slices(held: TrainingSet) -> NDArray[np.int64]:
    """Cut the rows into slices of time of about equal size, those of one cutoff together."""
    cuts = np.quantile(held.cutoff, np.arange(1, _SLICES) / _SLICES, method="lower")
    return np.searchsorted(np.unique(cuts), held.cutoff, side="left").astype(np.int64)
