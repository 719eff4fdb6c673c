"""What channels cost, from a mapping: read, added up, put aside; guessed; never read by a stage."""

from pathlib import Path

import pytest

from features.errors import BadMapping, BadTables
from pipelines.intake import spend
from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check, ingest
from pipelines.intake.mapping.file import load
from pipelines.intake.quarantine import FILE

MAPPING = """\
name: spend
sources: {people: {path: people.csv}, costs: {path: costs.csv}}
leads:
  - source: people
    columns: {lead_id: id, created_at: made}
outcomes:
  - source: people
    columns: {lead_id: id, occurred_at: made, outcome: {constant: opened}}
spend:
  - source: costs
    columns: {source: 媒体, campaign: 施策, month: 対象月, amount: 費用, currency: 通貨}
"""
COSTS = """\
媒体,施策,対象月,費用,通貨
展示会,春,2026年5月分,"1,200,000",JPY
展示会,春,2026/05/20,800000,JPY
広告,,2026-05,450000,JPY
広告,,未定,1,JPY
,,2026-05,1,JPY
広告,,2026-06,-5,JPY
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_text("id,made\na,2026-01-02T00:00:00Z\n", "utf-8")
    (tmp_path / "costs.csv").write_text(COSTS, "utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    return tmp_path


def test_spend_is_added_up_and_bad_rows_are_put_aside_with_the_reason(folder: Path) -> None:
    report = ingest(folder / "mapping.yaml", folder / "store")
    assert report.spend is not None
    assert (report.spend.read, report.spend.accepted, report.spend.quarantined) == (6, 3, 3)
    assert any(line.startswith("spend") for line in report.lines())
    lines = [tuple(one.values()) for one in spend.read(folder / "store")]
    assert lines == [
        ("展示会", "春", "2026-05", 2_000_000.0, "JPY"),
        ("広告", "", "2026-05", 450_000.0, "JPY"),
    ]
    aside = (folder / "store" / FILE).read_text("utf-8-sig")
    for reason in ("no month such as 2026-05", "no source", "no amount from 0 on"):
        assert reason in aside


def test_several_currencies_and_missing_columns_are_refused(folder: Path) -> None:
    (folder / "costs.csv").write_text(COSTS + "広告,,2026-07,5,USD\n", "utf-8")
    with pytest.raises(BadTables, match="spend in JPY, USD"):
        check(folder / "mapping.yaml")
    (folder / "mapping.yaml").write_text(MAPPING.replace(", amount: 費用", ", cost: 費用"), "utf-8")
    with pytest.raises(BadMapping, match="amount must be said"):
        load(folder / "mapping.yaml")


def test_a_file_of_spend_and_the_reasons_of_losses_are_guessed(folder: Path) -> None:
    ends = ("受注", ""), ("失注", "価格")
    deals = "商談ID,リードID,段階,日時,失注理由\n" + "".join(
        f"d{n},l{n},{ends[n % 2][0]},2026-02-{n:02d} 10:00:00,{ends[n % 2][1]}\n"
        for n in range(1, 25)
    )
    leads = "リードID,登録日時\n" + "".join(
        f"l{n},2026-01-{n:02d} 09:00:00\n" for n in range(1, 25)
    )
    (folder / "deals.csv").write_text(deals, "utf-8")
    (folder / "leads.csv").write_text(leads, "utf-8")
    (folder / "costs.csv").write_text("".join(COSTS.splitlines(keepends=True)[:4]), "utf-8")
    text = guess([folder / name for name in ("leads.csv", "deals.csv", "costs.csv")], folder)
    assert "      reason: 失注理由" in text
    assert "      month: 対象月" in text
    assert "      campaign: 施策" in text
