"""A small model of real features, as a server would have it, and leads to ask it about."""

from functools import cache
from typing import Any

import numpy as np

from features.build import build
from features.timeline import to_moments
from models import evidence, reference, training
from models.artifact import Artifact
from models.settings import BoosterSettings, TrainSettings
from models.training_set import TrainingSet
from tests import builders

SETTINGS = TrainSettings(folds=3, booster=BoosterSettings(max_trees=30, threads=1))
SIZE = builders.Company(leads=250, activities=4_000, outcomes=200, changes=100, seed=3)


@cache
def artifact(seed: int = 0) -> Artifact:
    """Train once for all tests of a process; calls and the industry are what tells."""
    tables = builders.company(SIZE)
    rows = builders.snapshots(tables, 3, each=6)
    catalog = builders.learned(tables, rows)
    frame = build(tables, rows, catalog)
    random = np.random.default_rng(seed)
    names = {name: n for n, name in enumerate(catalog.names)}
    calls = frame.values[:, names["engagement__call_count__30d"]]
    margin = (
        -2.0 + 1.5 * np.nan_to_num(calls) + 0.8 * (frame.values[:, names["profile__industry"]] == 1)
    )
    label = (random.random(len(margin)) < 1.0 / (1.0 + np.exp(-margin))).astype(np.float64)
    lead = np.unique(rows["lead_id"], return_inverse=True)[1].astype(np.int64)
    taught = TrainingSet(
        frame.values, label, lead, to_moments(rows["cutoff"]), catalog.names, catalog.categorical
    )
    model = training.fit(taught, SETTINGS, seed=seed)
    return Artifact(
        model=model,
        catalog=catalog,
        reference=reference.learn(model.margin(taught.values)),
        evidence=evidence.learn(taught, model, catalog, (SETTINGS, None, seed)),
        about={"horizon_days": 30.0, "seed": seed},
    )


def body(activities: int) -> dict[str, Any]:
    """Give the body of a question about a lead that did so much in the month before June 2026."""
    kinds = ("page_view", "call", "email_open", "inquiry")
    done = [
        {
            "activity_type": kinds[n % len(kinds)],
            "occurred_at": f"2026-05-{1 + n % 28:02d}T{n % 24:02d}:{n % 60:02d}:00Z",
            "topic": "pricing",
            "dwell_seconds": 10.0 + n,
        }
        for n in range(activities)
    ]
    return {
        "lead_id": "L-1",
        "created_at": "2026-04-01T00:00:00Z",
        "owner_id": "sato",
        "attributes": {"industry": "製造業", "employees": 120},
        "activities": done,
    }
