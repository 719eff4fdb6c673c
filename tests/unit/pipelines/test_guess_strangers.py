"""First mappings of exports whose authors had no data scientist in mind."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check
from pipelines.intake.mapping.file import parse
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
from tests.workbooks import write_workbook

WON, LOST = STATES.count("won"), STATES.count("lost")
STAGE = words(won="Closed Won", lost="Closed Lost", open="Proposal")


def outcomes(folder: Path) -> int:
    return check(folder / "mapping.yaml").tables["outcomes"].accepted


def test_what_was_won_in_a_draw_is_no_deal(tmp_path: Path) -> None:
    draw = {
        "Prize draw result": column(lambda n, _: "won" if n % 9 == 0 else "not won"),
        "Prize draw date": stamps(begin, "%Y-%m-%d"),
    }
    status = words(won="Contract signed", lost="Declined", open="In talks")
    own = {"Sales status": status, "Sales status date": stamps(end)}
    _, mapping = first_mapping(tmp_path, deals(**draw, **own))
    assert outcome_values(mapping) == {"Contract signed": "won", "Declined": "lost"}
    assert outcome_dates(mapping) == ["Sales status date"]
    text, mapping = first_mapping(tmp_path, deals(**draw))
    assert not mapping.outcomes, "nothing else says how a deal ended"
    assert "# ? outcomes: which file or column" in text
    assert "# ? perhaps Prize draw result of deals: not won, won" in text


def test_another_column_that_may_say_it_is_named(tmp_path: Path) -> None:
    review = column(lambda n, _: ("approved", "sent back", "waiting")[n * 5 % 7 % 3])
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), **{"Credit check result": review})
    text, mapping = first_mapping(tmp_path, frame)
    assert outcome_values(mapping) == {"Closed Won": "won", "Closed Lost": "lost"}
    assert "# ? or does Credit check result say how deals ended" in text


def test_times_alone_say_how_deals_ended(tmp_path: Path) -> None:
    frame = deals(**{"MQL Date": stamps(begin), "Won Date": ends("won"), "Lost Date": ends("lost")})
    text, mapping = first_mapping(tmp_path, frame)
    assert outcome_dates(mapping) == ["Won Date", "Lost Date"]
    assert text.count("# ? a date here means that it was") == 2
    assert outcomes(tmp_path) == WON + LOST
    _, mapping = first_mapping(tmp_path, deals(**{"Customer since": ends("won")}))
    assert outcome_dates(mapping) == ["Customer since"]


def test_a_yes_or_nothing_says_who_was_won(tmp_path: Path) -> None:
    frame = deals(**{"Converted?": words(won="Yes", lost="", open=""), "Converted on": ends("won")})
    _, mapping = first_mapping(tmp_path, frame)
    assert outcome_values(mapping) == {"Yes": "won"}
    assert outcome_dates(mapping) == ["Converted on"]
    assert outcomes(tmp_path) == WON


def test_a_deleted_deal_hides_no_time_of_the_end(tmp_path: Path) -> None:
    gone = [n % 10 == 3 for n in range(ROWS)]
    status = ["deleted" if bad else state for bad, state in zip(gone, STATES, strict=True)]
    _, mapping = first_mapping(
        tmp_path, deals(status=status, won_time=ends("won"), lost_time=ends("lost", "open"))
    )
    assert outcome_dates(mapping)[0] == "won_time"
    some = column(lambda n, state: end(n).isoformat() if state == "lost" or gone[n] else "")
    _, mapping = first_mapping(tmp_path, deals(status=status, won_time=ends("won"), lost_time=some))
    assert outcome_dates(mapping) == ["won_time", "lost_time"]


def test_rows_with_a_reason_of_a_loss_raise_a_question(tmp_path: Path) -> None:
    frame = deals(
        Stage=words(won="Won", lost="Qualified", open="Proposition"),
        Active=words(won="True", lost="False", open="True"),
        Reason=column(lambda n, _: str(n % 3)),
        **{"Lost Reason": words(won="", lost="Too dear", open=""), "Closed Date": ends("won")},
    )
    text, mapping = first_mapping(tmp_path, frame)
    assert f"# ? {LOST} rows have a value in Lost Reason: were they lost, and when" in text
    assert {"Active", "Lost Reason"} <= set(mapping.leads[0].known_later)


def test_what_a_no_never_has_follows_the_end(tmp_path: Path) -> None:
    frame = deals(
        conversion=words(won="1", lost="0", open="0"), spend=words(won="9.5", lost="0", open="0")
    ).drop(columns="Created Date")
    _, mapping = first_mapping(tmp_path, frame)
    assert "spend" in mapping.leads[0].known_later


def test_the_sheets_of_a_workbook_are_files(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    calls = [["Deal ID", "When", "Type"]]
    calls += [[f"D-{n:04d}", begin(n).isoformat(), "call"] for n in range(ROWS)]
    sheets = {
        "Summary": [["Report", "2025"], ["Won", "9"]],
        "Deals": [list(frame.columns), *frame.to_numpy().tolist()],
        "Calls": calls,
        "Empty": [["a", "b"]],
    }
    write_workbook(tmp_path / "book.xlsx", sheets)
    text = guess([tmp_path / "book.xlsx"], tmp_path)
    mapping = parse(text)
    assert {rule.source for rule in mapping.leads} == {"book_Deals"}
    assert {rule.source for rule in mapping.activities} == {"book_Calls"}
    assert "# ? book_Summary: {path: " in text


def test_files_without_rows_are_named_and_left_out(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    frame.to_csv(tmp_path / "deals.csv", index=False)
    for name, content in {"a": b"", "b": b"\n\n\n", "c": b"lead_id,at\n"}.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    text = guess([tmp_path], tmp_path)
    assert all(f"# {name}.csv: no rows, left out" in text for name in "abc")
    assert list(parse(text).sources) == ["deals"]


def test_guids_meet_in_braces_and_capitals(tmp_path: Path) -> None:
    guids = [f"{n * 7919:08x}-00ab-4cde-8f01-{n:012x}" for n in range(ROWS)]
    frame = deals(Stage=STAGE, Closed=ends("won", "lost")).assign(**{"Deal ID": guids})
    frame = frame.rename(columns={"Deal ID": "(Do Not Modify) Opportunity"})
    calls = pd.DataFrame(
        {"Regarding": [f"{{{guid.upper()}}}" for guid in guids], "When": stamps(begin), "Type": "c"}
    )
    frame.to_csv(tmp_path / "deals.csv", index=False)
    calls.to_csv(tmp_path / "calls.csv", index=False)
    text = guess([tmp_path / "calls.csv", tmp_path / "deals.csv"], tmp_path)
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    assert "id_form: guid" in text
    assert check(tmp_path / "mapping.yaml").tables["activities"].accepted == ROWS


def test_a_history_of_fields_is_no_outcome(tmp_path: Path) -> None:
    flag = {"Converted": words(won="1", lost="0", open="0"), "Converted Date": ends("won")}
    deals(**flag).to_csv(tmp_path / "leads.csv", index=False)
    history = pd.DataFrame(
        {
            "Deal ID": [f"D-{n:04d}" for n in range(ROWS)],
            "Field / Event": "Status",
            "Old Value": "Open",
            "New Value": words(won="Qualified", lost="Unqualified", open="Working"),
            "Edit Date": stamps(end),
        }
    )
    history.to_csv(tmp_path / "lead_history.csv", index=False)
    mapping = parse(guess([tmp_path / "leads.csv", tmp_path / "lead_history.csv"], tmp_path))
    assert outcome_values(mapping) == {"1": "won"}
    (changes,) = mapping.attribute_changes
    assert changes.columns["attribute"].column == "Field / Event"
    assert changes.columns["value"].column == "New Value"


@pytest.mark.parametrize("name", [" Deal ID ", "Deal ID\n(key)", "Deal\x1bID"])
def test_odd_signs_in_a_header_spoil_no_mapping(tmp_path: Path, name: str) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), Note=[f"n{n}" for n in range(ROWS)])
    frame = frame.rename(columns={"Deal ID": name, "Note": "a\x1b\nnote"})
    _, mapping = first_mapping(tmp_path, frame)
    assert outcomes(tmp_path) == WON + LOST
    assert mapping.leads[0].columns["lead_id"].column == name


def test_words_of_an_end_behind_a_comma(tmp_path: Path) -> None:
    ended = words(won="Abgeschlossen, gewonnen", lost="Abgeschlossen, verloren", open="Angebot")
    _, mapping = first_mapping(tmp_path, deals(Phase=ended, Abschlussdatum=ends("won", "lost")))
    assert set(outcome_values(mapping).values()) == {"won", "lost"}
