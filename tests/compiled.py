"""What numba compiles, compiled into its cache before the first test: one part of it a process.

A part is chosen by a word: `python -m tests.compiled features`.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import numpy as np

from features.build import CompiledCatalog, build
from features.encoders.from_records import LeadEncoder
from features.encoders.moments import moment_of
from features.snapshots import CohortRule, draw
from features.timeline import from_moments
from models.scoring.scorer import Scorer
from pipelines.sample import SampleSettings, make
from pipelines.sample.answers import truth_at
from serve.wire.records import Activity, Lead, LeadHistory
from tests import builders
from tests.small_model import small_model


def of_features() -> None:
    """Compile what fills the rows of a table, and those of one lead that is asked for."""
    tables = builders.company(
        builders.Company(leads=40, activities=600, outcomes=40, changes=40, seed=3)
    )
    rows = builders.snapshots(tables, 3, each=2)
    catalog = builders.learned(tables, rows)
    build(tables, rows, catalog)
    at = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    history = LeadHistory(
        lead=Lead(lead_id="L", created_at=at),
        activities=[Activity(activity_type="call", occurred_at=at)],
    )
    encoder = LeadEncoder(catalog.vocabulary)
    encoder.written.coded(
        b'[{"activity_type": "call", "occurred_at": "2026-01-01T00:00:00Z", "actor": "x"}]'
    )
    coded = encoder.coded([history], None)
    CompiledCatalog(catalog).values_of(coded, 0, np.array([moment_of(at)], np.int64))


def of_models() -> None:
    """Compile what trains a model and explains leads."""
    trained = small_model(600)
    scorer = Scorer(trained.artifact)
    for count in (1, len(trained.frame)):
        scorer.score_values(trained.frame.values[:count])
    scorer.score_lead(trained.frame.values[:1])


def of_sample() -> None:
    """Compile the sample company and its truth."""
    company = make(SampleSettings(leads=60, seed=3))
    until = from_moments(np.array([company.ends_at]))[0]
    truth_at(company, draw(company.tables(), CohortRule(every_days=90.0), until))


PARTS: Final[Mapping[str, Callable[[], None]]] = {
    "features": of_features,
    "models": of_models,
    "sample": of_sample,
}

if __name__ == "__main__":
    PARTS[sys.argv[1]]()
