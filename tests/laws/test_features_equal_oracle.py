"""Law 2: features equal the oracle on random histories, ties and boundaries included."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog.catalog import Catalog
from features.kernel.sweep import sweep as sweep_kernel
from features.kernel.sweep.sweep_plan import VALUE_COLUMNS
from features.records import activities as activity_encoding
from features.tables import Tables
from features.views import VIEWS, engagement, own
from tests import builders, oracle


def differences(tables: Tables, snapshots: pd.DataFrame, catalog: Catalog) -> list[str]:
    """Name the features that differ in any bit."""
    ours = builders.built(tables, snapshots, catalog)
    theirs = oracle.features(tables, snapshots, catalog)
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    return [name for name, fits in zip(catalog.names, same.all(axis=0), strict=True) if not fits]


def case(seed: int, late_share: float = 0.3) -> tuple[Tables, pd.DataFrame, Catalog]:
    tables = builders.company(builders.Company(seed=seed, late_share=late_share))
    snapshots = builders.snapshots(tables, seed)
    return tables, snapshots, builders.learned(tables, snapshots)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), late_share=st.sampled_from([0.0, 0.3, 0.9]))
def test_features_equal_the_oracle(seed: int, late_share: float) -> None:
    assert differences(*case(seed, late_share)) == []


def test_the_random_company_meets_every_view_and_measure() -> None:
    _, _, catalog = case(3)
    measured = {(feature.view, feature.measure) for feature in catalog.features}
    assert {view for view, _ in measured} == set(VIEWS) - {own.VIEW}, (
        "tests/builders.py draws no record that a view reads"
    )
    assert ("engagement", "decayed_count") in measured
    assert {f"{column}_sum" for column in VALUE_COLUMNS} <= {measure for _, measure in measured}


def test_a_company_without_activities() -> None:
    tables, snapshots, catalog = case(5)
    empty = Tables(tables.leads)
    assert differences(empty, snapshots, catalog) == []


def test_planted_fault_a_window_that_is_a_microsecond_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = engagement.plan

    def longer(*args):  # type: ignore[no-untyped-def]
        planned = plan(*args)
        return planned._replace(windows=planned.windows + 1)

    monkeypatch.setattr(engagement, "plan", longer)
    assert differences(*case(1)) != []


def test_planted_fault_a_half_life_that_is_a_second_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = engagement.plan

    def longer(*args):  # type: ignore[no-untyped-def]
        planned = plan(*args)
        half_lives, *rest = planned.fading
        return planned._replace(fading=(half_lives + 1e6, *rest))

    monkeypatch.setattr(engagement, "plan", longer)
    differing = differences(*case(1))
    assert differing
    assert all("decayed_count" in name for name in differing)


def test_planted_fault_late_records_taken_for_records_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        activity_encoding, "in_order", lambda start, *_: np.ones(start.size - 1, np.bool_)
    )
    assert differences(*case(1, 0.9)) != []


def test_planted_fault_days_of_the_calendar_instead_of_days_of_the_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shifted(events, *args):  # type: ignore[no-untyped-def]
        half_a_day = 43_200_000_000
        sweep_kernel.sweep(events._replace(created_at=events.created_at + half_a_day), *args)

    monkeypatch.setattr(engagement, "sweep", shifted)
    assert "engagement__any_active_day_count__ever" in differences(*case(1))


def test_planted_fault_hours_counted_from_another_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def earlier(events, *args):  # type: ignore[no-untyped-def]
        sweep_kernel.sweep(events._replace(created_at=events.created_at - 1_000_000), *args)

    monkeypatch.setattr(engagement, "sweep", earlier)
    assert "engagement__any_hours_to_first" in differences(*case(1))
