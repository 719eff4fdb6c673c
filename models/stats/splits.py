"""Which rows teach, which calibrate, which judge.

Decided here: rows are split by cutoff, never at random. Between the last training cutoff and the
first test cutoff lies the embargo, at least the horizon, so that no training label was decided
inside the test period:

    last training cutoff + embargo <= first test cutoff

With a horizon of 90 days and a first test cutoff of 2026-04-01, a snapshot of 2026-01-01 may teach
(its horizon ends on 2026-04-01) and one of 2026-01-15 is left out. Calibration has the latest of
the rows before the test. Within the training rows, folds go by lead: all snapshots of a lead share
a fold.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import BadParams, Fault, NotEnoughEvidence
from features.timeline import DAY, Moments
from models.stats.training_set import Rows, TrainingSet


@dataclass(frozen=True)
class SplitSettings:
    """How the rows are split.

    Attributes
    ----------
    horizon_days
        The look-ahead span of the label.
    embargo_days
        Gap between training and test; missing means the horizon. Less than it is refused.
    test_share
        The part of the span of cutoffs, its last, that is the test.
    test_from
        The first test cutoff in microseconds UTC; overrides `test_share`.
    calibration_share
        The part of the training rows, the latest, that calibration is chosen on.
    """

    horizon_days: float = 90.0
    embargo_days: float | None = None
    test_share: float = 0.25
    test_from: int | None = None
    calibration_share: float = 0.25

    def __post_init__(self) -> None:
        """Refuse an embargo that lets training labels reach into the test."""
        faults = []
        if self.embargo_days is not None and self.embargo_days < self.horizon_days:
            found = f"embargo_days: {self.embargo_days}"
            wanted = f"at least horizon_days, {self.horizon_days}"
            faults.append(Fault(found, wanted, "lengthen the embargo or leave it out"))
        for name, share in (("test", self.test_share), ("calibration", self.calibration_share)):
            if not 0.0 < share < 1.0:
                found = f"{name}_share: {share}"
                faults.append(Fault(found, "a share between 0 and 1", "correct params.yaml"))
        if faults:
            raise BadParams(faults)

    @property
    def embargo(self) -> int:
        """The embargo in microseconds."""
        days = self.horizon_days if self.embargo_days is None else self.embargo_days
        return round(days * DAY)


@dataclass(frozen=True)
class Split:
    """Positions of rows: `train`, then `calibration`, the embargo, then `test`; disjoint."""

    train: Rows
    calibration: Rows
    test: Rows

    @property
    def learning(self) -> Rows:
        """Everything before the embargo: what `training.fit` is given."""
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
        When training or test would be empty.
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
    """Mark the latest rows, about a share of them; rows of one cutoff are never parted.

    >>> latest(np.array([1, 2, 3, 4]), 0.25)
    array([False, False, False,  True])
    """
    if len(cutoff) == 0:
        return np.zeros(0, dtype=np.bool_)
    border = np.quantile(cutoff, 1.0 - share, method="lower")
    later: NDArray[np.bool_] = cutoff > border
    return later


def folds_by_lead(
    lead: NDArray[np.int64], label: NDArray[np.float64], n_folds: int, seed: int
) -> NDArray[np.int64]:
    """Give every row a fold number so that a lead lies in one fold.

    Leads that ever convert are dealt out evenly, and so are the others; the order is drawn.

    >>> folds_by_lead(np.array([7, 7, 8, 9]), np.array([0.0, 1.0, 0.0, 0.0]), 2, seed=0)
    array([0, 0, 0, 1])

    Parameters
    ----------
    lead, label
        Shape (rows,).
    n_folds
        How many folds.
    seed
        Of the draw.
    """
    codes, position = np.unique(lead, return_inverse=True)
    converts = np.zeros(len(codes), dtype=np.bool_)
    np.logical_or.at(converts, position, label == 1.0)
    drawn = np.random.default_rng(seed).permutation(len(codes))
    order = drawn[np.argsort(~converts[drawn], kind="stable")]
    fold = np.empty(len(codes), dtype=np.int64)
    fold[order] = np.arange(len(codes)) % n_folds
    return fold[position]
