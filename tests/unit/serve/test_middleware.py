"""What logs and metrics must not hold, and requests for a time and a model that do not exist."""

import json
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from serve.scoring.pointer import point
from serve.store.engine import open_engine
from tests import served
from tests.unit.serve.test_api import NOW, serving, settings


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manners")
    point(folder, served.lay_down(folder), 7)
    return folder


def test_a_lead_that_is_created_later_than_now(models: Path, tmp_path: Path) -> None:
    later = {"created_at": (NOW + timedelta(hours=1)).isoformat()}
    with serving(settings(models, tmp_path, access_log="no")) as client:
        assert client.put("/v1/leads/L-9", json=later).status_code == 200
        response = client.get("/v1/leads/L-9/score")
    assert (response.status_code, response.json()["type"]) == (409, "/problems/not-yet")


def test_a_replay_by_a_model_that_is_gone_says_so(models: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(models, own)
    older = served.lay_down(own, 1)
    with serving(settings(own, tmp_path, access_log="no", older_models=1)) as client:
        receipt = client.post("/v1/score", json=served.body(2)).json()["receipt_id"]
        point(own, older, 8)
        while client.get("/v1/model").json()["version"] != 8:
            time.sleep(0.02)
        path = f"/v1/receipts/{receipt}"
        assert client.post(f"{path}/replay").content == client.get(path).content, "from the disk"
        point(own, older, 9)
        while client.get("/v1/model").json()["version"] != 9:
            time.sleep(0.02)
        first = served.artifact().fingerprint
        (own / "models" / first).rename(own / "gone")
        assert client.post(f"{path}/replay").status_code == 409
        (own / "gone").rename(own / "models" / first)
        assert client.post(f"{path}/replay").status_code == 200


def test_logs_and_metrics_hold_nothing_personal(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    telltale = "telltale"
    who = {"lead_id": f"{telltale}@example.invalid", "attributes": {f"{telltale}-山田": telltale}}
    body = served.body(3) | who
    body["activities"][0] |= {"text": telltale, "activity_type": f"{telltale}-type"}
    with serving(settings(models, tmp_path)) as client:
        scored = client.post("/v1/score", json=body, headers={"referer": telltale}).json()
        receipt = f"/v1/receipts/{scored['receipt_id']}"
        client.get(receipt)
        client.post(f"{receipt}/feedback", json={"verdict": "junk", "note": telltale})
        client.put(f"/v1/leads/{who['lead_id']}?{telltale}=1", json={"created_at": telltale})
        client.get(f"/{telltale}")
        metrics = client.get("/metrics").text
        engine = open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")
        with engine.begin() as connection:
            connection.execute(text("alter table receipts rename to gone"))
        assert client.post("/v1/score", json=body).status_code == 503
        client.app.state.parts.store.ingest = None  # type: ignore[attr-defined]
        assert client.put(f"/v1/leads/{telltale}", json=later_lead()).status_code == 500
    log = capsys.readouterr().err
    lines = [json.loads(line) for line in log.splitlines()]
    assert "/v1/receipts/{receipt_id}" in {line.get("route") for line in lines}
    assert "defect" in {line["event"] for line in lines}
    assert 'mikomi_scores_total{band="' in metrics
    assert 'mikomi_score_tenth_total{model="' in metrics
    for output in (log, metrics):
        assert telltale not in output
        assert scored["receipt_id"] not in output


def later_lead() -> dict[str, Any]:
    return {"created_at": NOW.isoformat()}
