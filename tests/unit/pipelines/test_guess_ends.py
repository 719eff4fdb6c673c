"""How deals ended, and what follows the end, is read off the values of a stranger's export."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.guess.cells.value_words import meaning
from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import TableRule
from tests.strange_exports import (
    ROWS,
    STATES,
    begin,
    column,
    deals,
    end,
    ends,
    first_mapping,
    outcome_dates,
    outcome_values,
    stamps,
    words,
)

STAGES = words(won="Closed Won", lost="Closed Lost", open="Proposal")
LOST = STATES.count("lost")
WON = STATES.count("won")


def values_of(rule: TableRule) -> dict[str, tuple[str, ...]]:
    """Return the values that make a row one of the table, by column."""
    return {name: condition.one_of for name, condition in rule.where.items()}


def counted(folder: Path) -> dict[str, int]:
    """Return the rows that `check` would keep, by table."""
    report = check(folder / "mapping.yaml")
    assert report.errors == ()
    return {name: table.accepted for name, table in report.tables.items()}


def test_a_planned_date_never_beats_the_actual_one(tmp_path: Path) -> None:
    for planned in (
        "Expected close",
        "Est. Close Date",
        "Due date",
        "Planned closing",
        "受注予定日",
    ):
        frame = deals(**{planned: stamps(end), "Stage": STAGES, "Closed on": ends("won", "lost")})
        _, mapping = first_mapping(tmp_path, frame)
        assert outcome_dates(mapping) == ["Closed on"]
        assert counted(tmp_path)["outcomes"] == WON + LOST


def test_a_planned_date_alone_is_taken_with_a_question(tmp_path: Path) -> None:
    text, _ = first_mapping(tmp_path, deals(Stage=STAGES, **{"Expected close date": stamps(end)}))
    assert "# ? a planned date, not the end of the deal" in text


def test_open_deals_with_a_planned_close_date_are_passed_over(tmp_path: Path) -> None:
    text, mapping = first_mapping(tmp_path, deals(Stage=STAGES, **{"Close Date": stamps(end)}))
    assert outcome_values(mapping) == {"Closed Won": "won", "Closed Lost": "lost"}
    assert counted(tmp_path)["outcomes"] == WON + LOST
    assert "# ? Proposal:" in text


def test_won_and_lost_deals_may_have_a_time_each(tmp_path: Path) -> None:
    none = "0000-00-00 00:00:00"
    form = "%Y-%m-%d %H:%M:%S"
    frame = deals(
        Status=words(won="Won", lost="Lost", open="Open"),
        **{"Won time": ends("won", form=form, none=none)},
        **{"Lost time": ends("lost", form=form, none=none), "Expected close date": stamps(end)},
    )
    _, mapping = first_mapping(tmp_path, frame)
    assert outcome_dates(mapping) == ["Won time", "Lost time"]
    assert none in mapping.missing_values
    assert counted(tmp_path)["outcomes"] == WON + LOST


def test_a_false_flag_is_lost_only_where_the_deal_is_closed(tmp_path: Path) -> None:
    frame = deals(
        is_closed=words(won="True", lost="True", open="False"),
        is_closed_won=words(won="True", lost="False", open="False"),
        close_date=stamps(end),
    )
    _, mapping = first_mapping(tmp_path, frame)
    assert values_of(mapping.outcomes[0]) == {"is_closed": ("True",)}
    assert counted(tmp_path)["outcomes"] == WON + LOST


def test_a_false_flag_without_a_date_of_the_end_is_open(tmp_path: Path) -> None:
    frame = deals(converted=words(won="1", lost="0", open="0"), **{"closed at": ends("won")})
    _, mapping = first_mapping(tmp_path, frame)
    assert outcome_values(mapping) == {"1": "won"}
    assert counted(tmp_path)["outcomes"] == WON


def test_words_are_preferred_to_a_flag_that_says_the_same(tmp_path: Path) -> None:
    frame = deals(
        is_won=words(won="1", lost="0", open="0"), stage=STAGES, closed_at=ends("won", "lost")
    )
    _, mapping = first_mapping(tmp_path, frame)
    assert outcome_values(mapping) == {"Closed Won": "won", "Closed Lost": "lost"}
    assert "is_won" in mapping.leads[0].known_later


def test_a_previous_outcome_is_not_preferred_to_the_flag(tmp_path: Path) -> None:
    before = column(lambda n, _: ("success", "failure", "unknown")[n % 3])
    frame = deals(**{"previous outcome": before}, converted=words(won="1", lost="0", open="0"))
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.outcomes[0].columns["outcome"].column == "converted"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Zufriedenheit", column(lambda n, s: str(n % 5) if s != "open" else "")),
        ("Grund", column(lambda n, s: ("Preis", "Zeit")[n % 2] if s == "lost" else "")),
        ("P", column(lambda n, s: {"won": "100", "lost": "0"}.get(s, str(10 + n % 9 * 10)))),
        ("Ampel", column(lambda n, s: {"won": "gold", "lost": "grau"}.get(s, f"rot{n % 2}"))),
        ("Lauf", words(won="beendet", lost="beendet", open="läuft")),
        ("Zeitraum", column(lambda n, s: f"Q{end(n).quarter}" if s != "open" else "Q9")),
        ("Quartal", column(lambda n, _: str(end(n).quarter))),
        ("Erlös", column(lambda n, s: str(900 + n) if s == "won" else "")),
        ("Probability (%)", column(lambda n, _: str(n % 4))),
        ("Forecast Category", column(lambda n, _: "ab"[n % 2])),
        ("IsActive", column(lambda n, _: ("true", "false")[n % 2])),
        ("ExpectedRevenue", column(lambda n, _: str(n % 7 * 100))),
        ("確度", column(lambda n, _: "ABC"[n % 3])),
    ],
)  # fmt: skip
def test_what_follows_the_end_is_known_later(tmp_path: Path, name: str, cells: list[str]) -> None:
    frame = deals(**{"Stage": STAGES, "Closed": ends("won", "lost"), name: cells})
    _, mapping = first_mapping(tmp_path, frame)
    assert name in mapping.leads[0].known_later
    assert set(mapping.leads[0].attributes) == {"Source", "Employees"}


def test_what_was_known_before_stays_an_attribute(tmp_path: Path) -> None:
    leaning = column(lambda n, s: "warm" if (s == "won") != (n % 4 == 0) else "cold")
    gaps = column(lambda n, _: ("a", "b", "")[n % 3])
    frame = deals(Stage=STAGES, Closed=ends("won", "lost"), Wärme=leaning, Lücken=gaps)
    _, mapping = first_mapping(tmp_path, frame)
    assert {"Wärme", "Lücken", "Source"} <= set(mapping.leads[0].attributes)


def test_ids_that_the_conversion_makes_are_no_account(tmp_path: Path) -> None:
    frame = deals(
        Status=words(won="Closed - Converted", lost="Closed - Not Converted", open="Working"),
        ConvertedDate=ends("won"),
        ConvertedAccountId=column(lambda n, s: f"A{n:05d}" if s == "won" else ""),
    )
    _, mapping = first_mapping(tmp_path, frame)
    assert "account_id" not in mapping.leads[0].columns
    assert "ConvertedAccountId" not in mapping.leads[0].attributes


@pytest.mark.parametrize("name", ["IsDeleted", "削除済み", "Is Test", "archived"])
def test_deleted_and_test_rows_are_left_out_with_a_question(tmp_path: Path, name: str) -> None:
    gone = column(lambda n, _: "true" if n % 10 == 0 else "false")
    frame = deals(Stage=STAGES, Closed=ends("won", "lost"), **{name: gone})
    text, mapping = first_mapping(tmp_path, frame)
    assert values_of(mapping.leads[0]) == values_of(mapping.outcomes[0]) == {name: ("false",)}
    assert "# ? deleted rows are left out" in text
    assert counted(tmp_path)["leads"] == ROWS - ROWS // 10


def test_deleted_rows_are_known_by_a_status_or_a_time_too(tmp_path: Path) -> None:
    status = column(lambda n, _: ("Active", "Dormant", "Deleted")[n % 3])
    gone = column(lambda n, _: "2024-09-01 10:00" if n % 10 == 0 else "")
    frame = deals(Stage=STAGES, Closed=ends("won", "lost"), Record=status, deleted_at=gone)
    _, mapping = first_mapping(tmp_path, frame)
    assert values_of(mapping.leads[0]) == {"deleted_at": ("",), "Record": ("Active", "Dormant")}


def test_rows_that_look_like_tests_raise_a_question(tmp_path: Path) -> None:
    names = column(lambda n, _: "Test Lead" if n % 50 == 0 else f"Firm {n}")
    text, _ = first_mapping(tmp_path, deals(Stage=STAGES, Company=names))
    assert "# ? 3 rows look like tests (Company: 'Test Lead')" in text


def test_values_that_are_no_words_of_an_end_all_raise_a_question(tmp_path: Path) -> None:
    stages = column(lambda n, s: {"won": "Won", "lost": "Lost"}.get(s, f"Phase {n % 4}"))
    text, _ = first_mapping(tmp_path, deals(Stage=stages, **{"Close Date": stamps(end)}))
    for stage in {stage for stage in stages if stage.startswith("Phase")}:
        assert f"# ? {stage}:" in text


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("Closed won (Sales Pipeline)", "won"), ("closedwon", "won"), ("C2:WON", "won"),
        ("6 - Closed Lost", "lost"), ("Closed - Not Converted", "lost"), ("Lost: price", "lost"),
        ("Gewonnen", "won"), ("Verloren", "lost"), ("In Bearbeitung", "opened"),
        ("Gagnée", "won"), ("Perdu", "lost"), ("En cours", "opened"),
        ("Cerrada ganada", "won"), ("Perdida", "lost"), ("Abierta", "opened"),
        ("Сделка успешна", "won"), ("Сделка провалена", "lost"),
        ("Закрыто и не реализовано", "lost"),
        ("В работе", "opened"), ("受注済", "won"), ("失注", "lost"), ("商談中", "opened"),
        ("Customer unknown", None), ("Qualified", None), ("Newsletter", None), ("Winter", None),
    ],
)  # fmt: skip
def test_words_of_an_end_in_six_languages(value: str, word: str | None) -> None:
    assert meaning(value) == word


def test_beginnings_are_never_dated_by_the_end(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ID": [f"L{n}" for n in range(ROWS)], "Close Date": stamps(end),
                          "Last Modified": stamps(end), "Angelegt am": stamps(begin),
                          "Stage": STAGES})  # fmt: skip
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.leads[0].columns["created_at"].column == "Angelegt am"
    assert outcome_dates(mapping) == ["Close Date"]


def test_what_follows_the_end_in_another_file_is_known_later(tmp_path: Path) -> None:
    frame = deals(Zufriedenheit=column(lambda n, s: str(n % 5) if s != "open" else ""))
    frame = frame.rename(columns={"Deal ID": "Lead ID"})
    ended = frame[["Lead ID"]].assign(Deal=[f"X{n}" for n in range(ROWS)], Closed=stamps(end))
    ended = ended.assign(Result=words(won="Won", lost="Lost", open=""))
    frame.to_csv(tmp_path / "leads.csv", index=False)
    ended[ended["Result"] != ""].to_csv(tmp_path / "deals.csv", index=False)
    mapping = parse(guess([tmp_path / "leads.csv", tmp_path / "deals.csv"], tmp_path))
    assert set(mapping.leads[0].known_later) == {"Zufriedenheit"}
    assert set(mapping.leads[0].attributes) == {"Source", "Employees"}
