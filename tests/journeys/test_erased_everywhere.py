"""A lead is erased by command from everything that was written; so are those silent for long."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from pipelines.lifecycle.erasure import files
from pipelines.run.workspace import Workspace
from pipelines.storage import frames, partitions
from serve.store.leads.ingest import Ingest
from serve.store.schema_versions import made
from serve.wire.stored_bodies import LeadBody
from tests.small_company import create_company, inside, mikomi


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a company with features, a ranking, a server's database, a cache and a killed run."""
    folder = tmp_path / "company"
    folder.mkdir()
    create_company(folder, leads=200)
    for stage in ("ingest", "snapshot", "featurize"):
        assert mikomi(folder, stage) == 0
    tables = folder / "data" / "small" / "tables"
    shutil.copytree(tables, tables.with_name(".tables.making-999999999"))
    cached = folder / ".dvc" / "cache" / "files" / "md5" / "ab"
    cached.mkdir(parents=True)
    shutil.copy(tables / "leads" / "part-00000.parquet", cached / "cdef")
    places = Workspace("small", folder)
    frame = pd.read_parquet(places.snapshots / "part-00000.parquet", columns=["lead_id", "cutoff"])
    places.scores.parent.mkdir(parents=True, exist_ok=True)
    for ranking in (places.scores, places.predictions):
        frame.assign(probability=0.5).to_parquet(ranking)
    frame.to_csv(places.artifacts / "early.csv", index=False)
    lead_id, mate = pd.read_parquet(tables / "leads" / "part-00000.parquet")["lead_id"].iloc[:2]
    rows = [f'leads,"{{""lead_id"": ""{one}""}}"\n' for one in (lead_id, mate)]
    (tables / "quarantine.csv").write_text("".join(["table,content\n", *rows]))
    (folder / "artifacts" / "small" / "note.json").write_text(json.dumps({"worst": [lead_id]}))
    with inside(folder):
        engine = made("sqlite:///artifacts/serve/mikomi.db")
    body = LeadBody(created_at=datetime(2020, 1, 1, tzinfo=UTC), account_id="a")
    Ingest(engine).put_lead(lead_id, body, datetime(2020, 1, 1, tzinfo=UTC))
    engine.dispose()
    return folder


def naming(folder: Path, lead_id: str) -> list[str]:
    """Return the files that name a lead, but for what the CRM exported."""
    files = [file for file in folder.rglob("*") if file.is_file() and "export" not in file.parts]
    return [str(file.relative_to(folder)) for file in files if _holds(file, lead_id)]


def _holds(file: Path, lead_id: str) -> bool:
    content = file.read_bytes()
    if content.startswith(b"PAR1"):
        table = pq.read_table(file)
        return any(lead_id in map(str, table[name].to_pylist()) for name in table.column_names)
    return lead_id.encode() in content


def test_an_erased_lead_is_in_no_file(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = Workspace("small", copied)
    leads = pd.read_parquet(places.tables / "leads" / "part-00000.parquet")["lead_id"]
    lead_id = leads.iloc[0]
    before = naming(copied, lead_id)
    assert {Path(one).parts[0] for one in before} == {"data", "artifacts", ".dvc"}
    assert mikomi(copied, "erase", lead_id) == 0
    output = capsys.readouterr().out
    assert naming(copied, lead_id) == []
    assert "removed  1 leads: the database of the server" in output
    assert "removed  1 leftovers of a killed run: data/small/.tables.making-999999999" in output
    assert "removed  1 copies: .dvc/cache" in output
    assert "not reached  backups" in output
    audit = (places.artifacts / "erasures.jsonl").read_text()
    assert "erased persons from files" in audit
    assert len(partitions.read_all(places.tables).leads) == len(leads) - 1 + _others(places)
    frame, _ = frames.read_features(places.features)
    assert len(frame.keys), "what is left is whole"
    assert mikomi(copied, "erase", lead_id) == 2, "nothing is left of it"


def _others(places: Workspace) -> int:
    return sum(
        pq.read_metadata(file).num_rows
        for file in (places.tables / "leads").iterdir()
        if file.name != "part-00000.parquet"
    )


def test_leads_silent_for_long_are_erased_where_nothing_newer_is_known(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Workspace("small", copied)
    before = set(partitions.read_all(places.tables).leads["lead_id"])
    assert set(files.last_moments(places)) == before
    assert not files.last_moments(places, datetime(1990, 1, 1, tzinfo=UTC)), "all of it is to come"
    assert mikomi(copied, "retention", "--days", "365000") == 0
    assert "0 leads were silent" in capsys.readouterr().out
    assert mikomi(copied, "retention", "--days", "1") == 0
    assert f"{len(before)} leads were silent" in capsys.readouterr().out
    assert partitions.read_all(places.tables).leads.empty
