"""Who is in the cohort, and when."""

from dataclasses import replace

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


def test_a_lost_lead_is_away_unless_the_rule_lets_it_stay() -> None:
    tables = company([("a", 1, 1)], [("a", "lost", 15)])
    assert days(snapshots.draw(tables, CALENDAR, day(40)), "a") == [10]
    stay = replace(CALENDAR, lost_stay=True)
    assert days(snapshots.draw(tables, stay, day(40)), "a") == [10, 20, 30, 40]
    assert snapshots.at(tables, day(15), CALENDAR)["lead_id"].tolist() == ["a"]
    assert snapshots.at(tables, day(15.1), CALENDAR).empty


def test_a_lost_lead_is_back_with_a_new_deal_unless_only_undecided_leads_count() -> None:
    events = [("a", "lost", 15), ("a", "opened", 25), ("a", "lost", 35)]
    tables = company([("a", 1, 1)], events)
    assert days(snapshots.draw(tables, CALENDAR, day(60)), "a") == [10, 30]
    rule = replace(CALENDAR, until_decided=True)
    assert days(snapshots.draw(tables, rule, day(60)), "a") == [10]


def test_another_open_deal_keeps_a_lead() -> None:
    events = [("a", "opened", 5), ("a", "opened", 6), ("a", "lost", 15), ("a", "lost", 35)]
    tables = company([("a", 1, 1)], events)
    tables.outcomes["deal_id"] = ["1", "2", "1", "2"]
    assert days(snapshots.draw(tables, CALENDAR, day(60)), "a") == [10, 20, 30]


def active(tables: Tables, *acts: tuple[float, float, str | None]) -> Tables:
    """Add activities of lead a: (occurred, known, direction), in days from START."""
    frame = pd.DataFrame(
        {
            "lead_id": "a",
            "occurred_at": [day(at) for at, _, _ in acts],
            "known_at": [day(known) for _, known, _ in acts],
            "direction": pd.Series([side for _, _, side in acts], dtype="str"),
        }
    )
    return replace(tables, activities=frame)


def test_an_activity_brings_a_lost_lead_back_after_a_while() -> None:
    lost = company([("a", 1, 1)], [("a", "lost", 5)])
    rule = replace(CALENDAR, reopen_after_days=20)

    def cutoffs(*acts: tuple[float, float, str | None]) -> list[float]:
        return days(snapshots.draw(active(lost, *acts), rule, day(50)), "a")

    assert cutoffs((24, 24, "inbound")) == []
    assert cutoffs((25, 25, "inbound")) == [30, 40, 50]
    assert cutoffs((25, 30, "inbound")) == [40, 50]
    assert cutoffs((25, 25, "outbound")) == []
    assert cutoffs((31, 31, None), (7, 7, None)) == [40, 50]
    never = replace(rule, reopen_after_days=None)
    assert snapshots.draw(active(lost, (45, 45, "inbound")), never, day(50)).empty


def test_being_away_equals_the_rule_written_slowly() -> None:
    rng = np.random.default_rng(5)
    kinds = np.array(["lost", "opened", "lost", "demo"])
    events = sorted(
        (f"l{lead}", str(kinds[kind]), float(at), str(deal))
        for lead, kind, at, deal in zip(
            rng.integers(0, 12, 60),
            rng.integers(0, 4, 60),
            rng.permutation(200)[:60] / 4,
            rng.integers(0, 2, 60),
            strict=True,
        )
    )
    tables = company([(f"l{n}", 0, 0) for n in range(12)], [event[:3] for event in events])
    tables.outcomes["deal_id"] = [event[3] for event in events]

    def open_at(lead: str, cutoff: float) -> bool:
        past = sorted((at, kind, deal) for own, kind, at, deal in events if own == lead)
        past = [event for event in past if event[0] < cutoff]
        states = {deal: kind for _, kind, deal in past}
        return not past or past[-1][1] != "lost" or set(states.values()) != {"lost"}

    frame = snapshots.draw(tables, CALENDAR, day(60))
    for lead in (f"l{n}" for n in range(12)):
        cutoffs = [float(c) for c in range(10, 61, 10) if open_at(lead, c)]
        assert days(frame, lead) == cutoffs


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


def test_a_lead_is_drawn_at_an_early_age_up_to_the_moment_of_its_win() -> None:
    rule = CohortRule(every_days=None, early_age_hours=(24,))
    tables = company([("a", 3, 3), ("b", 3, 3)], [("a", "won", 4), ("b", "won", 3.999)])
    frame = snapshots.draw(tables, rule, UNTIL)
    assert days(frame, "a") == [4]
    assert days(frame, "b") == []


def test_a_lead_is_drawn_until_a_microsecond_before_its_greatest_age() -> None:
    instant = 1 / 3_600_000_000
    rule = CohortRule(every_days=None, early_age_hours=(480 - instant, 480), max_age_days=20)
    assert len(days(snapshots.draw(company([("a", 10, 10)], []), rule, UNTIL), "a")) == 1


def test_leads_without_a_creation_have_no_calendar() -> None:
    undated = company([("a", np.nan, np.nan)], [])
    assert snapshots.calendar(undated, CohortRule(), UNTIL).tolist() == []
    assert snapshots.draw(undated, CohortRule(), UNTIL).empty


def test_rules_at_the_edge_of_what_can_be() -> None:
    one = CohortRule(every_days=10, first_cutoff=day(20), last_cutoff=day(20), early_age_hours=())
    assert days(snapshots.draw(company([("a", 1, 1)], []), one, UNTIL), "a") == [20]
    assert CohortRule(reopen_after_days=0).reopen_after_days == 0
    with pytest.raises(BadInput):
        CohortRule(first_cutoff=day(20), last_cutoff=day(19))


CUSTOMERS = CohortRule(
    every_days=10, first_cutoff=day(0), early_age_hours=(), after_outcome="won", repeat=True
)


def test_with_an_outcome_to_come_by_only_customers_are_in_the_cohort() -> None:
    tables = company(
        [("a", 1, 1), ("b", 1, 1), ("c", 1, 1)], [("a", "won", 20), ("c", "won", 35.5)]
    )
    drawn = snapshots.draw(tables, CUSTOMERS, UNTIL)
    assert days(drawn, "a") == [30, 40, 50, 60, 70, 80, 90, 100]
    assert days(drawn, "b") == []
    assert days(drawn, "c") == [40, 50, 60, 70, 80, 90, 100]
    assert snapshots.at(tables, day(20), CUSTOMERS)["lead_id"].tolist() == []
    assert snapshots.at(tables, day(20.5), CUSTOMERS)["lead_id"].tolist() == ["a"]


def test_a_customer_comes_when_the_win_is_known_and_leaves_with_the_product() -> None:
    tables = company([("a", 1, 1)], [("a", "won", 20), ("a", "addon", 60)])
    late = tables.outcomes.assign(known_at=tables.outcomes["occurred_at"] + pd.Timedelta(days=15))
    rule = replace(CUSTOMERS, repeat=False, target_outcome="addon")
    drawn = snapshots.draw(replace(tables, outcomes=late), rule, UNTIL)
    assert days(drawn, "a") == [40, 50, 60]


def test_who_comes_and_leaves_with_one_outcome_is_refused() -> None:
    with pytest.raises(BadInput, match="after_outcome: won"):
        CohortRule(after_outcome="won")
