"""Law 5: a label is missing exactly until its horizon is over."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features import labels
from features.labels import Target
from features.timeline import DAY

START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")
Attach = Callable[[pd.DataFrame, pd.DataFrame, Target, pd.Timestamp], pd.Series]

SNAPSHOTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50)), min_size=1, max_size=8)


def times(days: list[int]) -> pd.Series:
    return (START + pd.to_timedelta(pd.Series(days, dtype="float64"), unit="D")).dt.as_unit("us")


def holds(attach: Attach, snapshot: list[tuple[str, int]], horizon: int, until: int) -> bool:
    """Attach at `until` and with all known; tell whether law 5 holds."""
    frame = pd.DataFrame(
        {"lead_id": [lead for lead, _ in snapshot], "cutoff": times([at for _, at in snapshot])}
    )
    won = pd.DataFrame({"lead_id": ["a", "b"], "outcome": "won", "occurred_at": times([7, 30])})
    target = Target(horizon_days=horizon)
    observed = START + pd.Timedelta(days=until)
    label = attach(frame, won, target, observed)
    final = labels.attach(frame, won, target, START + pd.Timedelta(days=1000))
    matured = np.array([at + horizon <= until for _, at in snapshot])
    same = (label == final).to_numpy() | ~matured
    return bool((label.notna().to_numpy() == matured).all() and same.all())


@settings(max_examples=200, deadline=None)
@given(snapshot=SNAPSHOTS, horizon=st.integers(1, 20), until=st.integers(0, 80))
def test_missing_exactly_until_the_horizon_is_over(
    snapshot: list[tuple[str, int]], horizon: int, until: int
) -> None:
    assert holds(labels.attach, snapshot, horizon, until)


def test_the_horizon_that_ends_now_is_over() -> None:
    assert holds(labels.attach, [("a", 5)], 10, 15)
    assert holds(labels.attach, [("a", 5)], 10, 14)


def ignores_maturity(
    snapshots: pd.DataFrame, outcomes: pd.DataFrame, target: Target, _: pd.Timestamp
) -> pd.Series:
    converted = labels.next_conversion(snapshots, outcomes, target)
    return pd.Series(
        (converted - snapshots["cutoff"].astype("int64").to_numpy()) < target.horizon
    ).astype(float)


def counts_early_successes(
    snapshots: pd.DataFrame, outcomes: pd.DataFrame, target: Target, until: pd.Timestamp
) -> pd.Series:
    honest = labels.attach(snapshots, outcomes, target, until)
    observed = outcomes[outcomes["occurred_at"] < until]
    known = labels.attach(snapshots, observed, target, until + pd.Timedelta(days=1000))
    return honest.where(honest.notna(), known.where(known == 1.0))


def one_moment_late(
    snapshots: pd.DataFrame, outcomes: pd.DataFrame, target: Target, until: pd.Timestamp
) -> pd.Series:
    return labels.attach(snapshots, outcomes, target, until - pd.Timedelta(microseconds=1))


@pytest.mark.parametrize("planted", [ignores_maturity, counts_early_successes, one_moment_late])
def test_the_law_bites(planted: Attach) -> None:
    cases = [([("a", 5)], 10, 14), ([("a", 5)], 10, 15), ([("c", 5)], 10, 9)]
    assert not all(holds(planted, *case) for case in cases)


def test_a_day_is_24_hours() -> None:
    assert Target(horizon_days=0.5).horizon * 2 == DAY
