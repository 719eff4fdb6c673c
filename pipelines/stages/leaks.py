"""Stage leaks: every leak check on the data and the features of the model.

Decided here: a failed check is reported, not raised. The command ends with an exit code of its own
and `promote` refuses the model, unless `promote.allow_leaks` names the check with a written reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from models.artifact import artifact
from models.evaluation.single_features import singles
from models.stats.training_set import TrainingSet
from pipelines.leaks.catalogue import CHECKS
from pipelines.leaks.check import CheckResult, LeakEvidence
from pipelines.run.stage_context import Job
from pipelines.stages.featurize import matured_split
from pipelines.storage import frames
from pipelines.storage.atomic import write_json
from pipelines.storage.lead_draw import LeadDraw, read_tables

PERFECT: Final = 1.0
"""In place of the model's AUC: `evaluate` reports whether a feature is as good as the model."""


def run(job: Job) -> dict[str, Any]:
    """Run the checks, write what they observed, and return a summary."""
    answers = check(evidence(job))
    fingerprint = artifact.read_fingerprint(job.places.model)
    write_json(
        job.places.leaks, {"model": fingerprint, "answers": [one.plain() for one in answers]}
    )
    return summary(answers, job.params.promote.allow_leaks)


def summary(answers: Sequence[CheckResult], allowed: Mapping[str, str]) -> dict[str, Any]:
    """Summarize the checks: `fail`, `allowed` and `warn` are there only if a check is.

    Parameters
    ----------
    answers
        The results of the checks.
    allowed
        Failed leak checks that are allowed: code -> the written reason.
    """
    kinds: dict[str, list[str]] = {"fail": [], "allowed": [], "warn": []}
    for one in answers:
        failed = one.verdict == "fail"
        kind = "allowed" if failed and allowed.get(one.code, "").strip() else str(one.verdict)
        if kind in kinds:
            kinds[kind].append(f"{one.code} {one.title} ({', '.join(one.names)})")
    named = {kind: "; ".join(texts) for kind, texts in kinds.items() if texts}
    return {"checks": len(answers), **named}


def check(material: LeakEvidence) -> list[CheckResult]:
    """Run every check."""
    return [one.answer(material) for one in CHECKS]


def evidence(job: Job) -> LeakEvidence:
    """Return what the checks examine."""
    places, params = job.places, job.params
    facts = frames.manifest(places.snapshots, "snapshot")
    _, split = matured_split(places.snapshots, params.split)
    frame, label = frames.read_features(places.features)
    whole = TrainingSet.from_frame(frame, label)
    return LeakEvidence(
        tables=read_tables(places.tables, LeadDraw.stated(facts)),
        rows=frame.keys.assign(label=label.to_numpy()),
        learning=split.learning,
        test=split.test,
        outcome=params.cohort.outcome,
        repeat=params.cohort.repeat,
        frame=frame,
        singles=singles(
            whole.take(np.sort(split.learning)),
            whole.take(split.test),
            frame.catalog.features,
            PERFECT,
        ),
    )
