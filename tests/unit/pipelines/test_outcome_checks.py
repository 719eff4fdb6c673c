"""What counts as the end of a deal: undone wins, days without a time, planned activities."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.checks.check import About, Batch
from pipelines.intake.checks.outcomes.c019_outcome_activities import CHECK as C019
from pipelines.intake.checks.outcomes.c028_undone_wins import undone_wins
from pipelines.intake.checks.outcomes.decision_words import reads_as
from pipelines.storage import partitions
from tests.exports import Export, clean

ABOUT = About(frozenset({"activities", "outcomes"}))
Event = tuple[str, str | None, str, int]


def deals(*events: Event) -> pd.DataFrame:
    """Make outcomes of (lead, deal, outcome, day of January)."""
    frame = pd.DataFrame(events, columns=["lead_id", "deal_id", "outcome", "day"])
    at = pd.to_datetime("2025-01-01", utc=True) + pd.to_timedelta(frame["day"], unit="D")
    return frame.assign(occurred_at=at, deal_id=frame["deal_id"].astype("str"))


def undone(*events: Event) -> list[int]:
    """Return on which days the undone wins of some events lie."""
    frame = deals(*events)
    return sorted(frame.loc[undone_wins(frame), "day"])


def test_the_last_decision_of_a_deal_counts() -> None:
    assert undone(("a", "1", "won", 3), ("a", "1", "lost", 5)) == [3]
    assert undone(("a", "1", "lost", 3), ("a", "1", "won", 5)) == []
    assert undone(("a", "1", "won", 1), ("a", "1", "lost", 2), ("a", "1", "won", 3)) == [1]


def test_a_deal_that_goes_back_to_where_it_was_is_not_won() -> None:
    assert undone(("a", "1", "opened", 1), ("a", "1", "won", 3), ("a", "1", "opened", 5)) == [3]
    assert undone(("a", "1", "demo", 1), ("a", "1", "won", 3), ("a", "1", "demo", 5)) == [3]
    assert undone(("a", "1", "won", 3), ("a", "1", "paid", 5), ("a", "1", "paid", 6)) == []
    assert undone(("a", "1", "won", 3), ("a", "1", "opened", 5)) == []


def test_another_deal_undoes_nothing() -> None:
    assert undone(("a", "1", "won", 3), ("a", "2", "lost", 5)) == []
    assert undone(("a", None, "won", 3), ("a", None, "opened", 5)) == []
    assert undone(("a", None, "won", 1), ("a", None, "won", 2), ("a", None, "lost", 3)) == []
    assert undone(("a", None, "won", 1), ("a", None, "lost", 3)) == [1]


def test_won_and_lost_at_once_undoes_nothing() -> None:
    assert undone(("a", "1", "won", 3), ("a", "1", "lost", 3)) == []


def undone_export() -> Export:
    export = clean()
    export.add("deals", {"lead": "L002", "state": "Lost", "at": "2025-12-01 00:00:00"})
    return export


def test_undone_wins_are_set_aside_unless_the_mapping_counts_them(tmp_path: Path) -> None:
    report = undone_export().ingest(tmp_path / "set-aside")
    assert (report.tables["outcomes"].quarantined, report.errors) == (1, ())
    export = undone_export()
    export.mapping["undone_wins"] = "count"
    report = export.ingest(tmp_path / "counted")
    assert report.tables["outcomes"].quarantined == 0
    assert [answer.code for answer in report.faults] == ["C028"]


def occurred(export: Export, folder: Path, table: str, lead: str) -> list[str]:
    export.ingest(folder)
    frame = getattr(partitions.read(folder / "store", 0), table)
    mine = frame.loc[frame["lead_id"] == lead, "occurred_at"].dt.tz_convert("Asia/Tokyo")
    return [time.isoformat() for time in mine]


def test_a_day_of_an_outcome_is_its_last_moment(tmp_path: Path) -> None:
    export = clean()
    export.files["deals"].loc[0, "at"] = "2025-03-01"
    export.files["deals"].loc[1, "at"] = "2025-03-01 00:00:00"
    times = [occurred(export, tmp_path / lead, "outcomes", lead) for lead in ("L000", "L001")]
    assert times == [["2025-03-01T23:59:59.999999+09:00"], ["2025-03-01T00:00:00+09:00"]]


def test_the_mapping_places_a_day_at_its_start_or_end(tmp_path: Path) -> None:
    export = clean()
    export.files["deals"]["at"] = "2025-12-01"
    deal = export.mapping["outcomes"][0]["columns"]
    deal["occurred_at"] = {"column": "at", "day": "start"}
    assert occurred(export, tmp_path / "0", "outcomes", "L000") == ["2025-12-01T00:00:00+09:00"]
    export.files["calls"]["at"] = "2025-11-01"
    call = export.mapping["activities"][0]["columns"]
    call["occurred_at"] = {"column": "at", "day": "end"}
    times = occurred(export, tmp_path / "1", "activities", "L000")
    assert "2025-11-01T23:59:59.999999+09:00" in times


def test_wins_on_the_day_of_creation_are_not_before_the_lead(tmp_path: Path) -> None:
    export = clean()
    export.files["deals"]["at"] = export.files["leads"]["created"].str[:10]
    export.mapping["activities"] = export.mapping["activities"][:1]
    del export.mapping["sources"]["mails"]
    assert "C013" not in {answer.code for answer in export.ingest(tmp_path).faults}


def test_a_midnight_that_is_written_is_named_and_may_be_the_end_of_its_day(tmp_path: Path) -> None:
    export = clean()
    export.files["deals"]["at"] = export.files["leads"]["created"].str[:10] + " 00:00:00"
    export.mapping["activities"] = export.mapping["activities"][:1]
    del export.mapping["sources"]["mails"]
    report = export.ingest(tmp_path)
    words = next(str(answer) for answer in report.faults if answer.code == "C029")
    assert "read as midnight as it is written; `day: end_if_midnight`" in words
    origin = {"column": "at", "day": "end_if_midnight"}
    export.mapping["outcomes"][0]["columns"]["occurred_at"] = origin
    assert not {"C013", "C029"} & {answer.code for answer in export.ingest(tmp_path).faults}


def test_an_activity_on_the_day_of_every_win_is_named(tmp_path: Path) -> None:
    export = clean()
    won = export.files["deals"].query("state == 'Won'")
    later = (pd.to_datetime(won["at"]).dt.normalize() + pd.Timedelta(hours=15)).astype("str")
    export.add("mails", *({"lead": lead, "at": at, "what": "handover"} for lead, at in
                          zip(won["lead"], later, strict=True)))  # fmt: skip
    export.files["deals"]["at"] = export.files["deals"]["at"].str[:10]
    assert {answer.code for answer in export.ingest(tmp_path).faults} == {"C019", "C029"}


@pytest.mark.parametrize(
    ("wins", "hours", "named"),
    [
        ((0,), 24 * 20, True),
        ((0, 60), 24 * 20, False),
        ((0, 60), 2, True),
        ((0, 60), 24 * 80, True),
        ((0, 60), -2, False),
    ],
)
def test_what_comes_between_two_wins_is_no_outcome_written_down(
    wins: tuple[int, ...], hours: int, *, named: bool
) -> None:
    """Leads win on days 0 and 60; the activity comes some hours after the first win."""
    days = [(f"L{n}", None, "won", day) for n in range(12) for day in wins]
    won = deals(*days)
    first = won.drop_duplicates("lead_id")
    at = first["occurred_at"] + pd.Timedelta(hours=hours)
    done = pd.DataFrame({"lead_id": first["lead_id"], "activity_type": "care", "occurred_at": at})
    batch = Batch({"outcomes": won, "activities": done}, ABOUT)
    finding = C019.conclude(C019.tally(batch, "activities"), ABOUT)
    assert finding is not None
    assert finding.first == (("care",) if named else ())


def test_days_beside_days_are_fine(tmp_path: Path) -> None:
    export = clean()
    for name, column in (("leads", "created"), ("calls", "at"), ("mails", "at"), ("deals", "at")):
        export.files[name][column] = export.files[name][column].str[:10]
    assert export.ingest(tmp_path).faults == ()


@pytest.mark.parametrize(("hours", "ahead"), [(20, False), (30, True)])
def test_planned_activities_do_not_move_the_end_of_the_data(
    tmp_path: Path, *, hours: int, ahead: bool
) -> None:
    export = clean()
    del export.mapping["observed_until"]
    last = pd.to_datetime(export.files["deals"]["at"]).max()
    at = last + pd.Timedelta(hours=hours)
    export.add("mails", {"at": str(at)})
    report = export.ingest(tmp_path)
    until = pd.Timestamp(report.observed_until).tz_convert("Asia/Tokyo").tz_localize(None)
    assert until == (last if ahead else at)
    assert [answer.code for answer in report.faults] == (["C030"] if ahead else [])


@pytest.mark.parametrize(
    ("value", "decision"),
    [
        ("Closed-Won", "won"),
        ("Gewonnen", "won"),
        ("Сделка успешна", "won"),
        ("受注（確定）", "won"),
        ("Perdue", "lost"),
        ("Сделка провалена", "lost"),
        ("失注", "lost"),
        ("won or lost", None),
        ("Wonderful", None),
        ("Glossary", None),
        ("Angebot", None),
    ],
)
def test_words_of_decisions_in_many_languages(value: str, decision: str | None) -> None:
    assert reads_as(value) == decision


def test_attributes_that_read_like_decisions_are_named_where_nobody_was_won(tmp_path: Path) -> None:
    export = clean()
    del export.mapping["outcomes"]
    del export.mapping["sources"]["deals"]
    export.files["leads"]["state"] = ["Gewonnen", "Angebot", "Verloren"] * 40
    export.mapping["leads"][0]["attributes"]["state"] = "category"
    (answer,) = export.ingest(tmp_path).faults
    assert answer.code == "C027"
    assert "attribute state ('Gewonnen', ...) reads like it" in answer.observed


@pytest.mark.parametrize(("wins", "named"), [((0, 30, 60), False), ((0,), True)])
def test_purchases_that_are_the_wins_are_named_only_where_nobody_comes_back(
    wins: tuple[int, ...], *, named: bool
) -> None:
    won = deals(*[(f"L{n}", None, "won", day) for n in range(12) for day in wins])
    done = won[["lead_id", "occurred_at"]].assign(activity_type="purchase")
    batch = Batch({"outcomes": won, "activities": done}, ABOUT)
    finding = C019.conclude(C019.tally(batch, "activities"), ABOUT)
    assert finding is not None
    assert finding.first == (("purchase",) if named else ())
