"""The shortcut answers as the route does: status, headers and body, right or wrong."""

import gc
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serve import app
from serve.routes.scoring import fast_path, scores
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.receipts import receipts
from tests import served
from tests.clocked import LOCAL
from tests.quick_servers import SETTLE

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
BODIES = {
    "right": json.dumps(served.body(5)).encode(),
    "unknown words": json.dumps(served.body(1) | {"attributes": {"shoe size": 42}}).encode(),
    "with its curve": json.dumps(served.body(5) | {"curve": True}).encode(),
    "wrong": b'{"lead_id": 7, "activities": [{}]}',
    "no body": b"",
    "future": json.dumps(served.body(1) | {"as_of": "2036-01-01T00:00:00Z"}).encode(),
}
QUERIES = ("", "?lang=ja", "?lang=fr", "?other=1")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("served")
    point(folder, served.lay_down(folder), 1)
    settings = Settings(
        models=folder, database_url=f"sqlite:///{folder / 'mikomi.db'}", access_log="no"
    )
    with TestClient(app.create_app(settings, lambda: NOW), LOCAL) as ready:
        for _ in range(3_000):
            if ready.get("/readyz").status_code == 200:
                break
        yield ready


def response(client: TestClient, body: bytes, query: str) -> tuple[int, dict[str, str], Any]:
    """Send a request; return the response without what is new each time."""
    headers = {"x-request-id": "same", "accept-language": "ja;q=0.5, en;q=0.1"}
    answer = client.post(f"/v1/score{query}", content=body, headers=headers)
    content = answer.json()
    content.pop("receipt_id", None)
    return answer.status_code, dict(answer.headers), content


def assert_same(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Compare the answers of both ways; return the statuses."""
    requests = [(body, query) for body in BODIES.values() for query in QUERIES]
    by_shortcut = [response(client, *one) for one in requests]
    with monkeypatch.context() as patched:
        patched.setattr(app, "is_for_shortcut", lambda _scope: False)
        by_route = [response(client, *one) for one in requests]
    assert by_shortcut == by_route
    return {status for status, _, _ in by_shortcut}


def test_both_ways_say_the_same(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert assert_same(client, monkeypatch) == {200, 422}


def test_planted_fault_a_shortcut_without_its_type(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fast_path, "_TYPE", (b"content-type", b"text/plain"))
    with pytest.raises(AssertionError):
        assert_same(client, monkeypatch)


def test_other_methods_and_paths_go_to_the_framework(client: TestClient) -> None:
    assert client.get("/v1/score").status_code == 405
    assert client.post("/v1/score/", follow_redirects=False).status_code == 307


def test_the_shortcut_is_counted_as_its_route(client: TestClient) -> None:
    client.post("/v1/score", content=BODIES["right"])
    assert 'mikomi_requests_total{method="POST",route="/v1/score",status="200"}' in (
        client.get("/metrics").text
    )


def test_the_curve_is_answered_where_it_is_requested(client: TestClient) -> None:
    plain = client.post("/v1/score", json=served.body(30)).json()
    response = client.post("/v1/score", json=served.body(30) | {"curve": True})
    answer = response.json()
    assert "curve" not in plain
    assert answer["probability"] == plain["probability"]
    points = {one["horizon_days"]: one["probability"] for one in answer["curve"]["points"]}
    assert points[answer["horizon_days"]] == answer["probability"]
    assert list(points.values()) == sorted(points.values())
    assert answer["curve"]["lower_quartile_days"] < answer["curve"]["upper_quartile_days"]
    receipt = f"/v1/receipts/{answer['receipt_id']}"
    assert client.post(f"{receipt}/replay").content == response.content
    listed = served.body(3) | {"curve": "please"}
    assert client.post("/v1/score", json=listed).status_code == 422


def test_a_long_lead_is_scored_and_logged_beside_the_event_loop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise one long lead holds every other request; a short one is quicker in the loop."""
    threads: list[str] = []
    plain = scores.scored

    def noted(*work: Any) -> Any:
        threads.append(threading.current_thread().name)
        return plain(*work)

    monkeypatch.setattr(scores, "scored", noted)
    answers = [client.post("/v1/score", content=BODIES["right"]).json()]
    monkeypatch.setattr(scores, "LONG_BYTES", 100)
    monkeypatch.setattr(receipts, "_LARGE_BYTES", 100)
    answers.append(client.post("/v1/score", content=BODIES["right"]).json())
    loop, beside = threads
    assert loop != beside
    assert beside.startswith("AnyIO worker thread")
    assert len({one["probability"] for one in answers}) == 1
    for one in answers:
        assert client.get(f"/v1/receipts/{one['receipt_id']}").json() == one


def test_a_later_model_does_not_make_the_collector_look_through_everything() -> None:
    """What the first model froze stays frozen: looking through it holds all requests."""
    SETTLE()
    frozen = gc.get_freeze_count()
    SETTLE()
    assert 0 < gc.get_freeze_count() <= frozen
