"""First mappings of exports in which a record takes several rows: one lead, with its lines."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.ingest import check
from pipelines.intake.mapping.schema import Mapping
from tests.strange_exports import (
    ROWS,
    STATES,
    begin,
    column,
    deals,
    ends,
    first_mapping,
    stamps,
    with_lines,
    words,
)

ENDED = STATES.count("won") + STATES.count("lost")
LINES = sum(1 + n % 3 for n in range(ROWS))
START = "レコードの開始行"
Cells = dict[str, str]


def records() -> pd.DataFrame:
    """Return the records of an app of deals."""
    return pd.DataFrame(
        {
            "レコード番号": column(lambda n, _: str(7001 + n)),
            "作成日時": stamps(begin),
            "案件状況": words(won="受注", lost="失注", open="提案"),
            "完了日": ends("won", "lost"),
            "流入経路": column(lambda n, _: ("Web", "展示会", "紹介")[n % 7 % 3]),
        }
    )


def contact(n: int, k: int) -> Cells:
    """Return a line with a time."""
    day = begin(n) + pd.Timedelta(days=k + 1)
    return {"対応日": day.strftime("%Y-%m-%d"), "対応方法": ("電話", "訪問", "メール")[(n + k) % 3]}


def product(n: int, k: int) -> Cells:
    """Return a line without a time."""
    return {"製品": ("A", "B", "C", "D")[(n * 3 + k) % 4], "数量": str(1 + (n + 2 * k) % 5)}


def empty(own: Cells) -> Cells:
    """Return the cells of a record whose further rows are empty."""
    return dict.fromkeys(own, "")


def number_alone(own: Cells) -> Cells:
    """Return the cells of a record whose further rows have its number and nothing else."""
    return empty(own) | {"レコード番号": own["レコード番号"]}


def accepted(folder: Path) -> dict[str, int]:
    """Return how many rows of each table the first mapping gives."""
    report = check(folder / "mapping.yaml")
    return {str(name): table.accepted for name, table in report.tables.items()}


@pytest.mark.parametrize("system", ["kintone", None])
@pytest.mark.parametrize(
    ("further", "mark"),
    [(empty, START), (number_alone, START), (dict, START), (empty, None), (dict, None)],
)
def test_lines_with_a_date_are_activities_of_one_lead(
    tmp_path: Path, further: Callable[[Cells], Cells], mark: str | None, system: str | None
) -> None:
    text, mapping = first_mapping(tmp_path, with_lines(records(), contact, further, mark), system)
    assert accepted(tmp_path) == {"leads": ROWS, "activities": LINES, "outcomes": ENDED}
    assert set(mapping.leads[0].attributes) == {"流入経路"}
    (done,) = mapping.activities
    assert (done.columns["occurred_at"].column, done.columns["activity_type"].column) == (
        "対応日",
        "対応方法",
    )
    question = f"# ? {LINES} rows are {ROWS} leads by レコード番号"
    assert question in text
    assert ("fill_down: [レコード番号]" in text) == (further is empty)


def first_rows_say_other_than_rows(folder: Path, mapping: Mapping) -> bool:
    """Return whether a mapping gives leads or outcomes of lines."""
    rows = accepted(folder)
    return (rows["leads"], rows["outcomes"]) != (ROWS, ENDED) or not mapping.leads


@pytest.mark.parametrize("further", [empty, dict])
def test_lines_without_a_date_are_counted_and_never_learned(
    tmp_path: Path, further: Callable[[Cells], Cells]
) -> None:
    text, mapping = first_mapping(tmp_path, with_lines(records(), product, further))
    assert not first_rows_say_other_than_rows(tmp_path, mapping)
    assert not mapping.activities
    assert "数量 total: {sum: 数量}, " in text or "数量 total: {sum: 数量}}" in text
    assert set(mapping.leads[0].known_later) == {"製品 kinds", "数量 total"}
    assert set(mapping.leads[0].attributes) == {"流入経路"}
    assert all("amount" not in rule.columns for rule in mapping.outcomes), "pieces are no money"


def test_planted_fault_rows_that_are_taken_for_leads(tmp_path: Path) -> None:
    text, mapping = first_mapping(tmp_path, with_lines(records(), product))
    rows = re.sub(r"  deals_records: #.*?\n\n", "\n", text, flags=re.DOTALL)
    rows = rows.replace("source: deals_records", "source: deals")
    rows = rows.replace("lead_id: レコード番号", 'lead_id: {row_number: "row-"}')
    rows = re.sub(r"    known_later:(?:.*\n)+?\n", "\n", rows)
    (tmp_path / "mapping.yaml").write_text(rows, "utf-8")
    assert first_rows_say_other_than_rows(tmp_path, mapping)


def test_an_id_whose_rows_ended_differently_is_a_question(tmp_path: Path) -> None:
    frame = deals(
        Stage=words(won="Closed Won", lost="Closed Lost", open="Proposal"),
        Closed=ends("won", "lost"),
    )
    frame["Deal ID"] = [f"D-{n // 2:04d}" for n in range(ROWS)]
    text, _ = first_mapping(tmp_path, frame)
    assert f"{ROWS} rows have {ROWS // 2} different values of Deal ID" in text
    assert "which differ in how they ended" in text


def test_rows_of_their_own_stay_as_they_are(tmp_path: Path) -> None:
    frame = deals(Stage=words(won="Won", lost="Lost", open="Open"), Closed=ends("won", "lost"))
    frame["Customer ID"] = [f"C-{n % 40:03d}" for n in range(ROWS)]
    frame["Flag"] = column(lambda n, _: "*" if n % 2 == 0 else "")
    _, mapping = first_mapping(tmp_path, frame)
    assert set(mapping.sources) == {"deals"}
    assert accepted(tmp_path) == {"leads": ROWS, "outcomes": ENDED}


def test_a_footer_is_no_line_of_a_record(tmp_path: Path) -> None:
    foot = {"レコード番号": "", "作成日時": "合計 150 件"}
    frame = pd.concat([records(), pd.DataFrame([foot] * 4)], ignore_index=True).fillna("")
    _, mapping = first_mapping(tmp_path, frame)
    assert set(mapping.sources) == {"deals"}
