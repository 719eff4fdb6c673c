"""Command segments: which segment would earn a model of its own, on the test period.

Decided here: the question is that of `evaluate`, whose report holds the answer; here it is computed
alone. Nothing depends on the answer.
"""

from typing import Any

from models.artifact import artifact
from models.evaluation.groups.segments import own_models
from pipelines.reports.evaluation.payload import plain
from pipelines.run.stage_context import Job
from pipelines.stages import evaluate
from pipelines.storage.atomic import write_json


def run(job: Job) -> dict[str, Any]:
    """Judge every segment with enough conversions; write and return who would earn a model."""
    loaded = artifact.load(job.places.model)
    result = own_models(
        evaluate.case(job, loaded),
        job.params.segments,
        lambda what: job.tell(f"segments: {what}", 0, None),
    )
    facts = {
        "model": loaded.fingerprint,
        "asked": len(result.segments),
        "earned": [f"{one.attribute}={one.value}" for one in result.segments if one.earns],
        **plain(result),
    }
    write_json(job.places.segments, facts)
    return facts
