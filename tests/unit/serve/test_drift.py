"""The bins that answers fall into are counted, one in 16, against the shares of training."""

import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families as families

from serve.app import create_app
from serve.scoring import drift
from serve.scoring.drift import EVERY, WATCHED, Drift, watched
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.wire.bodies import ScoreBody, read, request_from_body
from tests import served

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def row() -> np.ndarray:
    request = request_from_body(read(ScoreBody, msgspec.json.encode(served.body(30))), NOW)
    return LoadedModel(served.artifact()).values(request)


def test_one_answer_in_sixteen_is_counted_once_for_every_watched_feature() -> None:
    watcher, values = Drift(served.artifact()), row()
    for _ in range(2 * EVERY + 1):
        watcher.see(values)
    counts = watcher.take()
    assert len(counts) == len({one.feature for one in counts}) == WATCHED
    assert {one.came for one in counts} == {3}
    assert watcher.take() == []


def test_the_bin_is_the_one_of_the_evidence() -> None:
    artifact, values = served.artifact(), row()
    watcher = Drift(artifact)
    watcher.see(values)
    for one in watcher.take():
        feature = list(artifact.catalog.names).index(one.feature)
        evidence = artifact.evidence
        begin, end = evidence.binning.starts[feature : feature + 2]
        snapshots = evidence.snapshots[begin:end]
        own = evidence.binning.codes(values)[feature, 0]
        assert one.share == snapshots[own] / snapshots.sum()


def test_the_shares_of_a_feature_are_whole_and_what_tells_is_watched() -> None:
    artifact = served.artifact()
    reference = Drift(artifact).reference()
    names = {one.feature for one in reference}
    assert "engagement__call_count__30d" in names
    assert len(names) == len(watched(artifact.evidence)) == WATCHED
    for name in names:
        assert sum(one.share for one in reference if one.feature == name) == pytest.approx(1.0)


def test_planted_fault_bins_of_another_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    values = row()
    watcher = Drift(served.artifact())
    watcher.see(values)
    right = watcher.take()
    monkeypatch.setattr(drift, "watched", lambda evidence: (watched(evidence) + 1)[:WATCHED] % 40)
    other = Drift(served.artifact())
    other.see(values)
    assert [(one.feature, one.code) for one in other.take()] != [
        (one.feature, one.code) for one in right
    ]


def counted(client: TestClient) -> float:
    metrics = families(client.get("/metrics").text)
    return sum(
        sample.value
        for family in metrics
        if family.name == "mikomi_feature_bin"
        for sample in family.samples
        if sample.name.endswith("_total")
    )


def test_answers_are_counted_and_replays_are_not(tmp_path: Path) -> None:
    point(tmp_path, served.lay_down(tmp_path), 1)
    url = f"sqlite:///{tmp_path / 'm.db'}"
    settings = Settings(models=tmp_path, database_url=url, poll_seconds=0.05, access_log="no")
    with TestClient(create_app(settings, lambda: NOW)) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.02)
        receipt = client.post("/v1/score", json=served.body(3)).json()["receipt_id"]
        for _ in range(3 * EVERY):
            assert client.post(f"/v1/receipts/{receipt}/replay").status_code == 200
        for _ in range(200):
            if counted(client) == WATCHED:
                break
            time.sleep(0.02)
        assert counted(client) == WATCHED
        for _ in range(EVERY):
            client.post("/v1/score", json=served.body(3))
        for _ in range(200):
            if counted(client) == 2 * WATCHED:
                break
            time.sleep(0.02)
        assert counted(client) == 2 * WATCHED
