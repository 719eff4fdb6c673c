"""The plan of the splits says what training will do."""

import pandas as pd

from features import labels, snapshots
from features.labels import Target
from features.snapshots import CohortRule
from features.tables import Tables
from features.timeline import DAY, to_moments
from models.stats import split_plan
from models.stats.settings import SplitSettings
from models.stats.splits import split_by_cutoff

START = pd.Timestamp("2026-01-01", tz="UTC").as_unit("us")
UNTIL = START + pd.Timedelta(days=300)


def made() -> tuple[pd.DataFrame, pd.Series]:
    created = pd.Series(START + pd.to_timedelta(range(0, 280, 2), unit="D")).dt.as_unit("us")
    ids = pd.Series([f"l{i:03d}" for i in range(len(created))])
    tables = Tables(pd.DataFrame({"lead_id": ids, "created_at": created}))
    won = pd.DataFrame(
        {"lead_id": ids[::5], "outcome": "won", "occurred_at": created[::5] + pd.Timedelta(days=20)}
    )
    tables = Tables(tables.leads, outcomes=won)
    rows = snapshots.draw(tables, CohortRule(), UNTIL)
    return rows, labels.attach(rows, won, Target(horizon_days=30), UNTIL)


SETTINGS = SplitSettings(horizon_days=30)


def test_every_snapshot_is_in_one_part() -> None:
    rows, label = made()
    planned = split_plan.plan(rows, label, SETTINGS, (7.0, 30.0), UNTIL)
    assert tuple(part.name for part in planned.parts) == split_plan.PARTS
    assert sum(part.rows for part in planned.parts) == len(rows)
    assert planned.part("not_matured").rows == int(label.isna().sum())
    assert sum(part.conversions for part in planned.parts) == int((label == 1).sum())


def test_the_plan_is_what_training_does() -> None:
    rows, label = made()
    planned = split_plan.plan(rows, label, SETTINGS, (7.0,), UNTIL)
    split = split_by_cutoff(to_moments(rows["cutoff"])[label.notna().to_numpy()], SETTINGS)
    for name in ("train", "calibration", "test"):
        assert planned.part(name).rows == len(getattr(split, name))
    last, first = planned.part("calibration").last_cutoff, planned.part("test").first_cutoff
    assert last is not None
    assert first is not None
    assert last + 30 * DAY <= first


def test_the_table_has_a_row_a_part() -> None:
    rows, label = made()
    table = split_plan.plan(rows, label, SETTINGS, (7.0,), UNTIL).to_pandas()
    assert table["part"].tolist() == list(split_plan.PARTS)
    assert table["rows"].sum() == len(rows)
    assert table.loc[table["part"] == "train", "base_rate"].between(0, 1).all()


def test_a_part_states_its_days_and_the_cutoffs_of_the_calendar() -> None:
    day = lambda number: START + pd.Timedelta(days=number)  # noqa: E731
    rows = pd.DataFrame(
        {
            "lead_id": ["a", "a", "b", "b"],
            "cutoff": pd.Series([day(1), day(2), day(40), day(90)]).dt.as_unit("us"),
            "kind": ["age", "calendar", "calendar", "calendar"],
        }
    )
    label = pd.Series([0.0, 1.0, 1.0, None])
    planned = split_plan.plan(
        rows, label, SplitSettings(horizon_days=30, calibration_share=0.9), (7.0,), UNTIL
    )
    assert planned.embargo_days == 30
    learning = [planned.part("train"), planned.part("calibration")]
    assert sum(len(part.cutoffs) for part in learning) == 1  # an early age is no calendar day
    assert planned.part("test").cutoffs == tuple(to_moments(rows["cutoff"])[2:3].tolist())
    table = planned.to_pandas().set_index("part")
    assert table.loc["test", "first_cutoff"] == "2026-02-10 00:00"
    assert pd.isna(table.loc["embargo", "first_cutoff"])
