"""Every leak check passes clean data and catches the leak that is planted for it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.build import build
from features.catalog import CatalogSettings
from features.catalog_learning import learn
from features.tables import Tables
from models.evaluation_singles import Single
from pipelines.leaks import (
    l001_time_travel,
    l002_availability,
    l003_single_feature,
    l004_outcome_activities,
    l005_overlap,
)
from pipelines.leaks.check import Evidence
from tests.builders import Company, company

LEADS = 200
DAY = pd.Timedelta(days=1)


@pytest.fixture
def clean() -> Evidence:
    random = np.random.default_rng(3)
    ids = pd.Series([f"lead-{n:03d}" for n in range(LEADS)], dtype="str")
    created = pd.Series(pd.date_range("2026-01-01", periods=LEADS, tz="UTC")).astype(
        "datetime64[us, UTC]"
    )
    won = random.random(LEADS) < 0.4
    leads = pd.DataFrame(
        {"lead_id": ids, "created_at": created, "industry": random.choice(["a", "b"], LEADS)}
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
    return Evidence(tables, rows, np.arange(140), np.arange(150, LEADS))


def with_attribute(evidence: Evidence, values: pd.Series) -> Evidence:
    leads = evidence.tables.leads.assign(tag=values.to_numpy())
    return replace(evidence, tables=replace(evidence.tables, leads=leads))


def test_features_that_read_the_future_are_named() -> None:
    tables = company(Company(leads=20, activities=400))
    cutoff = pd.Series(pd.to_datetime(["2026-02-10", "2026-03-01", "2026-03-20"], utc=True))
    ids = tables.leads["lead_id"]
    rows = pd.DataFrame(
        {"lead_id": np.tile(ids, 3), "cutoff": np.repeat(cutoff.dt.as_unit("us"), len(ids))}
    ).assign(label=0.0)
    until = pd.DataFrame({"cutoff": cutoff.dt.as_unit("us")[2:]})
    catalog = learn([tables], until, CatalogSettings(min_support=1), {})
    frame = build(tables, rows, catalog)
    nothing = np.zeros(0, dtype=np.intp)
    honest = Evidence(tables, rows, nothing, nothing, frame=frame)
    assert l001_time_travel.CHECK.answer(honest).verdict == "pass"
    frame.values[:, 0] += 1.0  # noqa: PD011 - not a frame
    told = l001_time_travel.CHECK.answer(honest)
    assert told.verdict == "fail"
    assert told.names == (catalog.names[0],)


def test_an_attribute_of_the_closed_is_named(clean: Evidence) -> None:
    assert l002_availability.CHECK.answer(clean).verdict == "pass"
    won = clean.rows["label"] == 1.0
    filled = pd.Series("plan", index=won.index).where(won)
    told = l002_availability.CHECK.answer(with_attribute(clean, filled))
    assert (told.verdict, told.names) == ("fail", ("tag",))
    assert told.do


def test_a_rarely_filled_one_is_named_too(clean: Evidence) -> None:
    won = np.flatnonzero(clean.rows["label"] == 1.0)[:8]
    rare = pd.Series([None] * LEADS, dtype="object")
    rare.iloc[won] = "signed"
    assert l002_availability.CHECK.answer(with_attribute(clean, rare)).verdict == "fail"


def test_an_attribute_that_says_the_outcome_is_named(clean: Evidence) -> None:
    said = clean.rows["label"].map({1.0: "good", 0.0: "bad"})
    assert l002_availability.CHECK.answer(with_attribute(clean, said)).verdict == "fail"


def test_a_feature_that_decides_alone_is_named(clean: Evidence) -> None:
    assert l003_single_feature.CHECK.answer(clean).verdict == "not applicable"
    honest = Single("calls", "calls", 0.7, 1.0, 1.0, ("like_the_model",))
    passed = l003_single_feature.CHECK.answer(replace(clean, singles=(honest,)))
    assert passed.verdict == "pass"
    leak = Single("tag", "tag", 0.97, 1.0, 1.0, ("decides_alone",))
    told = l003_single_feature.CHECK.answer(replace(clean, singles=(honest, leak)))
    assert (told.verdict, told.names) == ("fail", ("tag",))


def test_the_echo_of_an_outcome_is_named(clean: Evidence) -> None:
    assert l004_outcome_activities.CHECK.answer(clean).verdict == "pass"
    echo = clean.tables.outcomes.assign(activity_type="registered", activity_id="e")
    both = pd.concat([clean.tables.activities, echo[clean.tables.activities.columns]])
    planted = replace(clean, tables=replace(clean.tables, activities=both))
    told = l004_outcome_activities.CHECK.answer(planted)
    assert (told.verdict, told.names) == ("fail", ("registered",))


def test_a_random_split_is_named(clean: Evidence) -> None:
    assert l005_overlap.CHECK.answer(clean).verdict == "pass"
    drawn = np.random.default_rng(1).permutation(LEADS)
    mixed = replace(clean, learning=np.sort(drawn[:140]), test=np.sort(drawn[140:]))
    assert l005_overlap.CHECK.answer(mixed).verdict == "fail"
