"""Command segments: which segment would earn a model of its own, on the test period.

Decided here: the model of the workspace is asked about the rows of its own evaluation. Salespeople
are not compared: owners of leads are no segment. Nothing depends on the answer; it is a report.
"""

from dataclasses import asdict
from typing import Any

import numpy as np

from features.reserved import OWNER
from models import artifact, segment_models
from models.artifact import Artifact
from models.evaluation_catalog import segments
from models.segment_models import Case, Judged, Values
from models.training_set import TrainingSet
from pipelines import evaluate
from pipelines.atomic import write_json
from pipelines.job import Job


def run(job: Job) -> dict[str, Any]:
    """Judge every segment with enough conversions; write and tell who would earn a model."""
    loaded = artifact.load(job.places.model)
    rows = evaluate.case(job, loaded)
    told = segment_models.judge(
        case(loaded, rows.learning, rows.test),
        job.params.train,
        job.params.segments,
        lambda what: job.tell(f"segments: {what}", 0, None),
    )
    earned = [one for one in told if one.earns]
    facts = {
        "model": loaded.fingerprint,
        "settings": asdict(job.params.segments),
        "asked": len(told),
        "earned": [f"{one.attribute}={one.value}" for one in earned],
        "segments": [plain(one) for one in told],
    }
    write_json(job.places.segments, facts)
    return facts


def case(loaded: Artifact, learning: TrainingSet, test: TrainingSet) -> Case:
    """Put together what is judged."""

    def of(rows: TrainingSet) -> Values:
        found = segments(loaded.catalog, rows.values)
        return {name: values for name, values in found.items() if name != OWNER}

    return Case(learning, test, loaded.model.margin(test.values), of(learning), of(test))


def plain(one: Judged) -> dict[str, Any]:
    """Give one segment as plain data."""
    facts = asdict(one) | {"earns": one.earns}
    gain = facts.pop("gain")
    return facts | {
        "gain": {end: value if np.isfinite(value) else None for end, value in gain.items()}
    }
