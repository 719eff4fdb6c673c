"""What a CRM sends becomes training data: the same records, and features equal to the bit."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from features.build import build
from features.errors import BadTables
from features.tables import Tables
from models.artifact import artifact
from pipelines.intake.ingest import IngestSettings, ingest_from
from pipelines.intake.read import server_database
from pipelines.storage import partitions
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from serve.store.leads.history import HistoryReader
from tests import served
from tests.builders import Company, company
from tests.clocked import NOW, Clock
from tests.parity.test_single_encoding import records_of

LEADS = 8


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def plain(record: Any, **more: Any) -> dict[str, Any]:
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    return {
        name: iso(value) if isinstance(value, datetime) else value
        for name, value in (fields | more).items()
        if value is not None
    }


@pytest.fixture
def sent(client: TestClient, clock: Clock) -> Tables:
    """Send a company as a CRM would, later values of attributes as they come in."""
    whole = company(Company(leads=LEADS, activities=150, outcomes=30, changes=25, seed=11))
    histories = records_of(whole, list(whole.leads["lead_id"]))
    for name in ("acme", "globex"):
        row = whole.accounts.set_index("account_id").loc[name].dropna().to_dict()
        known = row.pop("known_at", None)
        body = {"attributes": row, "known_at": None if known is None else known.isoformat()}
        assert client.put(f"/v1/accounts/{name}", json=body).status_code == 204
    first = [one.lead for one in histories]
    activities = [
        plain(act, lead_id=one.lead.lead_id) for one in histories for act in one.activities
    ]
    assert client.post("/v1/activities", json={"activities": activities[::2]}).status_code == 200
    for lead in first:
        body = plain(lead, backfill=True)
        del body["lead_id"]
        assert client.put(f"/v1/leads/{lead.lead_id}", json=body).status_code == 200
    clock.at += timedelta(seconds=1)
    later = {"activities": activities[1::2], "backfill": True}
    assert client.post("/v1/activities", json=later).status_code == 200
    outcomes = [plain(deal, lead_id=one.lead.lead_id) for one in histories for deal in one.outcomes]
    response = client.post("/v1/outcomes", json={"outcomes": outcomes, "backfill": True})
    assert response.status_code == 200
    for n, one in enumerate(change for history in histories for change in history.changes):
        clock.at += timedelta(hours=n % 3, seconds=1)
        lead = first[n % LEADS]
        value = float(n) if one.attribute == "employees" else one.value
        body = {"created_at": iso(lead.created_at), "attributes": {one.attribute: value}}
        body["owner_id"] = f"owner-{n % 3}"
        assert client.put(f"/v1/leads/{lead.lead_id}", json=body).status_code == 200
    clock.at += timedelta(minutes=5)
    return whole


def taken(url: str, out: Path, until: datetime) -> Tables:
    now = pd.Timestamp(until)
    store = server_database.look(url, now)
    report = ingest_from(store.mapping, store.readers, out, IngestSettings(as_of=now))
    assert all(count.quarantined == 0 for count in report.tables.values()), report.lines()
    return partitions.read_all(out)


@pytest.mark.usefixtures("sent")
def test_training_computes_the_features_of_the_api_to_the_bit(
    models: Path, url: str, clock: Clock, tmp_path: Path
) -> None:
    assert differences(models, url, clock, tmp_path / "store") == []


def differences(models: Path, url: str, clock: Clock, out: Path) -> list[str]:
    tables = taken(url, out, clock.at)
    loaded = LoadedModel(artifact.load(models / "models" / served.artifact().fingerprint))
    cutoffs = [clock.at - timedelta(days=days) for days in (0, 1, 20, 60)]
    rows = pd.DataFrame(
        [(lead_id, at) for lead_id in tables.leads["lead_id"] for at in cutoffs],
        columns=["lead_id", "cutoff"],
    )
    rows["cutoff"] = rows["cutoff"].astype("datetime64[us, UTC]")
    frame = build(tables, rows, loaded.artifact.catalog)
    engine = open_engine(url)
    histories = HistoryReader(engine)
    differing = []
    for n, lead_id in enumerate(tables.leads["lead_id"]):
        question, _ = histories.question(lead_id, clock.at)
        theirs = loaded.values(question, cutoffs)
        mine = frame.values[n * len(cutoffs) : (n + 1) * len(cutoffs)]  # noqa: PD011
        differ = ~((mine == theirs) | (np.isnan(mine) & np.isnan(theirs)))
        differing += [loaded.artifact.catalog.names[j] for j in differ.any(axis=0).nonzero()[0]]
    engine.dispose()
    return differing


def test_the_tables_hold_what_was_sent(
    sent: Tables, url: str, clock: Clock, tmp_path: Path
) -> None:
    tables = taken(url, tmp_path / "store", clock.at)
    assert tables.leads["lead_id"].tolist() == sorted(sent.leads["lead_id"])
    for name in ("created_at", "owner_id", "account_id", "industry", "employees"):
        mine = tables.leads.set_index("lead_id")[name]
        theirs = sent.leads.set_index("lead_id")[name]
        pd.testing.assert_series_equal(mine, theirs.sort_index(), check_dtype=False)
    key = ["activity_id"]
    names = ["lead_id", "occurred_at", "activity_type", "topic", "direction", "actor",
             "dwell_seconds", "amount"]  # fmt: skip
    mine, theirs = (
        one.activities.sort_values(key).reset_index(drop=True) for one in (tables, sent)
    )
    pd.testing.assert_frame_equal(mine[key + names], theirs[key + names], check_dtype=False)
    assert len(tables.outcomes) == len(sent.outcomes.drop_duplicates(
        ["lead_id", "deal_id", "outcome", "occurred_at"]))  # fmt: skip
    when_received = tables.activities["known_at"] > pd.Timestamp(NOW - timedelta(days=1))
    assert when_received.sum() > 0


@pytest.mark.usefixtures("sent")
def test_planted_fault_known_at_left_out_is_another_past(
    models: Path, url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_column = server_database._column

    def faulty(name: str, cells: Any) -> pd.Series:
        return plain_column(name, [None] * len(cells) if name == "known_at" else cells)

    monkeypatch.setattr(server_database, "_column", faulty)
    assert differences(models, url, clock, tmp_path / "store") != []


@pytest.mark.usefixtures("sent")
def test_an_erased_person_teaches_nothing(
    client: TestClient, url: str, clock: Clock, tmp_path: Path
) -> None:
    assert client.delete("/v1/leads/lead-003").status_code == 200
    tables = taken(url, tmp_path / "store", clock.at)
    for name in ("leads", "activities", "outcomes", "attribute_changes"):
        table = getattr(tables, name)
        assert len(table) > 0
        assert "lead-003" not in set(table["lead_id"])


def test_the_command_takes_it(sent: Tables, url: str, tmp_path: Path, clock: Clock) -> None:
    from pipelines.commands.app import app  # noqa: PLC0415 - it reads the entry points

    params = tmp_path / "params.yaml"
    params.write_text("workspace: fromcrm\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        response = CliRunner().invoke(
            app,
            ["ingest", "--params", str(params), "--server-database", url],
            obj=lambda: clock.at.astimezone(UTC),
            catch_exceptions=False,
        )
    assert response.exit_code == 0, response.output
    assert f"leads {len(sent.leads)}" in response.output


def test_what_is_no_store_is_reported(tmp_path: Path) -> None:
    none = tmp_path / "none.db"
    with pytest.raises(BadTables, match="no file"):
        server_database.look(f"sqlite:///{none}", None)
    assert not none.exists()
    none.touch()
    with pytest.raises(BadTables, match="mikomi server"):
        server_database.look(f"sqlite:///{none}", None)
