"""The worked mappings read the real data: every row is accounted for."""

import os
from pathlib import Path

import pandas as pd
import pytest

from features.tables import Tables
from pipelines.intake.ingest import ingest
from pipelines.intake.mapping.file import load, parse
from pipelines.intake.mapping.schema import Mapping
from pipelines.intake.prepare.readers import open_sources
from pipelines.intake.read.readable import Piece
from pipelines.intake.report import IngestReport
from pipelines.storage import partitions

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("MIKOMI_DATA", ROOT / ".." / "shared" / "data"))
NAMES = (
    "bpic2012",
    "cdnow",
    "online_retail",
    "online_shoppers",
    "oulad",
    "uci_bank",
    "x_education",
)
real_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real data are not here; MIKOMI_DATA says where they are"
)


def brought(name: str, folder: Path) -> tuple[IngestReport, Tables]:
    report = ingest(ROOT / "examples" / name / "mapping.yaml", folder / "store")
    assert all(count.balanced and count.quarantined == 0 for count in report.tables.values())
    return report, partitions.read_all(folder / "store")


@pytest.mark.parametrize("name", NAMES)
def test_every_example_has_a_mapping_that_reads(name: str) -> None:
    assert load(ROOT / "examples" / name / "mapping.yaml").name == name


def in_english_alone(mapping: Mapping) -> list[str]:
    """List columns whose ground the Japanese page would give in English."""
    rules = (*mapping.leads, *mapping.accounts)
    grounds = [ground for rule in rules for ground in rule.never_use.items()]
    grounds += [(name, later.why) for rule in rules for name, later in rule.known_later.items()]
    assert grounds
    return [name for name, why in grounds if why.en == why.ja or why.ja.isascii()]


@pytest.mark.parametrize("name", ["mapping.yaml", "mapping-with-leak.yaml"])
def test_the_sample_company_says_in_both_languages_why_a_column_is_not_used(name: str) -> None:
    text = (ROOT / "examples" / "sample" / name).read_text("utf-8")
    assert in_english_alone(parse(text)) == []
    planted = text.replace("{en: filled when a deal is lost, ja: 失注時に記入}", "when lost")
    assert in_english_alone(parse(planted)) == ["失注理由"]


def rows_of(name: str, source: str) -> Piece:
    """Read one prepared source of an example, whole."""
    path = ROOT / "examples" / name / "mapping.yaml"
    (piece,) = open_sources(load(path), path.parent)[source].pieces(1_000_000)
    return piece


@real_data
def test_oulad_is_mapped_from_its_raw_files() -> None:
    enrolments = rows_of("oulad", "enrolments")
    assert enrolments.passed_over == {"not for source enrolments": 2_678}
    assert (len(enrolments.frame), enrolments.notices) == (32_593 - 2_678, {})
    local = enrolments.frame["starts_on"].value_counts()
    assert set(local.index) == {"2013-02-01", "2013-10-01", "2014-02-01", "2014-10-01"}
    ends = enrolments.frame["ends_on"].dt.tz_convert("Europe/London")
    assert str(ends.max())[:16] == "2015-06-27 00:00"


@real_data
def test_lines_of_online_retail_add_up() -> None:
    invoices = rows_of("online_retail", "invoices")
    assert invoices.passed_over["rows without CustomerID"] == 135_080
    assert len(invoices.frame) + invoices.passed_over.total() == 541_909
    assert invoices.frame["lines"].sum() == 541_909 - 135_080
    raw = pd.read_parquet(DATA / "online_retail" / "online_retail.parquet")
    raw = raw[raw["CustomerID"].notna()]
    worth = (raw["Quantity"] * raw["UnitPrice"]).sum()
    assert invoices.frame["amount"].sum() == pytest.approx(worth)


@real_data
def test_bpic2012(tmp_path: Path) -> None:
    report, tables = brought("bpic2012", tmp_path)
    assert len(tables.leads) == 13_087
    assert report.tables["activities"].read == 262_200
    assert report.tables["activities"].passed_over == {"the outcome written down": 20_225}
    counts = tables.outcomes["outcome"].value_counts().to_dict()
    assert counts == {"lost": 7_635 + 2_807, "won": 2_246}
    assert tables.outcomes["lead_id"].is_unique
    assert not set(tables.activities["activity_type"]) & {"A_APPROVED", "O_ACCEPTED", "A_DECLINED"}
    assert report.faults == ()
    won = tables.outcomes.query("outcome == 'won'")
    days = won["occurred_at"] - won["lead_id"].map(tables.leads.set_index("lead_id")["created_at"])
    assert days.median() / pd.Timedelta(days=1) == pytest.approx(14.4, abs=0.05)


@real_data
def test_cdnow(tmp_path: Path) -> None:
    report, tables = brought("cdnow", tmp_path)
    assert (len(tables.leads), len(tables.activities), len(tables.outcomes)) == (
        23_570,
        69_659,
        69_659,
    )
    assert report.tables["leads"].passed_over == {"later rows of the lead": 69_659 - 23_570}
    first = tables.activities.groupby("lead_id")["occurred_at"].min()
    assert (first == tables.leads.set_index("lead_id")["created_at"]).all()


@real_data
def test_x_education(tmp_path: Path) -> None:
    report, tables = brought("x_education", tmp_path)
    assert tables.outcomes["outcome"].value_counts().to_dict() == {"lost": 5_679, "won": 3_561}
    assert {"Tags", "Lead Quality", "Last Notable Activity", "Converted"} <= set(report.excluded)
    assert not {"Tags", "Converted"} & set(tables.attributes())
    assert "Select" not in set(tables.leads["City"])
    assert report.faults == ()


@real_data
def test_uci_bank(tmp_path: Path) -> None:
    report, tables = brought("uci_bank", tmp_path)
    assert tables.outcomes["outcome"].value_counts().to_dict() == {"lost": 36_548, "won": 4_640}
    assert len(tables.attributes()) == 17
    assert set(report.excluded) == {"age", "duration", "marital", "y"}
    assert tables.leads["created_at"].dt.strftime("%Y-%m").agg(["min", "max"]).tolist() == [
        "2008-05",
        "2010-11",
    ]
    assert tables.leads["pdays"].notna().sum() == 41_188 - 39_673
    assert report.faults == ()
