"""What every view states besides its kernel: titles, and the activities that prove a value."""

import numpy as np
import pandas as pd
import pytest

from features.catalog.catalog import Catalog
from features.tables import Tables
from features.views import VIEWS, engagement, titles
from tests import builders

CUTOFF = builders.START + pd.Timedelta(days=75)


def case() -> tuple[Tables, pd.DataFrame, Catalog]:
    tables = builders.company(builders.Company(leads=6, activities=200, seed=5))
    snapshots = pd.DataFrame({"lead_id": tables.leads["lead_id"], "cutoff": CUTOFF})
    return tables, snapshots, builders.learned(tables, builders.snapshots(tables, 5))


def visible(tables: Tables, lead: str) -> pd.DataFrame:
    """Return the activities of a lead that the cutoff sees, as a person would list them."""
    acts = tables.activities[tables.activities["lead_id"] == lead]
    known_at = acts["known_at"].fillna(acts["occurred_at"])
    acts = acts[(known_at < CUTOFF) & (acts["occurred_at"] < CUTOFF)]
    return acts.assign(days_before=(CUTOFF - acts["occurred_at"]) / pd.Timedelta(days=1))


def disagreements() -> list[str]:
    """Name the counts of activities that differ from the number of activities that prove them."""
    tables, snapshots, catalog = case()
    values = builders.built(tables, snapshots, catalog)
    counts = [
        (column, feature)
        for column, feature in enumerate(catalog.features)
        if feature.view == "engagement" and feature.measure == "count" and feature.key != "other"
    ]
    wrong = []
    for row, lead in enumerate(snapshots["lead_id"]):
        activities = visible(tables, lead)
        for column, feature in counts:
            if engagement.evidence(feature, activities).sum() != values[row, column]:
                wrong.append(feature.name)
    return wrong


def test_the_activities_behind_a_count_are_as_many_as_it_counts() -> None:
    assert disagreements() == []


def test_planted_fault_evidence_without_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        engagement, "evidence", lambda _, activities: np.ones(len(activities), np.bool_)
    )
    assert "engagement__call_count__7d" in disagreements()


def test_every_view_marks_one_truth_value_an_activity() -> None:
    tables, _, catalog = case()
    activities = visible(tables, "lead-000")
    for feature in catalog.features:
        marked = VIEWS[feature.view].evidence(feature, activities)
        assert (marked.dtype, marked.shape) == (np.bool_, (len(activities),)), feature.name


def test_every_view_has_a_title_in_both_languages() -> None:
    assert list(titles()) == list(VIEWS)
    for title in titles().values():
        assert title.en
        assert not title.ja.isascii()
