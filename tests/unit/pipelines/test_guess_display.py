"""What a first mapping shows and never learns, and where it places days."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.displayed import displayed
from pipelines.intake.guess.draft import guess
from pipelines.intake.guess.files.files import read_files
from pipelines.intake.mapping.file import parse

NUMBERS = range(90)


@pytest.mark.parametrize(
    ("header", "value", "word"),
    [
        ("Full Name", "Person {}", "name"),
        ("First Name", "Given {}", "first_name"),
        ("氏名", "山田{}", "name"),
        ("姓", "山田{}", "last_name"),
        ("会社名", "株式会社{}", "company"),
        ("Company", "Firm {}", "company"),
        ("Deal - Organization", "Firm {}", "company"),
        ("商談名", "案件{}", "deal"),
        ("メールアドレス", "p{}", "email"),
        ("reach", "p{}@firm.example", "email"),
        ("電話番号", "03123456{}", "telephone"),
        ("Mobile Phone", "7700900{}", "telephone"),
        ("reach", "+44 7700 9001{:02d}", "telephone"),
        ("Campaign Name", "Spring {}", None),
        ("Email Opt In", "yes", None),
        ("Phone Calls", "{}", None),
        ("Industry", "retail", None),
        ("Serial", "0{:08d}", None),
    ],
)
def test_names_and_ways_to_reach_a_person_are_shown(
    tmp_path: Path, header: str, value: str, word: str | None
) -> None:
    frame = pd.DataFrame({"id": [f"L{n}" for n in NUMBERS],
                          header: [value.format(n) for n in NUMBERS]})  # fmt: skip
    frame.to_csv(tmp_path / "leads.csv", index=False)
    (file,) = read_files([tmp_path], tmp_path)
    shown = {name: column.name for name, column in displayed(file, file.columns).items()}
    assert shown == ({} if word is None else {word: header})


@pytest.mark.parametrize(
    ("values", "days"),
    [
        (["2024-05-03", "2024-05-04"], True),
        (["2024-05-03", "2024-05-04 10:00"], False),
        (["2024-05-03 00:00", "2024-05-04 00:00"], False),
        (["03/05/2024", "14/05/2024"], True),
        (["20240503", "20240504"] * 20, True),
        (["2024年5月3日", "2024年5月4日"], True),
        (["2024年5月3日 午後3時", "2024年5月4日"], False),
    ],
)
def test_dates_without_a_time_of_day_are_days(values: list[str], days: bool) -> None:  # noqa: FBT001
    column = look_at("date", pd.Series(values))
    assert (column.look, column.days) == ("time", days)


def test_days_are_placed_by_what_they_are(tmp_path: Path) -> None:
    closed = [("2024-03-01", "")[n % 3 > 1] for n in NUMBERS]
    frame = pd.DataFrame(
        {
            "Lead ID": [f"L{n}" for n in NUMBERS],
            "Created": [f"2024-02-{1 + n % 28:02d}" for n in NUMBERS],
            "Closed": closed,
            "Status": [("won", "lost", "open")[n % 3] for n in NUMBERS],
        }
    )
    frame.to_csv(tmp_path / "leads.csv", index=False)
    mapping = parse(guess([tmp_path / "leads.csv"], tmp_path))
    assert mapping.leads[0].columns["created_at"].day == "start"
    assert mapping.outcomes[0].columns["occurred_at"].day == "end"


def lines_of_invoices(folder: Path) -> Path:
    rows = [f"{n // 6},{10 + n % 4},2024-03-{1 + n // 12:02d} 09:{n // 3:02d},UK,{2 - n % 7},1.5"
            for n in range(240)]  # fmt: skip
    text = "\n".join(["CustomerID,sku,InvoiceDate,Country,Quantity,UnitPrice", *rows])
    (folder / "shop.csv").write_text(text, "utf-8")
    return folder / "shop.csv"


def test_lines_of_invoices_are_grouped_to_purchases_and_returns(tmp_path: Path) -> None:
    mapping = parse(guess([lines_of_invoices(tmp_path)], tmp_path))
    assert [rule.source for rule in mapping.activities] == ["purchases", "returns"]
    assert [rule.source for rule in mapping.outcomes] == ["purchases"]
    group = mapping.sources["purchases"].group
    assert group is not None
    assert (group.by, set(group.columns)) == (
        ("CustomerID", "InvoiceDate"), {"amount", "line_count", "Country"},
    )  # fmt: skip


def test_a_key_of_several_columns_joins_files_and_days_become_dates(tmp_path: Path) -> None:
    terms = ["2023A", "2023B"]
    keys = [(n, term) for term in terms for n in range(60)]
    files = {
        "people": ["person_id,term,region,level,result"]
        + [f"{n},{t},{'NS'[n % 2]},{n % 3},{('Pass', 'Fail')[n % 2]}" for n, t in keys],
        "entries": ["person_id,term,entry_date,left_date"]
        + [f"{n},{t},{n - 90},{'' if n % 2 else n}" for n, t in keys],
        "tasks": ["task_id,term,kind"] + [f"{k},{t},quiz" for k, t in enumerate(terms)],
        "answers": ["task_id,person_id,sent_date"]
        + [f"{terms.index(t)},{n},{n % 30}" for n, t in keys],
    }
    for name, rows in files.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(rows), "utf-8")
    mapping = parse(guess([tmp_path], tmp_path))
    (leads,) = mapping.leads
    assert set(leads.columns["lead_id"].join) == {"person_id", "term"}
    assert set(mapping.sources["people"].derived) == {
        "starts_on", "entry_date_on", "left_date_on",
    }  # fmt: skip
    (acts,) = mapping.activities
    assert (acts.source, acts.columns["occurred_at"].column) == ("answers", "sent_date_on")
    assert mapping.sources["answers"].lookup[0].source == "tasks"
