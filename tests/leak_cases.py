"""Honest leads for the leak checks, and ways to plant a leak among them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from features.build import build
from features.catalog.catalog import CatalogSettings
from features.learn_catalog import learn
from features.tables import Tables
from models.evaluation.single_features import singles
from models.stats.training_set import TrainingSet
from pipelines.leaks.check import LeakEvidence

DAY = pd.Timedelta(days=1)


def made(count: int) -> LeakEvidence:
    """Make honest leads, one a day, each called a day later and decided after five."""
    random = np.random.default_rng(3)
    ids = pd.Series([f"lead-{n:03d}" for n in range(count)], dtype="str")
    created = pd.Series(pd.date_range("2026-01-01", periods=count, tz="UTC")).astype(
        "datetime64[us, UTC]"
    )
    won = random.random(count) < 0.4
    leads = pd.DataFrame(
        {"lead_id": ids, "created_at": created, "industry": random.choice(["a", "b"], count)}
    )
    calls = pd.DataFrame(
        {
            "activity_id": ids,
            "lead_id": ids,
            "occurred_at": created + DAY,
            "activity_type": "call",
        }
    )
    outcomes = pd.DataFrame(
        {
            "lead_id": ids,
            "occurred_at": created + 5 * DAY,
            "outcome": np.where(won, "won", "lost"),
        }
    )
    rows = pd.DataFrame({"lead_id": ids, "cutoff": created + DAY, "label": won.astype(float)})
    tables = Tables(leads=leads, activities=calls, outcomes=outcomes)
    return LeakEvidence(
        tables, rows, np.arange(count * 7 // 10), np.arange(count * 7 // 10 + 10, count)
    )


def with_attribute(evidence: LeakEvidence, values: pd.Series) -> LeakEvidence:
    leads = evidence.tables.leads.assign(tag=values.to_numpy())
    return replace(evidence, tables=replace(evidence.tables, leads=leads))


def of_leads(evidence: LeakEvidence, **columns: object) -> LeakEvidence:
    """Add columns to the leads, or replace them."""
    leads = evidence.tables.leads.assign(**columns)
    return replace(evidence, tables=replace(evidence.tables, leads=leads))


def won_of(evidence: LeakEvidence) -> np.ndarray:
    return (evidence.rows["label"] == 1.0).to_numpy()


def featured(leak: float, leads: int = 1200) -> LeakEvidence:
    """Make leads with a predictive attribute and, mixed with noise, one that knows the outcome."""
    random = np.random.default_rng(5)
    evidence = made(leads)
    signal = random.normal(size=leads)
    won = random.random(leads) < 1 / (1 + np.exp(1.2 - 0.8 * signal))
    later = won + random.normal(0.0, 0.8, leads) if leak else random.normal(size=leads)
    tables = replace(
        evidence.tables, leads=evidence.tables.leads.assign(size=signal, duration=later)
    )
    rows = evidence.rows.assign(label=won.astype(float))
    until = pd.DataFrame({"cutoff": rows["cutoff"].iloc[[-1]]})
    catalog = learn([tables], until, CatalogSettings(min_support=20), {})
    frame = build(tables, rows, catalog)
    learning, test = np.arange(leads * 3 // 4), np.arange(leads * 3 // 4 + 5, leads)
    whole = TrainingSet.from_frame(frame, rows["label"])
    result = singles(whole.take(learning), whole.take(test), catalog.features, 1.0)
    return LeakEvidence(tables, rows, learning, test, frame=frame, singles=result)


def by_batch(leads: int = 1200) -> LeakEvidence:
    """Let the outcome hang on the batch, and a number be known that depends only on the batch."""
    evidence = made(leads)
    batch = np.arange(leads) // 30
    sign = np.random.default_rng(6).permutation(np.tile([0.05, 0.95], leads // 60))
    won = np.random.default_rng(7).random(leads) < sign[batch]
    tables = replace(evidence.tables, leads=evidence.tables.leads.assign(run=batch * 1.0))
    rows = evidence.rows.assign(label=won.astype(float))
    until = pd.DataFrame({"cutoff": rows["cutoff"].iloc[[-1]]})
    frame = build(tables, rows, learn([tables], until, CatalogSettings(min_support=20), {}))
    half = leads * 3 // 4
    return LeakEvidence(tables, rows, np.arange(half), np.arange(half, leads), frame=frame)
