"""How long conversions take: censored leads count as waiting."""

import numpy as np
import pandas as pd

from features import time_to_conversion
from features.tables import Tables

START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")


def moments(days: np.ndarray) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(days, unit="D")).dt.as_unit("us")


def company(created: np.ndarray, takes: np.ndarray) -> Tables:
    """Lead i is created on a day and converts `takes` days later (never: infinity)."""
    ids = pd.Series([f"l{i}" for i in range(len(created))])
    converts = np.isfinite(takes)
    won = pd.DataFrame(
        {
            "lead_id": ids[converts].reset_index(drop=True),
            "outcome": "won",
            "occurred_at": moments((created + np.where(converts, takes, 0))[converts]),
        }
    )
    return Tables(pd.DataFrame({"lead_id": ids, "created_at": moments(created)}), outcomes=won)


def at(day: float) -> pd.Timestamp:
    return START + pd.Timedelta(days=day)


def test_the_estimate_equals_a_hand_worked_case() -> None:
    # Five leads: converted after 2, 4; watched for 3 and 10, 10. S = (4/5) then (4/5)(2/3).
    created = np.array([0.0, 0.0, 7.0, 0.0, 0.0])
    takes = np.array([2.0, 4.0, np.inf, np.inf, np.inf])
    days = np.array([2.0, 4.0, 3.0, 10.0, 10.0])
    points, share = time_to_conversion._curve(days, np.isfinite(takes))
    assert points.tolist() == [2.0, 4.0]
    np.testing.assert_allclose(share, [1 / 5, 1 - 4 / 5 * 2 / 3])
    found = time_to_conversion.measure(company(created, takes), "won", at(10))
    assert (found.leads, found.conversions, found.observed_days) == (5, 2, 10.0)


def test_young_leads_do_not_make_conversions_look_quick() -> None:
    rng = np.random.default_rng(0)
    created = rng.uniform(0, 400, 4000)
    takes = np.where(rng.random(4000) < 0.4, rng.uniform(0, 200, 4000), np.inf)
    found = time_to_conversion.measure(company(created, takes), "won", at(400))
    naive = takes[(created + takes) <= 400]
    told = dict(found.quantiles_days)[0.5]
    assert abs(told - 100) < 8
    assert np.median(naive) < 92
    assert dict(found.converted_share)[180.0] > 0.33


def test_a_later_outcome_than_observed_does_not_exist() -> None:
    tables = company(np.array([0.0]), np.array([50.0]))
    assert time_to_conversion.measure(tables, "won", at(20)).conversions == 0


def test_the_horizon_leaves_room_for_training_and_test() -> None:
    rng = np.random.default_rng(0)
    slow = company(rng.uniform(0, 10, 500), rng.uniform(60, 99, 500))
    assert time_to_conversion.measure(slow, "won", at(124)).horizon_days == 30.0
    assert time_to_conversion.measure(slow, "won", at(800)).horizon_days == 90.0


def test_windows_follow_the_activities_before_a_conversion() -> None:
    tables = company(np.array([0.0]), np.array([100.0]))
    activities = pd.DataFrame(
        {"lead_id": "l0", "occurred_at": moments(np.array([99.5, 98.0, 90.0, 60.0, 150.0]))}
    )
    found = time_to_conversion.measure(
        Tables(tables.leads, activities, tables.outcomes), "won", at(400)
    )
    assert dict(found.activity_share)[3.0] == 0.5
    assert found.windows_days == (1.0, 3.0, 14.0, 60.0)


def test_without_conversions_nothing_is_suggested() -> None:
    found = time_to_conversion.measure(company(np.zeros(3), np.full(3, np.inf)), "won", at(90))
    assert found.horizon_days is None
    assert found.quantiles_days == ()
    assert found.windows_days == ()
