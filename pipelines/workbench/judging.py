"""A model on snapshots of a notebook: the input of `models.evaluation`, and of the leak checks."""

from typing import Final

import numpy as np
import pandas as pd

from features import build
from features.build import FeatureFrame
from features.catalog.catalog import Catalog
from features.errors import BadInput
from features.timeline import from_moments, to_moments
from models.artifact.artifact import Artifact
from models.evaluation.evaluation import Case
from models.stats.training_set import TrainingSet
from pipelines.run.stage_context import Job
from pipelines.stages import inspect_data
from pipelines.stages.evaluate import ages, audited
from pipelines.storage import frames, partitions
from pipelines.storage.accounts import account_codes

_KEYS: Final = ["lead_id", "cutoff"]


def rows_by(job: Job, rows: pd.DataFrame, catalog: Catalog) -> TrainingSet:
    """Build the features of some snapshots by a catalog.

    Parameters
    ----------
    job
        The parameters and places.
    rows
        `lead_id`, `cutoff` and `label` of the snapshots.
    catalog
        The wanted columns.
    """
    account = account_codes(job.places.tables, rows["lead_id"])
    place = job.places.features
    if frames.catalog(place).fingerprint == catalog.fingerprint:
        frame, label = frames.read_features(place)
        position = pd.MultiIndex.from_frame(frame.keys).get_indexer(
            pd.MultiIndex.from_frame(rows[_KEYS])
        )
        values = frame.values[position]  # noqa: PD011 - not a frame of pandas
        chosen = FeatureFrame(rows[_KEYS], values, frame.catalog)
        return TrainingSet.from_frame(chosen, label.to_numpy()[position], account)
    tables = partitions.read_all(job.places.tables)
    return TrainingSet.from_frame(build.build(tables, rows, catalog), rows["label"], account)


def case(job: Job, artifact: Artifact, learning: TrainingSet, test: pd.DataFrame) -> Case:
    """Return what is evaluated.

    Parameters
    ----------
    job
        The parameters and places.
    artifact
        The model.
    learning
        The rows that it was trained on.
    test
        `lead_id`, `cutoff` and `label` of the test rows.

    Raises
    ------
    BadInput
        If labels of the training reach into the test, or the test is of another target.
    """
    params = job.params
    _check(artifact, learning, test, job)
    return Case(
        model=artifact.model,
        catalog=artifact.catalog,
        learning=learning,
        test=rows_by(job, test, artifact.catalog),
        horizon_days=params.cohort.horizon_days,
        train=params.train,
        age_days=ages(job.places.tables, test[_KEYS]),
        plan=inspect_data.splits(job),
        audit=audited(job.places.tables, test[_KEYS]),
        reference=artifact.reference,
    )


def _check(artifact: Artifact, learning: TrainingSet, test: pd.DataFrame, job: Job) -> None:
    cohort = job.params.cohort
    own = {"outcome": cohort.outcome, "horizon_days": cohort.horizon_days}
    stated = {name: artifact.about.get(name, one) for name, one in own.items()}
    if stated != own:
        do = "take the snapshots of the target of the model"
        raise BadInput.of(f"a model of {stated}, and a test of {own}", "one target", do)
    until = int(learning.cutoff.max()) + job.params.split.embargo
    early = int((to_moments(test["cutoff"]) < until).sum())
    if early:
        day = f"{from_moments(np.array([until]))[0]:%Y-%m-%d}"
        raise BadInput.of(
            f"{early} of {len(test)} test rows before {day}, until when labels of training reach",
            "test cutoffs at or after it",
            "split with Snapshots.split()",
        )
