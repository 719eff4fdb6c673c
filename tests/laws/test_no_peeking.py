"""Law 1: what was not known before the cutoff moves no feature."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog.catalog import Catalog
from features.records import activities, attributes, columns, outcomes
from features.tables import Tables
from tests import builders

CUTOFF = builders.START + pd.Timedelta(days=60)
OCCURRED = {
    "leads": "created_at",
    "activities": "occurred_at",
    "outcomes": "occurred_at",
    "attribute_changes": "occurred_at",
}


def invisible(table: pd.DataFrame, occurred: str) -> pd.Series:
    """Mark the rows the cutoff does not see."""
    known_at = table["known_at"].fillna(table[occurred])
    return (known_at >= CUTOFF) | (table[occurred] >= CUTOFF)


def with_another_future(tables: Tables, seed: int) -> Tables:
    """Rewrite, drop and double what the cutoff does not see."""
    random = np.random.default_rng(seed)
    changed = {}
    for name in ("activities", "outcomes", "attribute_changes"):
        table = getattr(tables, name)
        hidden = invisible(table, "occurred_at")
        future = table[hidden].sample(frac=1.0, replace=True, random_state=seed)
        for column in table.columns.difference(["lead_id", "occurred_at", "known_at"]):
            future[column] = random.permutation(future[column].to_numpy())
        later = pd.to_timedelta(random.integers(0, 100, len(future)), unit="h")
        future["known_at"] = future["known_at"].fillna(future["occurred_at"]) + later
        changed[name] = pd.concat([table[~hidden], future], ignore_index=True)
    return replace(tables, **changed, leads=_other_leads(tables.leads, random))


def _other_leads(leads: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    hidden = invisible(leads, "created_at").to_numpy()
    out = leads.copy()
    for column in ("industry", "employees", "newsletter", "owner_id", "account_id"):
        values = out[column].to_numpy(copy=True)
        values[hidden] = random.permutation(values[hidden])
        out[column] = pd.Series(values, dtype=leads[column].dtype)
    return out


def peeks(seed: int, late_share: float = 0.5) -> bool:
    """Return whether another future moves any feature."""
    tables = builders.company(
        builders.Company(outcomes=60, changes=240, seed=seed, late_share=late_share)
    )
    rows = pd.DataFrame({"lead_id": tables.leads["lead_id"], "cutoff": CUTOFF})
    catalog: Catalog = builders.learned(tables, rows)
    before = builders.built(tables, rows, catalog)
    after = builders.built(with_another_future(tables, seed), rows, catalog)
    return before.tobytes() != after.tobytes()


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nothing_invisible_moves_a_feature(seed: int) -> None:
    assert not peeks(seed)


def test_the_vocabulary_is_learned_from_what_the_last_cutoff_saw() -> None:
    tables = builders.company(builders.Company(seed=2))
    rows = pd.DataFrame({"lead_id": tables.leads["lead_id"], "cutoff": CUTOFF})
    after = with_another_future(tables, 2)
    assert builders.learned_at(tables, CUTOFF) == builders.learned_at(after, CUTOFF)
    assert len(builders.built(after, rows, builders.learned_at(after, CUTOFF))) == len(rows)


@pytest.mark.parametrize("module", [activities, outcomes, attributes])
def test_planted_fault_known_at_is_ignored(monkeypatch: pytest.MonkeyPatch, module: object) -> None:
    monkeypatch.setattr(module, "visible_moments", lambda _, occurred: occurred)
    assert any(peeks(seed) for seed in range(6))


@pytest.mark.parametrize("module", [activities, outcomes, attributes])
def test_planted_fault_visible_at_the_cutoff_itself(
    monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    rule = columns.visible_moments
    monkeypatch.setattr(module, "visible_moments", lambda *args: rule(*args) - 1)
    assert any(peeks(seed) for seed in range(8))
