"""What the label says: half-open horizons, first conversions, repeat business."""

import numpy as np
import pandas as pd
import pytest

from features import labels
from features.errors import BadInput
from features.labels import Target
from features.timeline import NEVER

START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")
LATER = START + pd.Timedelta(days=1000)


def frame(rows: list[tuple[str, float]], time: str) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["lead_id", "day"])
    at = (START + pd.to_timedelta(made["day"].astype(float), unit="D")).dt.as_unit("us")
    return pd.DataFrame({"lead_id": made["lead_id"].astype("str"), time: at})


def label(
    snapshot: list[tuple[str, float]], won: list[tuple[str, float]], target: Target
) -> list[float]:
    outcomes = frame(won, "occurred_at").assign(outcome="won")
    return labels.attach(frame(snapshot, "cutoff"), outcomes, target, LATER).tolist()


def test_the_horizon_is_half_open() -> None:
    ten = Target(horizon_days=10)
    instant = 1 / 86_400_000_000
    snapshot = [("a", 10), ("b", 10), ("c", 10), ("d", 10)]
    won = [("a", 10), ("b", 20), ("c", 20 - instant), ("d", 10 - instant)]
    assert label(snapshot, won, ten) == [1, 0, 1, 0]


def test_only_the_named_outcome_counts() -> None:
    assert label([("a", 1)], [("a", 2)], Target(outcome="opened")) == [0]


def test_without_repeat_only_the_first_conversion_counts() -> None:
    won = [("a", 50), ("a", 5)]
    assert label([("a", 1), ("a", 45)], won, Target(horizon_days=10)) == [1, 0]
    assert label([("a", 1), ("a", 45)], won, Target(horizon_days=10, repeat=True)) == [1, 1]


def test_leads_without_outcomes_and_outcomes_without_leads() -> None:
    assert label([("a", 1), ("b", 1)], [("z", 2)], Target()) == [0, 0]
    assert label([("a", 1)], [], Target()) == [0]
    assert label([], [("a", 1)], Target()) == []


def test_the_index_of_the_snapshots_stays() -> None:
    snapshots = frame([("a", 1), ("b", 1)], "cutoff").set_index(pd.Index([7, 3]))
    outcomes = frame([("b", 2)], "occurred_at").assign(outcome="won")
    attached = labels.attach(snapshots, outcomes, Target(), LATER)
    assert attached.to_dict() == {7: 0.0, 3: 1.0}


def test_labels_equal_the_rule_written_slowly() -> None:
    rng = np.random.default_rng(5)
    snapshot = [(f"l{i}", float(at)) for i, at in rng.integers(0, 40, (200, 2))]
    won = [(f"l{i}", float(at)) for i, at in rng.integers(0, 45, (60, 2))]
    slow = [
        float(any(mine == lead and cutoff <= at < cutoff + 7 for mine, at in won))
        for lead, cutoff in snapshot
    ]
    assert label(snapshot, won, Target(horizon_days=7, repeat=True)) == slow


def test_the_next_conversion() -> None:
    outcomes = frame([("a", 5), ("a", 2)], "occurred_at").assign(outcome="won")
    snapshots = frame([("a", 1), ("a", 3), ("a", 6)], "cutoff")
    at = labels.next_conversion(snapshots, outcomes, Target(repeat=True))
    expected = outcomes["occurred_at"].to_numpy("datetime64[us]").astype(np.int64)
    assert at.tolist() == [expected[1], expected[0], NEVER]


def test_a_horizon_without_length_is_refused() -> None:
    with pytest.raises(BadInput):
        Target(horizon_days=0)
