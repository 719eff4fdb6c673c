"""The role of each file of an ordinary export is read off its values, not only its names."""

import os
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.cells.links import ExportFile, find_links
from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import Mapping

DATA = Path(os.environ.get("MIKOMI_DATA", Path(__file__).parents[4] / "shared" / "data"))
START = pd.Timestamp("2025-01-06 09:00")
LEADS = 150


def moment(hours: float) -> str:
    return (START + pd.Timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M")


def leads_with_status() -> pd.DataFrame:
    state = ["won", "lost", "open"]
    return pd.DataFrame(
        {
            "id": [str(n + 1) for n in range(LEADS)],
            "created": [moment(31 * n) for n in range(LEADS)],
            "industry": [("IT", "Finance", "Retail")[n % 7 % 3] for n in range(LEADS)],
            "employees": [str(20 + (n * 37) % 110) for n in range(LEADS)],  # among the ids too
            "status": [state[n % 3] for n in range(LEADS)],
            "closed": ["" if n % 3 == 2 else moment(31 * n + 600) for n in range(LEADS)],
        }
    )


def acts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"a{n}" for n in range(3 * LEADS)],
            "lead": [str(n % LEADS + 1) for n in range(3 * LEADS)],
            "when": [moment(31 * (n % LEADS) + 7 * (n // LEADS + 1)) for n in range(3 * LEADS)],
            "type": [("visit", "mail", "call")[n % 7 % 3] for n in range(3 * LEADS)],
        }
    )


def guessed(folder: Path, files: dict[str, pd.DataFrame]) -> tuple[Mapping, Path]:
    for name, frame in files.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    path = folder / "mapping.yaml"
    path.write_text(guess([folder / f"{name}.csv" for name in files], folder), "utf-8")
    return parse(path.read_text("utf-8")), path


def columns(mapping: Mapping, table: str) -> dict[str, str | None]:
    return {name: rule.column for name, rule in getattr(mapping, table)[0].columns.items()}


@pytest.mark.parametrize("names", [("leads", "acts"), ("a", "b"), ("見込み", "活動")])
@pytest.mark.parametrize("order", [1, -1])
def test_leads_with_a_status_and_their_acts(
    tmp_path: Path, names: tuple[str, str], order: int
) -> None:
    both = list(zip(names, (leads_with_status(), acts()), strict=True))[::order]
    mapping, path = guessed(tmp_path, dict(both))
    assert [rule.source for rule in mapping.leads] == [names[0]]
    assert columns(mapping, "leads") == {"lead_id": "id", "created_at": "created"}
    kinds = {name: rule.kind for name, rule in mapping.leads[0].attributes.items()}
    assert kinds == {"industry": "category", "employees": "number"}
    assert [rule.source for rule in mapping.activities] == [names[1]]
    assert columns(mapping, "activities") == {
        "activity_id": "id", "lead_id": "lead", "occurred_at": "when", "activity_type": "type",
    }  # fmt: skip
    assert [rule.source for rule in mapping.outcomes] == [names[0]]
    outcome = mapping.outcomes[0]
    assert outcome.where_present == ("closed",)
    assert columns(mapping, "outcomes") == {
        "lead_id": "id", "occurred_at": "closed", "outcome": "status",
    }  # fmt: skip
    meanings = outcome.columns["outcome"].values  # noqa: PD011 - not a frame
    assert meanings == {"won": "won", "lost": "lost"}
    assert re.search(r"# open: 50 rows, open", path.read_text("utf-8"))
    report = check(path)
    assert report.errors == ()
    assert report.tables["activities"].accepted == 3 * LEADS


def test_the_check_bites_when_leads_and_acts_are_swapped(tmp_path: Path) -> None:
    _, path = guessed(tmp_path, {"leads": leads_with_status(), "acts": acts()})
    raw = yaml.safe_load(path.read_text("utf-8"))
    raw["leads"] = [
        {"source": "acts", "columns": {"lead_id": "lead", "created_at": "when"}, "attributes": {}}
    ]
    taken = {"lead_id": "id", "occurred_at": "created", "activity_type": "industry"}
    raw["activities"] = [{"source": "leads", "columns": taken}]
    path.write_text(yaml.safe_dump(raw), "utf-8")
    assert "C007" in {answer.code for answer in check(path).errors}


def test_three_files_with_lead_ids(tmp_path: Path) -> None:
    leads = leads_with_status().rename(columns={"id": "lead_id", "created": "created_at"})
    deals = leads[["lead_id", "status", "closed"]][leads["status"] != "open"]
    deals = deals.assign(deal_id=[f"D{n}" for n in range(len(deals))], value="1200")
    moves = acts().rename(columns={"lead": "lead_id", "id": "activity_id"})
    leads = leads.drop(columns=["status", "closed"])
    mapping, path = guessed(tmp_path, {"deals": deals, "activities": moves, "leads": leads})
    assert [rule.source for rule in mapping.leads] == ["leads"]
    assert [rule.source for rule in mapping.activities] == ["activities"]
    assert [rule.source for rule in mapping.outcomes] == ["deals"]
    assert columns(mapping, "outcomes") == {
        "lead_id": "lead_id", "deal_id": "deal_id", "occurred_at": "closed",
        "outcome": "status", "amount": "value",
    }  # fmt: skip
    assert check(path).errors == ()


def test_files_of_one_form_are_read_alike(tmp_path: Path) -> None:
    leads = leads_with_status()
    half = LEADS // 2
    files = {"leads_2024": leads.iloc[:half], "leads_2025": leads.iloc[half:], "visits": acts()}
    mapping, path = guessed(tmp_path, files)
    assert [rule.source for rule in mapping.leads] == ["leads_2024", "leads_2025"]
    assert [rule.source for rule in mapping.outcomes] == ["leads_2024", "leads_2025"]
    assert [rule.source for rule in mapping.activities] == ["visits"]
    report = check(path)
    assert report.errors == ()
    assert report.tables["outcomes"].accepted == (leads["closed"] != "").sum()


def test_purchases_alone_are_activities_and_conversions(tmp_path: Path) -> None:
    rows = [f"{n % 60:03d}  {20250101 + n % 28}  {5 + n % 9}.50" for n in range(300)]
    export = tmp_path / "sales.txt"
    export.write_text("\n".join([" customer_id  date  dollars", *rows, rows[0]]), "utf-8")
    (tmp_path / "mapping.yaml").write_text(guess([export], tmp_path), "utf-8")
    report = check(tmp_path / "mapping.yaml")
    rows = {name: table.accepted for name, table in report.tables.items()}
    assert rows == {"leads": 60, "activities": 301, "outcomes": 301}
    assert report.errors == ()


def test_japanese_headers(tmp_path: Path) -> None:
    words = {"id": "リードID", "created": "登録日時", "industry": "業種", "employees": "従業員数"}
    leads = leads_with_status().rename(columns=words).drop(columns=["status", "closed"])
    deals = pd.DataFrame(
        {
            "リードID": leads["リードID"].repeat(2).to_numpy(),
            "日時": [moment(31 * (n // 2) + 100 + n % 2) for n in range(2 * LEADS)],
            "段階": [("商談化", ("受注", "失注")[n // 2 % 2])[n % 2] for n in range(2 * LEADS)],
        }
    )
    moves = acts().rename(
        columns={"id": "活動ID", "lead": "リードID", "when": "日時", "type": "種別"}
    )
    mapping, path = guessed(tmp_path, {"商談": deals, "リード": leads, "活動": moves})
    assert [rule.source for rule in mapping.leads] == ["リード"]
    assert columns(mapping, "leads") == {"lead_id": "リードID", "created_at": "登録日時"}
    assert columns(mapping, "activities")["activity_type"] == "種別"
    meanings = mapping.outcomes[0].columns["outcome"].values  # noqa: PD011 - not a frame
    assert meanings == {"商談化": "opened", "受注": "won", "失注": "lost"}
    assert mapping.times.zone == "Asia/Tokyo"
    assert check(path).errors == ()


def test_a_single_flat_table_with_a_converted_flag(tmp_path: Path) -> None:
    flat = leads_with_status().drop(columns=["status", "closed"])
    flat = flat.assign(converted=[str(int(n % 4 == 0)) for n in range(LEADS)])
    mapping, path = guessed(tmp_path, {"export": flat})
    assert columns(mapping, "leads") == {"lead_id": "id", "created_at": "created"}
    assert mapping.activities == ()
    meanings = mapping.outcomes[0].columns["outcome"].values  # noqa: PD011 - not a frame
    assert meanings == {"0": "lost", "1": "won"}
    assert "converted" not in mapping.leads[0].attributes
    assert check(path).errors == ()


def test_files_without_any_key_still_give_a_mapping_that_reads(tmp_path: Path) -> None:
    colours = pd.DataFrame({"colour": ["red", "blue"] * 20})
    mapping, _ = guessed(tmp_path, {"one": colours, "two": colours.rename(columns={"colour": "c"})})
    assert mapping.leads[0].columns["lead_id"].row_number == "row-"


def file(name: str, **values: list[str]) -> ExportFile:
    looked = tuple(look_at(column, pd.Series(cells)) for column, cells in values.items())
    return ExportFile(name, f"{name}.csv", looked, len(next(iter(values.values()))))


def test_a_number_among_the_ids_is_no_link_unless_its_name_says_so() -> None:
    ids = [str(n) for n in range(1, 200)]
    leads = file("leads", id=ids)
    few = [str(n % 50 + 1) for n in range(100)]
    assert find_links([leads, file("sizes", employees=few)]) == []
    links = find_links([leads, file("calls", lead=few)])
    assert [(link.column.name, link.parent.name) for link in links] == [("lead", "leads")]
    strange = [str(n % 50 + 1000) for n in range(100)]
    assert find_links([leads, file("calls", lead=strange)]) == []


real = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project")


@real
@pytest.mark.parametrize(
    "export",
    [
        "x_education/Leads.csv.gz",
        "uci_bank_marketing/bank-full.csv.gz",
        "cdnow/CDNOW_master.txt.gz",
    ],
)
def test_one_real_file(tmp_path: Path, export: str) -> None:
    (tmp_path / "mapping.yaml").write_text(guess([DATA / export], tmp_path), "utf-8")
    report = check(tmp_path / "mapping.yaml")
    assert report.errors == ()
    assert report.tables["outcomes"].accepted >= report.tables["leads"].accepted > 0


@real
def test_the_pipeline_of_a_crm(tmp_path: Path) -> None:
    crm = DATA / "maven_crm"
    names = ["accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv.gz"]
    text = guess([crm / name for name in names], tmp_path)
    (tmp_path / "mapping.yaml").write_text(text, "utf-8")
    mapping = parse(text)
    assert columns(mapping, "leads") == {
        "lead_id": "opportunity_id", "created_at": "engage_date", "account_id": "account",
        "owner_id": "sales_agent",
    }  # fmt: skip
    assert [rule.source for rule in mapping.accounts] == ["accounts"]
    assert columns(mapping, "outcomes")["occurred_at"] == "close_date"
    assert columns(mapping, "outcomes")["outcome"] == "deal_stage"
    assert "products" in text
    assert check(tmp_path / "mapping.yaml").errors == ()
