"""Stage leaks: every leak check on the data and the features of the model.

Decided here: a failed check is reported, not raised; it is `promote` that stops.
"""

from typing import Any, Final

import numpy as np

from models.artifact import artifact
from models.evaluation.single_features import singles
from models.stats.training_set import TrainingSet
from pipelines.leaks.catalogue import CHECKS
from pipelines.leaks.check import CheckResult, LeakEvidence
from pipelines.run.stage_context import Job
from pipelines.stages.featurize import matured_split
from pipelines.storage import frames, partitions
from pipelines.storage.atomic import write_json

PERFECT: Final = 1.0
"""In place of the model's AUC: `evaluate` reports whether a feature is as good as the model."""


def run(job: Job) -> dict[str, Any]:
    """Run the checks, write what they observed, and return a summary."""
    answers = check(evidence(job))
    fingerprint = artifact.read_fingerprint(job.places.model)
    write_json(
        job.places.leaks, {"model": fingerprint, "answers": [one.plain() for one in answers]}
    )
    summary: dict[str, Any] = {"checks": len(answers)}
    for verdict in ("fail", "warn"):
        named = [
            f"{one.code} {one.title} ({', '.join(one.names)})"
            for one in answers
            if one.verdict == verdict
        ]
        summary |= {verdict: "; ".join(named)} if named else {}
    return summary


def check(material: LeakEvidence) -> list[CheckResult]:
    """Run every check."""
    return [one.answer(material) for one in CHECKS]


def evidence(job: Job) -> LeakEvidence:
    """Return what the checks examine."""
    places, params = job.places, job.params
    _, split = matured_split(places.snapshots, params.split)
    frame, label = frames.read_features(places.features)
    learning, learned = frames.read_features(places.features, np.sort(split.learning))
    test, tested = frames.read_features(places.features, split.test)
    return LeakEvidence(
        tables=partitions.read_all(places.tables),
        rows=frame.keys.assign(label=label.to_numpy()),
        learning=split.learning,
        test=split.test,
        outcome=params.cohort.outcome,
        frame=frame,
        singles=singles(
            TrainingSet.from_frame(learning, learned),
            TrainingSet.from_frame(test, tested),
            frame.catalog.features,
            PERFECT,
        ),
    )
