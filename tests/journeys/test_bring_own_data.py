"""A data scientist brings an export: a first mapping, its faults, the store, snapshots, labels."""

from pathlib import Path

import pandas as pd
import yaml

from features import labels, snapshots
from features.labels import Target
from features.snapshots import CohortRule
from pipelines.intake.guess.draft import guess
from pipelines.intake.ingest import check, ingest
from pipelines.intake.mapping.file import load
from pipelines.storage import partitions
from tests.exports import LEADS, Export, clean


def messy(export: Export) -> Export:
    """Plant what exports have: seven rows that cannot be used, and some that are odd."""
    export.add("leads", {"id": "L000"}, {"id": "", "employees": "3"})
    export.add(
        "leads", {"id": "L500", "created": "sometime"}, {"id": "Ｌ５０１", "employees": "９９"}
    )
    export.add("calls", {"id": "c1", "lead": "L500"}, {"id": "c2", "lead": "L501"})
    export.add("calls", {"id": "c3", "at": "2099-01-01 00:00:00"})
    export.add("mails", {})
    export.add("deals", {"lead": "L003", "state": "Maybe"})
    return export


def test_from_an_unknown_export_to_labelled_snapshots(tmp_path: Path) -> None:
    export = messy(clean())
    path = export.write(tmp_path)

    # A first mapping comes from looking at the files, and already reads.
    files = [tmp_path / f"{name}.csv" for name in ("leads", "mails", "deals", "companies")]
    (tmp_path / "guessed.yaml").write_text(guess(files, tmp_path), "utf-8")
    assert set(load(tmp_path / "guessed.yaml").sources) == {"leads", "mails", "deals", "companies"}

    # With the real mapping every fault comes at once, and nothing is kept.
    report = check(path)
    assert {answer.code for answer in report.errors} == {
        "C002", "C003", "C005", "C006", "C008", "C010",
    }  # fmt: skip
    text = "\n".join(report.lines())
    assert "Maybe (1)" in text
    assert "created_at = 'sometime'" in text
    assert not (tmp_path / "store").exists()

    # Ingest keeps what can be used, puts the rest aside with its reasons, and the counts add up.
    assert ingest(path, tmp_path / "store").tables == report.tables
    aside = pd.read_csv(tmp_path / "store" / "quarantine.csv")
    by_table = aside["table"].value_counts().to_dict()
    assert by_table == {"leads": 3, "activities": 3, "outcomes": 1}
    assert aside["reasons"].str.match(r"C\d{3} ").all()

    # The tables are what features and labels work on.
    tables = partitions.read_all(tmp_path / "store")
    assert len(tables.leads) == LEADS + 1
    assert tables.leads.set_index("lead_id").loc["L501", "employees"] == 99
    until = partitions.manifest(tmp_path / "store").observed_until_at
    rows = snapshots.draw(tables, CohortRule(every_days=14), until)
    label = labels.attach(rows, tables.outcomes, Target(horizon_days=30), until)
    assert label.sum() > 0
    assert set(rows["lead_id"]) == set(tables.leads["lead_id"])


def test_more_of_an_export_is_a_few_more_lines(tmp_path: Path) -> None:
    export = clean()
    export.files["visits"] = export.files["mails"][["lead", "at"]].assign(page="/pricing", s="30")
    export.mapping["sources"]["visits"] = {"path": "visits.csv"}
    export.mapping["activities"].append(
        {
            "source": "visits",
            "columns": {
                "lead_id": "lead",
                "occurred_at": "at",
                "activity_type": {"constant": "page_view"},
                "topic": {"column": "page", "values": {"/pricing": "pricing"}},
                "dwell_seconds": "s",
            },
        }
    )
    before = clean().ingest(tmp_path / "before").tables["activities"].accepted
    assert export.ingest(tmp_path / "after").tables["activities"].accepted == before + 2 * LEADS
    tables = partitions.read_all(tmp_path / "after" / "store")
    assert tables.activities["topic"].value_counts().to_dict() == {"pricing": 2 * LEADS}


def test_an_export_over_several_files_is_one_source(tmp_path: Path) -> None:
    export = clean()
    path = export.write(tmp_path)
    mails = export.files["mails"]
    (tmp_path / "mails.csv").unlink()
    mails.iloc[:100].to_csv(tmp_path / "mails-2025-01.csv.gz", index=False)
    mails.iloc[100:].to_parquet(tmp_path / "mails-2025-02.parquet")
    mapping = yaml.safe_load(path.read_text("utf-8"))
    mapping["sources"]["mails"]["path"] = "mails-*"
    path.write_text(yaml.safe_dump(mapping), "utf-8")
    report = ingest(path, tmp_path / "store")
    assert report.tables["activities"].accepted == 3 * LEADS
    assert report.faults == ()
