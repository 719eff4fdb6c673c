"""Who is in the cohort, and when."""

import numpy as np
import pandas as pd
import pytest

from features import snapshots
from features.errors import BadInput
from features.snapshots import CohortRule
from features.tables import Tables

START = pd.Timestamp("2026-01-01", tz="UTC")
UNTIL = START + pd.Timedelta(days=100)


def day(number: float) -> pd.Timestamp:
    return START + pd.Timedelta(days=number)


def company(
    leads: list[tuple[str, float, float]], outcomes: list[tuple[str, str, float]]
) -> Tables:
    """Make tables of (lead, created, known) and (lead, outcome, occurred), in days from START."""
    columns = pd.DataFrame(leads, columns=["lead_id", "created", "known"])
    events = pd.DataFrame(outcomes, columns=["lead_id", "outcome", "day"])
    span = lambda days: (START + pd.to_timedelta(days, unit="D")).dt.as_unit("us")  # noqa: E731
    return Tables(
        pd.DataFrame(
            {
                "lead_id": columns["lead_id"].astype("str"),
                "created_at": span(columns["created"]),
                "known_at": span(columns["known"]),
            }
        ),
        outcomes=pd.DataFrame(
            {
                "lead_id": events["lead_id"].astype("str"),
                "outcome": events["outcome"].astype("str"),
                "occurred_at": span(events["day"].astype(float)),
            }
        ),
    )


def days(frame: pd.DataFrame, lead: str) -> list[float]:
    mine = frame.loc[frame["lead_id"] == lead, "cutoff"]
    return ((mine - START) / pd.Timedelta(days=1)).tolist()


CALENDAR = CohortRule(every_days=10, first_cutoff=START, early_age_hours=())


def test_a_lead_is_visible_only_strictly_after_its_creation() -> None:
    frame = snapshots.draw(company([("a", 10, 10)], []), CALENDAR, day(40))
    assert days(frame, "a") == [20, 30, 40]


def test_a_lead_known_late_joins_late() -> None:
    frame = snapshots.draw(company([("a", 1, 25)], []), CALENDAR, day(40))
    assert days(frame, "a") == [30, 40]


def test_a_won_lead_leaves_after_the_moment_of_the_win() -> None:
    tables = company([("a", 1, 1), ("b", 1, 1)], [("a", "won", 20), ("b", "won", 20.5)])
    frame = snapshots.draw(tables, CALENDAR, day(40))
    assert days(frame, "a") == [10, 20]
    assert days(frame, "b") == [10, 20]


def test_a_won_lead_stays_where_repeat_business_counts() -> None:
    rule = CohortRule(every_days=10, first_cutoff=START, early_age_hours=(), repeat=True)
    frame = snapshots.draw(company([("a", 1, 1)], [("a", "won", 15)]), rule, day(40))
    assert days(frame, "a") == [10, 20, 30, 40]


def test_a_lost_lead_may_wake_unless_only_undecided_leads_count() -> None:
    tables = company([("a", 1, 1)], [("a", "lost", 15)])
    assert days(snapshots.draw(tables, CALENDAR, day(40)), "a") == [10, 20, 30, 40]
    rule = CohortRule(every_days=10, first_cutoff=START, early_age_hours=(), until_decided=True)
    assert days(snapshots.draw(tables, rule, day(40)), "a") == [10]


def test_early_ages_are_exact_and_need_a_lead_that_was_known_by_then() -> None:
    rule = CohortRule(every_days=None, early_age_hours=(12, 24))
    tables = company([("a", 3, 3), ("late", 3, 3.5)], [])
    frame = snapshots.draw(tables, rule, UNTIL)
    assert days(frame, "a") == [3.5, 4.0]
    assert days(frame, "late") == [4.0]
    assert set(frame["kind"]) == {"age"}


def test_an_early_age_on_a_calendar_cutoff_is_one_snapshot() -> None:
    rule = CohortRule(every_days=10, first_cutoff=START, early_age_hours=(24,))
    frame = snapshots.draw(company([("a", 9, 9)], []), rule, day(20))
    assert days(frame, "a") == [10, 20]
    assert frame["kind"].tolist() == ["calendar", "calendar"]


def test_old_leads_are_not_drawn() -> None:
    rule = CohortRule(every_days=10, first_cutoff=START, early_age_hours=(), max_age_days=20)
    assert days(snapshots.draw(company([("a", 10, 10)], []), rule, UNTIL), "a") == [20]


def test_the_cutoffs_lie_between_first_and_last() -> None:
    rule = CohortRule(
        every_days=10, first_cutoff=day(20), last_cutoff=day(35), early_age_hours=(24,)
    )
    frame = snapshots.draw(company([("a", 1, 1), ("b", 34.5, 34.5)], []), rule, UNTIL)
    assert days(frame, "a") == [20, 30]
    assert days(frame, "b") == []


def test_the_calendar_starts_by_itself_a_step_after_the_first_lead() -> None:
    rule = CohortRule(every_days=10, early_age_hours=())
    assert days(snapshots.draw(company([("a", 1.5, 1.5)], []), rule, day(40)), "a") == [12, 22, 32]


def test_the_open_leads_at_one_cutoff() -> None:
    tables = company([("a", 1, 1), ("b", 5, 5), ("c", 1, 1)], [("c", "won", 4)])
    frame = snapshots.at(tables, day(5), CohortRule())
    assert frame["lead_id"].tolist() == ["a"]
    assert frame["kind"].tolist() == ["given"]
    assert frame["cutoff"].dtype == "datetime64[us, UTC]"


def test_rows_are_sorted_and_unique_whatever_the_order_of_the_tables() -> None:
    rng = np.random.default_rng(0)
    made = [(f"lead-{i}", float(at), float(at)) for i, at in enumerate(rng.uniform(0, 90, 50))]
    won = [(f"lead-{i}", "won", float(rng.uniform(40, 100))) for i in range(0, 50, 3)]
    tables = company(made, won)
    mixed = Tables(tables.leads.sample(frac=1, random_state=1), outcomes=tables.outcomes[::-1])
    frame = snapshots.draw(tables, CohortRule(), UNTIL)
    pd.testing.assert_frame_equal(frame, snapshots.draw(mixed, CohortRule(), UNTIL))
    assert not frame.duplicated(["lead_id", "cutoff"]).any()
    assert frame.equals(frame.sort_values(["lead_id", "cutoff"], ignore_index=True))


def test_the_cohort_equals_the_rule_written_slowly() -> None:
    rng = np.random.default_rng(3)
    made = [
        (f"l{i:02d}", float(a), float(a + k))
        for i, (a, k) in enumerate(rng.integers(0, 30, (40, 2)))
    ]
    won = [(f"l{i:02d}", "won", float(rng.integers(0, 60))) for i in range(0, 40, 2)]
    frame = snapshots.draw(company(made, won), CALENDAR, day(60))
    wins = {lead: at for lead, _, at in won}
    slow = [
        (lead, float(cutoff))
        for lead, created, known in made
        for cutoff in range(0, 61, 10)
        if created < cutoff and known < cutoff and wins.get(lead, 1e9) >= cutoff
    ]
    fast = [(lead, at) for lead in dict.fromkeys(frame["lead_id"]) for at in days(frame, lead)]
    assert fast == slow


def test_no_leads_no_snapshots() -> None:
    frame = snapshots.draw(company([], []), CohortRule(), UNTIL)
    assert len(frame) == 0
    assert frame["cutoff"].dtype == "datetime64[us, UTC]"


@pytest.mark.parametrize("wrong", [{"every_days": 0}, {"early_age_hours": (1, -2)}])
def test_a_rule_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        CohortRule(**wrong)  # type: ignore[arg-type]
