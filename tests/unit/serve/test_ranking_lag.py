"""A ranking that falls behind its data is named by readiness and by a metric."""

import time
from pathlib import Path
from typing import Any

import pytest

from serve import app
from serve.http import ranking_lag
from serve.http.ranking_lag import FEW, STALE_SECONDS, RankingLag
from serve.scoring.pointer import point
from tests import served
from tests.unit.serve.test_api import serving, settings


def test_behind_lasts_from_the_first_look_at_which_something_is_due_to_one_without() -> None:
    clock = [0.0]
    lag = RankingLag(lambda: clock[0])
    lag.note(due=1)
    clock[0] = STALE_SECONDS
    lag.note(due=1)
    assert (lag.seconds, lag.is_stale) == (STALE_SECONDS, False)
    clock[0] += 1.0
    assert lag.is_stale
    lag.note(due=0)
    lag.note(due=1)
    assert not lag.is_stale


def test_a_page_names_many_leads_that_wait_and_not_a_few() -> None:
    lag = RankingLag(lambda: 0.0)
    assert lag.many_due == 0
    for due, shown in ((FEW - 1, 0), (FEW, FEW), (4000, 4000), (0, 0)):
        lag.note(due=due)
        assert lag.many_due == shown


def test_a_server_whose_refresher_does_nothing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_lag, "STALE_SECONDS", 0.0)
    monkeypatch.setattr(app, "_KEY_SECONDS", 0.05)
    point(tmp_path, served.lay_down(tmp_path), 1)
    with serving(settings(tmp_path, tmp_path, access_log="no")) as client:
        while client.get("/readyz").status_code != 200:
            time.sleep(0.02)
        assert client.get("/readyz").json() == {"status": "ready"}
        lead = {"created_at": "2026-04-01T00:00:00Z"}
        assert client.put("/v1/leads/L-1", json=lead).status_code == 200
        answer: dict[str, Any] = {}
        while "degraded" not in answer:
            answer = client.get("/readyz").json()
        assert answer["status"] == "ready"
        assert answer["degraded"] == ["the ranking has been behind for 0 minutes"]
        metrics = client.get("/metrics").text
        page = client.get("/", headers={"accept": "text/html"}).text
        assert "still to be ranked" not in page
        for n in range(FEW):
            client.put(f"/v1/leads/L-{n}", json=lead)
        while "still to be ranked: 25" not in page:
            page = client.get("/?lang=en", headers={"accept": "text/html"}).text
        assert "順位付けを待つリードが25件" in client.get("/?lang=ja").text
    assert "mikomi_receipts_failing 0.0" in metrics
    behind = next(line for line in metrics.splitlines() if line.startswith("mikomi_ranking_behind"))
    assert float(behind.split()[1]) >= 0.0
