"""First mappings of exports of further systems, with further faults."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import Mapping
from tests.strange_exports import (
    ROWS,
    begin,
    column,
    deals,
    end,
    ends,
    first_mapping,
    outcome_dates,
    stamps,
    words,
)
from tests.workbooks import write_workbook

STAGE = words(won="Won", lost="Lost", open="Demo")


def of_files(folder: Path, **frames: pd.DataFrame) -> tuple[str, Mapping]:
    for name, frame in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    text = guess([folder / f"{name}.csv" for name in frames], folder)
    (folder / "mapping.yaml").write_text(text, "utf-8")
    return text, parse(text)


def test_where_few_deals_are_open_attributes_stay(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    ended = frame[frame["Stage"] != "Demo"]
    many = pd.concat([ended] * 20, ignore_index=True)
    many["Deal ID"] = [f"E-{n}" for n in range(len(many))]
    still = frame[frame["Stage"] == "Demo"].head(12)
    _, mapping = first_mapping(tmp_path, pd.concat([many, still], ignore_index=True))
    assert {"Source", "Employees"} <= set(mapping.leads[0].attributes)


@pytest.mark.parametrize(
    "cells",
    [
        column(lambda n, state: ("Ann", "Bo", "Cy")[n % 3] if state != "won" else f"CS{n % 2}"),
        column(lambda n, state: str(n % 30) if state == "open" else ""),
    ],
    ids=["another one takes over what was won", "emptied at the end"],
)
def test_what_changes_at_the_end_is_known_later(tmp_path: Path, cells: list[str]) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), Odd=cells)
    _, mapping = first_mapping(tmp_path, frame)
    assert "Odd" in mapping.leads[0].known_later


def test_one_value_of_all_won_deals_raises_a_question(tmp_path: Path) -> None:
    visit = column(lambda n, state: "1" if state == "won" or n % 5 == 0 else "0")
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), visit=visit)
    text, _ = first_mapping(tmp_path, frame)
    assert 'visit: number # ? all that was won has "1": filled later' in text


def test_what_follows_a_later_date_is_known_later_without_an_outcome(tmp_path: Path) -> None:
    frame = deals(
        statecode=words(won="1", lost="2", open="0"),
        finishedon=ends("won", "lost"),
        realvalue=words(won="5000", lost="0", open=""),
    )
    text, mapping = first_mapping(tmp_path, frame)
    assert not mapping.outcomes
    assert {"statecode", "realvalue"} <= set(mapping.leads[0].known_later)
    assert {"Source", "Employees"} <= set(mapping.leads[0].attributes)
    assert "# until then nobody knows which attributes a deal's end fills" in text


def test_a_beginning_is_there_in_most_rows_and_the_earliest(tmp_path: Path) -> None:
    later = stamps(lambda n: begin(n) + pd.Timedelta(days=3))
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    first = column(lambda n, _: f"{begin(n):%Y-%m-%d %H:%M}" if n % 9 == 0 else "")
    frame.insert(1, "First Visit", first)
    frame.insert(1, "Start of contact", later)
    text, mapping = first_mapping(tmp_path, frame)
    assert mapping.leads[0].columns["created_at"].column == "Created Date"
    assert "created_at: Created Date # ? is this when a lead came, or Start of contact" in text
    frame = deals(Stage=STAGE, Closed=ends("won", "lost")).rename(
        columns={"Created Date": "Tanggal"}
    )
    text, _ = first_mapping(tmp_path, frame)
    assert "created_at: Tanggal # ? is this when a lead came" in text


def test_lines_of_stages_beside_deals_make_no_lead_of_a_source(tmp_path: Path) -> None:
    frame = deals().rename(columns={"Source": "Lead Source"})
    lines = pd.DataFrame(
        {
            "Deal ID": [f"D-{n:04d}" for n in range(ROWS) for _ in range(2)],
            "To Stage": [s for state in STAGE for s in ("Proposal", state)],
            "Last Modified": [f"{t(n):%Y-%m-%d %H:%M}" for n in range(ROWS) for t in (begin, end)],
        }
    )
    _, mapping = of_files(tmp_path, opps=frame, history=lines)
    assert [rule.source for rule in mapping.leads] == ["opps"]
    assert not mapping.activities
    assert [rule.source for rule in mapping.outcomes] == ["history"]
    assert outcome_dates(mapping) == ["Last Modified"]


def test_what_was_done_dates_activities_and_plans_raise_a_question(
    tmp_path: Path,
) -> None:
    tasks = pd.DataFrame(
        {
            "Task ID": [f"T{n}" for n in range(3 * ROWS)],
            "Deal ID": [f"D-{n // 3:04d}" for n in range(3 * ROWS)],
            "Type": ["call", "mail", "visit"] * ROWS,
            "Due": [
                f"{begin(n // 3) + pd.Timedelta(days=n % 3):%Y-%m-%d}" for n in range(3 * ROWS)
            ],
            "State": ["done", "planned", "done"] * ROWS,
        }
    )
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    text, _ = of_files(tmp_path, leads=frame, tasks=tasks)
    assert "# ? a planned date: did it happen, and then" in text
    assert f"# ? {ROWS} rows have State: planned; leave them out if not done" in text
    tasks["Ended at"] = [f"{begin(n // 3) + pd.Timedelta(days=n % 3 + 1)}" for n in range(3 * ROWS)]
    _, mapping = of_files(tmp_path, leads=frame, tasks=tasks)
    assert mapping.activities[0].columns["occurred_at"].column == "Ended at"


def test_a_few_open_deals_without_an_end_are_passed_over(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    ended = pd.concat([frame[frame["Stage"] != "Demo"]] * 8, ignore_index=True)
    ended["Deal ID"] = [f"E-{n}" for n in range(len(ended))]
    first_mapping(tmp_path, pd.concat([ended, frame[frame["Stage"] == "Demo"].head(6)]))
    counts = check(tmp_path / "mapping.yaml").tables["outcomes"]
    assert (counts.accepted, counts.quarantined) == (len(ended), 0)


def test_where_no_word_says_won_a_time_may(tmp_path: Path) -> None:
    frame = deals(
        Status=words(won="Frozen", lost="Dead", open="Prospect"), **{"Join Date": ends("won")}
    )
    _, mapping = first_mapping(tmp_path, frame)
    assert outcome_dates(mapping) == ["Join Date"]
    assert "Status" in mapping.leads[0].known_later


def test_a_closed_deal_of_an_unknown_stage_is_not_open(tmp_path: Path) -> None:
    frame = deals(
        Stage=column(lambda n, s: "Review" if s == "lost" and n % 2 else s.capitalize()),
        Completed=stamps(end),
        **{"Is Closed": words(won="Yes", lost="Yes", open="No")},
        Wrapped=words(won="ended", lost="ended", open="going on"),
    )
    text, mapping = first_mapping(tmp_path, frame)
    assert {"Is Closed", "Wrapped"} <= set(mapping.leads[0].known_later)
    assert "# ? Review: " in text


def test_a_header_of_two_rows_of_a_workbook(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    groups = ["Deal", "", "", "", "End", ""]
    for names, expected in ((list(frame.columns), groups), (groups, groups)):
        body = frame.to_numpy().tolist()
        head = [expected, names] if names is not groups else [groups]
        write_workbook(tmp_path / "book.xlsx", {"Deals": [["Report"], *head, *body]})
        mapping = parse(guess([tmp_path / "book.xlsx"], tmp_path))
        two = names is not groups
        assert mapping.leads[0].columns["lead_id"].column == ("Deal ID" if two else "Deal")


def test_amounts_in_several_currencies_raise_a_question(tmp_path: Path) -> None:
    amount = column(lambda n, _: f"{'$€¥'[n % 3]} {1_000 + n:,}")
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), Amount=amount)
    text, _ = first_mapping(tmp_path, frame)
    assert "amount: Amount # ? in several currencies ($, €, ¥)" in text
    plain = frame.assign(Amount=column(lambda n, _: str(1_000 + n)))
    assert "currencies" not in first_mapping(tmp_path, plain)[0]
    plain["Currency"] = column(lambda n, _: ("USD", "JPY")[n % 2])
    assert "in several currencies (USD, JPY)" in first_mapping(tmp_path, plain)[0]


def test_ids_are_known_by_more_than_their_last_word(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost")).drop(columns="Deal ID")
    frame["id_oportunidad"] = [str(n + 1) for n in range(ROWS)]
    frame["Order #"] = [str(900 + n // 2) for n in range(ROWS)]
    text, mapping = first_mapping(tmp_path, frame)
    assert mapping.leads[0].columns["lead_id"].column == "id_oportunidad"
    assert '"Order #": number # ? numbers that name something are no amounts' in text


def test_addresses_of_leads_raise_a_question(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    frame["Buyer"] = [f"p{n % 40}@mail.test" for n in range(ROWS)]
    text, _ = first_mapping(tmp_path, frame)
    assert f"lead_id: Deal ID # ? {ROWS} rows, 40 of Buyer: who is the lead" in text
    frame["Deal ID"] = [f"p{n}@mail.test" for n in range(ROWS)]
    text, _ = first_mapping(tmp_path, frame.drop(columns="Buyer"))
    assert "lead_id: Deal ID # ? an address as id is personal" in text


def test_ends_of_another_file_that_meet_in_another_form_are_followed(tmp_path: Path) -> None:
    leads = deals(Lifecycle=words(won="customer", lost="lead", open="lead"))
    leads["Deal ID"] = [f"Jane.Doe{n}@Acme.com" for n in range(ROWS)]
    leads = leads.rename(columns={"Deal ID": "Email"})
    ended = pd.DataFrame(
        {
            "Deal": [f"D-{n}" for n in range(ROWS)],
            "Contact email": leads["Email"].str.lower(),
            "Deal status": words(won="WON", lost="LOST", open="OPEN"),
            "Closed": ends("won", "lost"),
        }
    )
    _, mapping = of_files(tmp_path, leads=leads, deals=ended)
    assert mapping.leads[0].columns["lead_id"].id_form == "lower_case"
    assert "Lifecycle" in mapping.leads[0].known_later


def test_a_number_that_only_won_deals_have_is_no_id_of_deals(tmp_path: Path) -> None:
    number = column(lambda n, state: f"C-{n}" if state == "won" else "")
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), **{"Contract No": number})
    _, mapping = first_mapping(tmp_path, frame)
    assert "deal_id" not in mapping.outcomes[0].columns
