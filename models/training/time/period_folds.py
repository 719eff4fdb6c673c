"""Folds that are periods of time: each judged by a model of the other periods.

Decided here: with random folds by lead every row is judged by a model that knows other leads of the
same moment, so they praise what holds for that moment alone: too many trees, too weak a penalty.
Tomorrow's leads are of a moment that no row knows. So where leads are plenty, have a time order,
and live mostly within one period, a fold is a period: leads in the order of their first cutoff, cut
into as many parts of about equal size as there would be folds, those of one cutoff never apart.
Each fold is judged after the shift that fits it best (`base_rate_shift`): the base rate of a
period is not what a ranking is for.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.model.settings import TrainSettings
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training.time import base_rate_shift
from models.training.time.moments import level
from models.training.tree_growth import Losses, plain_losses

PLENTY: Final = 500
"""Converted leads, and others, from which on folds are periods."""
_A_PERIOD: Final = 50
_LEAST_PERIODS: Final = 3
"""A model of one of two periods knows half of the rows and one kind of time, so it errs in ways
that a model of both does not."""
_INSIDE: Final = 0.5
"""The least share of the rows that lie in the period of their lead."""


@dataclass(frozen=True)
class Folds:
    """The fold of every row, all rows of a lead in the same.

    Attributes
    ----------
    fold
        Shape (rows,).
    periods
        Whether the folds are periods of time, each judged after the shift that fits it best.
    """

    fold: NDArray[np.int64]
    periods: bool = False

    @property
    def count(self) -> int:
        """How many folds there are."""
        return int(self.fold.max(initial=-1)) + 1

    @property
    def losses(self) -> Losses:
        """How the margins of a fold are judged."""
        return base_rate_shift.levelled_losses if self.periods else plain_losses

    def take(self, rows: NDArray[np.integer]) -> "Folds":
        """Return the folds of some rows."""
        return Folds(self.fold[rows], self.periods)

    def last(self, count: int) -> NDArray[np.int64]:
        """Return the numbers of the last folds, the latest periods, from 0; -1 for the others."""
        return np.maximum(self.fold - (self.count - count), -1)

    def level(self, margin: Floats, rows: TrainingSet) -> Floats:
        """Return the margins as they are judged: shifted fold by fold if folds are periods.

        Parameters
        ----------
        margin
            Shape (rows,): held-out margins; NaN where none was computed.
        rows
            Their rows.
        """
        if not self.periods:
            return margin
        out, known = margin.copy(), ~np.isnan(margin)
        out[known] = level(margin[known], rows.label[known], self.fold[known])
        return out


def assign(rows: TrainingSet, settings: TrainSettings, seed: int) -> Folds:
    """Assign a fold to every row.

    Parameters
    ----------
    rows
        Training rows.
    settings
        How many folds.
    seed
        Seed of the draw, where folds are drawn.
    """
    fold = periods(rows, settings.folds)
    if fold is not None:
        return Folds(fold, periods=True)
    return Folds(folds_by_lead(rows.group, rows.label, settings.folds, seed))


def periods(rows: TrainingSet, most: int) -> NDArray[np.int64] | None:
    """Return the period of every row, that of its lead; None where folds are better drawn.

    Parameters
    ----------
    rows
        Training rows.
    most
        The most periods.
    """
    others = len(np.unique(rows.lead[rows.label == 0.0]))
    if not rows.has_time_order or min(rows.converted_leads, others) < PLENTY:
        return None
    first = _first_cutoff(rows)
    moments, moment, count = np.unique(first, return_inverse=True, return_counts=True)
    middle = (np.cumsum(count) - count / 2) / len(rows)
    part = np.minimum((middle * most).astype(np.int64), most - 1)
    period = np.unique(part, return_inverse=True)[1].astype(np.int64)
    fold = period[moment]
    at = np.searchsorted(moments, rows.cutoff, side="right") - 1
    inside = float(np.mean(period[at] == fold))
    folds = int(fold.max()) + 1
    fewest = min(
        int(np.bincount(fold[rows.label == label], minlength=folds).min()) for label in (0.0, 1.0)
    )
    many = folds >= _LEAST_PERIODS and fewest >= _A_PERIOD
    return fold if many and inside >= _INSIDE else None


def _first_cutoff(rows: TrainingSet) -> NDArray[np.int64]:
    """Return the first cutoff of the lead of every row."""
    _, lead = np.unique(rows.lead, return_inverse=True)
    first = np.full(int(lead.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, lead, rows.cutoff)
    return np.asarray(first[lead])
