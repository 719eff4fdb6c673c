"""The split of rows into training, calibration and test.

Decided here: rows are split by cutoff, never at random. Between the last training cutoff and the
first test cutoff lies the embargo, at least the horizon, so that no training label was decided
inside the test period:

    last training cutoff + embargo <= first test cutoff

With a horizon of 90 days and a first test cutoff of 2026-04-01, a snapshot of 2026-01-01 may be
used for training (its horizon ends on 2026-04-01) and one of 2026-01-15 is left out. Calibration
has the latest of the rows before the embargo. Within the training rows, folds go by group: all
snapshots of a lead, and all leads of an account, share a fold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import NotEnoughEvidence
from features.timeline import DAY, Moments
from models.stats.settings import SplitSettings
from models.stats.training_set import Rows, TrainingSet


@dataclass(frozen=True)
class Split:
    """Positions of rows: `train`, then `calibration`, the embargo, then `test`; disjoint.

    Attributes
    ----------
    train, calibration, test
        Ascending positions in the rows that were split.
    """

    train: Rows
    calibration: Rows
    test: Rows

    @property
    def learning(self) -> Rows:
        """Everything before the embargo: the rows of `models.training.fit_model.fit`."""
        return np.sort(np.concatenate([self.train, self.calibration]))


def split_by_cutoff(rows: TrainingSet | Moments, settings: SplitSettings) -> Split:
    """Split rows by their cutoffs, with the embargo before the test.

    >>> days = np.arange(10) * DAY
    >>> split = split_by_cutoff(days, SplitSettings(horizon_days=2, test_share=0.3))
    >>> split.train, split.calibration, split.test
    (array([0, 1, 2, 3]), array([4, 5]), array([7, 8, 9]))

    Parameters
    ----------
    rows
        A training set, or the cutoffs alone.
    settings
        How to split.

    Raises
    ------
    NotEnoughEvidence
        If training or test would be empty.
    """
    cutoff = rows.cutoff if isinstance(rows, TrainingSet) else np.asarray(rows, dtype=np.int64)
    test_from = _test_from(cutoff, settings)
    learning = np.flatnonzero(cutoff + settings.embargo <= test_from)
    test = np.flatnonzero(cutoff >= test_from)
    if len(learning) == 0 or len(test) == 0:
        raise NotEnoughEvidence.of(
            f"{len(learning)} training and {len(test)} test snapshots among {len(cutoff)}",
            f"some of each, {settings.embargo / DAY:g} days apart",
            "bring a longer history, shorten horizon_days or move the test",
        )
    later = latest(cutoff[learning], settings.calibration_share)
    return Split(learning[~later], learning[later], test)


def _test_from(cutoff: Moments, settings: SplitSettings) -> int:
    if settings.test_from is not None or len(cutoff) == 0:
        return settings.test_from or 0
    first, last = int(cutoff.min()), int(cutoff.max())
    wanted = last - round((last - first) * settings.test_share)
    return int(cutoff[cutoff >= wanted].min())


def latest(cutoff: Moments, share: float) -> NDArray[np.bool_]:
    """Mark the latest rows, about a share of them; rows of one cutoff are never separated.

    >>> latest(np.array([1, 2, 3, 4]), 0.25)
    array([False, False, False,  True])

    Parameters
    ----------
    cutoff
        Shape (rows,): microseconds.
    share
        The share of the rows, in (0, 1).
    """
    if len(cutoff) == 0:
        return np.zeros(0, dtype=np.bool_)
    border = np.quantile(cutoff, 1.0 - share, method="lower")
    later: NDArray[np.bool_] = cutoff > border
    return later


def folds_by_lead(
    lead: NDArray[np.int64], label: NDArray[np.float64], n_folds: int, seed: int
) -> NDArray[np.int64]:
    """Assign a fold to every row, all rows of a lead to the same: shape (rows,).

    Leads that ever convert are distributed evenly, and so are the others; the order is drawn.

    >>> folds_by_lead(np.array([7, 7, 8, 9]), np.array([0.0, 1.0, 0.0, 0.0]), 2, seed=0)
    array([0, 0, 0, 1])

    Parameters
    ----------
    lead, label
        Shape (rows,): a code of the lead of each row; the labels.
    n_folds
        How many folds.
    seed
        Seed of the draw.
    """
    codes, position = np.unique(lead, return_inverse=True)
    converts = np.zeros(len(codes), dtype=np.bool_)
    np.logical_or.at(converts, position, label == 1.0)
    drawn = np.random.default_rng(seed).permutation(len(codes))
    order = drawn[np.argsort(~converts[drawn], kind="stable")]
    fold = np.empty(len(codes), dtype=np.int64)
    fold[order] = np.arange(len(codes)) % n_folds
    return fold[position]
