"""The rows that teach when leads convert, and the newest rows, whose horizon is not over.

Decided here: nothing that happened at or after the first cutoff of the test teaches. Up to that
moment everything is known: how long a conversion took, and what became so far of the snapshots of
the embargo, which are too young for a label.
"""

from typing import Final

import numpy as np
import pandas as pd

from features.timeline import Moments, to_moments
from models.stats.follow_up import FollowUp, ObservedRows
from models.stats.splits import split_by_cutoff
from models.stats.training_set import Floats, Rows, TrainingSet
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import observed_until
from pipelines.storage import frames

_DAYS: Final = ("converted_after_days", "conversion_known_after_days")


def observed_rows(job: Job, learning: TrainingSet) -> tuple[ObservedRows, ObservedRows, int]:
    """Return the training rows and the newest rows, observed up to the test, and that moment.

    Parameters
    ----------
    job
        The parameters and places.
    learning
        The training rows, in stored order.
    """
    cutoff, days = _matured(job)
    split = split_by_cutoff(cutoff, job.params.split)
    until = int(cutoff[split.test].min())
    young: Rows = np.flatnonzero((cutoff > cutoff[split.learning].max()) & (cutoff < until))
    newest = learning.take(young[:0])
    if len(young):
        newest = TrainingSet.from_frame(*frames.read_features(job.places.features, young))
    known = [FollowUp.until(until, cutoff[rows], *days[rows].T) for rows in (split.learning, young)]
    return ObservedRows(learning, known[0]), ObservedRows(newest, known[1]), until


def observed_test(job: Job, test: TrainingSet) -> ObservedRows:
    """Return the test rows with all that was observed of them.

    Parameters
    ----------
    job
        The parameters and places.
    test
        The test rows, in stored order.
    """
    cutoff, days = _matured(job)
    rows = split_by_cutoff(cutoff, job.params.split).test
    until = to_moments(pd.Series([observed_until(job.places.tables)]))[0]
    return ObservedRows(test, FollowUp.until(int(until), cutoff[rows], days[rows, 0]))


def _matured(job: Job) -> tuple[Moments, Floats]:
    """Read the cutoffs of all matured snapshots, and their days until a conversion, until known."""
    columns = ["cutoff", "label", *_DAYS]
    stored = frames.read_snapshots(job.places.snapshots, columns)
    stored = stored[stored["label"].notna()]
    return to_moments(stored["cutoff"]), stored[list(_DAYS)].to_numpy()
