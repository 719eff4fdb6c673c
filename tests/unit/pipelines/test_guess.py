"""A guessed mapping always reads as a mapping, and `check` can be run on it at once."""

from pathlib import Path

import pandas as pd
import pytest

from features.tables import SPECS
from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check, ingest
from pipelines.intake.mapping.file import parse
from pipelines.intake.mapping.schema import Mapping
from pipelines.storage import partitions
from tests.exports import clean


def guessed(folder: Path, **files: str) -> tuple[str, Mapping]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    text = guess([folder / f"{name}.csv" for name in files], folder)
    (folder / "mapping.yaml").write_text(text, "utf-8")
    return text, parse(text)


def grounds(mapping: Mapping) -> dict[str, tuple[str, str]]:
    return {name: (why.en, why.ja) for name, why in mapping.leads[0].never_use.items()}


@pytest.mark.parametrize(
    ("name", "values", "look", "formats"),
    [
        ("created", ["2026-01-01 09:00", "2026-02-01 09:00"], "time", ("iso",)),
        ("day", ["01/02/2026", "03/04/2026"], "time", ("%d/%m/%Y", "%m/%d/%Y")),
        ("day", ["01/02/2026", "03/14/2026"], "time", ("%m/%d/%Y",)),
        ("date", ["20260101", "20260201"], "time", ("%Y%m%d",)),
        ("visits", ["20260101", "20260201"], "number", ()),
        ("ts", ["1775001600", "1775001700"], "time", ("epoch_s",)),
        ("登録日", ["2026年4月1日", "2026年5月1日"], "time", ("%Y年%m月%d日",)),
        ("size", ["1,200", "50", "NA"], "number", ()),
        ("code", ["007", "010"], "category", ()),
        ("empty", ["", "NA"], "empty", ()),
        ("remark", [f"{n} {'words ' * 20}" for n in range(100)], "text", ()),
        ("uuid", [f"{n:08x}-ab" for n in range(100)], "id", ()),
    ],
)
def test_what_a_column_looks_like(
    name: str, values: list[str], look: str, formats: tuple[str, ...]
) -> None:
    column = look_at(name, pd.Series(values))
    assert (column.look, column.formats) == (look, formats)


def test_an_export_of_several_files_gets_its_roles(tmp_path: Path) -> None:
    export = clean()
    files = {
        "customers": export.files["leads"].rename(columns={"id": "lead"}).to_csv(index=False),
        "calls": export.files["calls"].to_csv(index=False),
        "mails": export.files["mails"].to_csv(index=False),
        "deals": pd.concat([export.files["deals"]] * 2).to_csv(index=False),
        "history": pd.concat([export.files["changes"]] * 2).to_csv(index=False),
    }
    text, mapping = guessed(tmp_path, **files)
    assert mapping.leads[0].columns["lead_id"].column == "lead"
    assert mapping.leads[0].columns["created_at"].column == "created"
    assert mapping.leads[0].attributes["employees"].kind == "number"
    assert [rule.source for rule in mapping.activities] == ["calls", "mails"]
    calls, mails = mapping.activities
    assert calls.columns["activity_id"].column == "id"
    assert mails.columns["activity_type"].column == "what"
    assert [rule.source for rule in mapping.outcomes] == ["deals"]
    assert [rule.source for rule in mapping.attribute_changes] == ["history"]
    meanings = mapping.outcomes[0].columns["outcome"].values  # noqa: PD011 - not a frame
    assert meanings == {"Won": "won", "Lost": "lost", "Qualified": "Qualified"}
    assert "in which zone" in text
    report = check(tmp_path / "mapping.yaml")
    assert report.tables["leads"].accepted == 120
    assert {answer.code for answer in report.errors} == {"C006"}


def test_a_flat_table_gets_leads_outcomes_and_questions(tmp_path: Path) -> None:
    rows = [f"{n},p{n}@x.test,{n % 3},{'male' if n % 2 else 'female'},Select,{n % 2}"
            for n in range(80)]  # fmt: skip
    header = "Prospect ID,Email Address,visits,gender,Lead Quality,Converted"
    text, mapping = guessed(tmp_path, leads="\n".join([header, *rows]))
    assert grounds(mapping) == {"gender": ("protected", "保護属性")}
    assert mapping.leads[0].display == {"email": "Email Address"}
    assert "Select" in mapping.missing_values
    meanings = mapping.outcomes[0].columns["outcome"].values  # noqa: PD011 - not a frame
    assert meanings == {"0": "lost", "1": "won"}
    assert "# left out: Lead Quality (no values)" in text
    report = check(tmp_path / "mapping.yaml")
    assert report.errors == ()
    assert report.tables["outcomes"].accepted == 80


def test_one_log_of_events_gives_leads_activities_and_outcomes(tmp_path: Path) -> None:
    rows = []
    for n in range(40):
        rows += [f"case-{n},2026-01-{1 + n % 20:02d}T09:00:00Z,visit"]
        rows += [f"case-{n},2026-01-{2 + n % 20:02d}T09:00:00Z,{what}" for what in ("call", "mail")]
        rows += [f"case-{n},2026-02-{1 + n % 20:02d}T09:00:00Z,{('Won', 'Lost')[n % 2]}"]
    text, mapping = guessed(tmp_path, log="\n".join(["case_id,time,event", *rows]))
    assert mapping.leads[0].first_row_of_lead
    assert sorted(mapping.outcome_activities) == ["Lost", "Won"]
    report = check(tmp_path / "mapping.yaml")
    assert (report.tables["leads"].accepted, report.tables["activities"].accepted) == (40, 120)
    assert report.tables["outcomes"].accepted == 40
    assert report.errors == ()
    assert text.startswith("# A first mapping")


def test_parquet_and_japanese_words(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "顧客ID": [f"K{n:04d}" for n in range(90)],
            "登録日時": pd.date_range("2026-01-01", periods=90, tz="UTC"),
            "業種": ["製造", "小売", "IT"] * 30,
            "氏名": [f"氏名{n}" for n in range(90)],
            "結果": ["受注", "失注", "商談中"] * 30,
        }
    )
    frame.to_parquet(tmp_path / "リード.parquet")
    mapping = parse(guess([tmp_path / "リード.parquet"], tmp_path))
    assert mapping.leads[0].columns["lead_id"].column == "顧客ID"
    assert (grounds(mapping), mapping.leads[0].display) == ({}, {"name": "氏名"})
    meanings = mapping.outcomes[0].columns["outcome"].values  # noqa: PD011 - not a frame
    assert meanings == {"受注": "won", "失注": "lost"}  # the others are open


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_canonical_files_are_mapped_as_they_are(tmp_path: Path, form: str) -> None:
    clean().ingest(tmp_path)
    tables = partitions.read_all(tmp_path / "store")
    paths = []
    for name in SPECS:
        paths.append(tmp_path / f"{name}.{form}")
        frame: pd.DataFrame = getattr(tables, name)
        frame.to_csv(paths[-1], index=False) if form == "csv" else frame.to_parquet(paths[-1])
    (tmp_path / "mapping.yaml").write_text(guess(paths, tmp_path), "utf-8")
    report = ingest(tmp_path / "mapping.yaml", tmp_path / "again")
    assert report.errors == ()
    again = partitions.read_all(tmp_path / "again")
    for name in SPECS:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(tables, name))
