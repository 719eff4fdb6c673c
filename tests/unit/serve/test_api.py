"""The API as a CRM meets it: answers, refusals, receipts, keys; and what it does on a bad day."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from models.artifact import artifact
from serve.app import create_app
from serve.scoring import model_cards
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.people.api_keys import ApiKeys
from serve.store.schema_versions import upgrade
from tests import served
from tests.clocked import LOCAL

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve")
    fingerprint = artifact.save(folder / "models" / "fresh", served.artifact())
    (folder / "models" / "fresh").rename(folder / "models" / fingerprint)
    point(folder, fingerprint, 7)
    return folder


@contextmanager
def serving(settings: Settings, clock: list[datetime] | None = None) -> Iterator[TestClient]:
    times = clock or [NOW]
    with TestClient(create_app(settings, lambda: times[-1]), LOCAL) as client:
        for _ in range(3_000 if (settings.models / "champion.json").exists() else 0):
            if client.get("/readyz").status_code == 200:
                break
            time.sleep(0.02)
        yield client


def settings(models: Path, tmp_path: Path, **more: Any) -> Settings:
    url = f"sqlite:///{tmp_path / 'mikomi.db'}"
    return Settings(models=models, database_url=url, poll_seconds=0.05, **more)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def client(models: Path, store: Path) -> Iterator[TestClient]:
    """Start one server for all who ask it nothing that others would notice."""
    with serving(settings(models, store, access_log="no")) as ready:
        yield ready


def test_a_score_adds_up_and_can_be_replayed(client: TestClient) -> None:
    response = client.post("/v1/score", json=served.body(30))
    assert response.status_code == 200
    answer = response.json()
    parts = sum(reason["contribution"] for reason in answer["reasons"]) + answer["remainder"]
    assert answer["base_probability"] + parts == pytest.approx(answer["probability"], abs=1e-12)
    assert answer["model"]["version"] == 7
    receipt = f"/v1/receipts/{answer['receipt_id']}"
    assert client.get(receipt).content == response.content
    assert client.post(f"{receipt}/replay").content == response.content


@pytest.mark.parametrize(
    ("header", "query", "language"),
    [("ja-JP,en;q=0.5", "", "ja"), ("ja", "?lang=en", "en"), ("fr", "", "en"), ("", "", "en")],
)
def test_language(client: TestClient, header: str, query: str, language: str) -> None:
    response = client.post(
        f"/v1/score{query}", json=served.body(5), headers={"accept-language": header}
    )
    assert response.json()["language"] == language


def test_unknown_words_are_counted_not_refused(client: TestClient) -> None:
    body = served.body(2)
    body["activities"].append(body["activities"][0] | {"activity_type": "🛸 訪問"})
    body["attributes"] = {"絵文字": "😀"}
    answer = client.post("/v1/score", json=body).json()
    assert answer["unknown"] == {
        "activity_types": {"🛸 訪問": 1},
        "attributes": {"絵文字": 1},
        "topics": {"pricing": 1},  # of a call: only page views of it were learned
    }


def test_every_fault_at_once(client: TestClient) -> None:
    body = served.body(2) | {"created_at": "yesterday", "attributes": 3}
    body["activities"][1]["occurred_at"] = 5
    response = client.post("/v1/score", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    places = " ".join(fault["found"] for fault in response.json()["faults"])
    for place in ("$.attributes", "$.activities[1].occurred_at"):
        assert place in places


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe"])
def test_what_is_no_body_is_refused(client: TestClient, content: bytes) -> None:
    assert client.post("/v1/score", content=content).status_code == 422


def test_a_future_question_is_refused(client: TestClient) -> None:
    later = (NOW + timedelta(seconds=1)).isoformat()
    response = client.post("/v1/score", json=served.body(1) | {"as_of": later})
    assert response.status_code == 422
    assert "as_of" in response.json()["detail"]


def test_batch_answers_each_on_its_own(client: TestClient) -> None:
    leads = [served.body(3), {"lead_id": 5}, served.body(4)]
    results = client.post("/v1/score/batch", json={"leads": leads}).json()["results"]
    assert [line["index"] for line in results] == [0, 1, 2]
    assert results[1]["problem"]["status"] == 422
    alone = client.post("/v1/score", json=leads[2]).json()
    assert results[2]["answer"]["probability"] == alone["probability"]
    logged = results[0]["answer"]["receipt_id"]
    assert client.get(f"/v1/receipts/{logged}").json() == results[0]["answer"]


def test_too_many_in_a_batch(client: TestClient) -> None:
    assert client.post("/v1/score/batch", json={"leads": [{}] * 1001}).status_code == 422


def test_ten_thousand_activities(client: TestClient) -> None:
    assert client.post("/v1/score", json=served.body(10_000)).status_code == 200


def test_feedback_is_stored_beside_the_receipt(client: TestClient, store: Path) -> None:
    receipt = client.post("/v1/score", json=served.body(3)).json()["receipt_id"]
    response = client.post(
        f"/v1/receipts/{receipt}/feedback", json={"verdict": "wrong", "note": "予算なし"}
    )
    assert response.status_code == 204
    bad = client.post(f"/v1/receipts/{receipt}/feedback", json={"verdict": "won"})
    assert bad.status_code == 422
    assert client.post("/v1/receipts/none/feedback", json={"verdict": "junk"}).status_code == 404
    with open_engine(f"sqlite:///{store / 'mikomi.db'}").connect() as connection:
        rows = connection.execute(text("select verdict, note from feedback")).all()
    assert rows == [("wrong", "予算なし")]


def test_without_a_model_no_score(tmp_path: Path) -> None:
    with serving(settings(tmp_path / "nothing", tmp_path, access_log="no")) as client:
        assert client.get("/healthz").status_code == 200
        for response in (client.get("/readyz"), client.post("/v1/score", json=served.body(1))):
            assert response.status_code == 503
            assert response.json()["type"] == "/problems/no-model"
            assert "retry-after" in response.headers


def test_without_a_receipt_no_score_and_recovery_without_restart(
    models: Path, tmp_path: Path
) -> None:
    with serving(settings(models, tmp_path, access_log="no")) as client:
        assert client.post("/v1/score", json=served.body(1)).status_code == 200
        engine = open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")
        with engine.begin() as connection:
            connection.execute(text("alter table receipts rename to gone"))
        response = client.post("/v1/score", json=served.body(1))
        assert response.status_code == 503
        assert response.headers["retry-after"]
        with engine.begin() as connection:
            connection.execute(text("alter table gone rename to receipts"))
        assert client.post("/v1/score", json=served.body(1)).status_code == 200


def test_disk_full_on_the_receipt_log(models: Path, tmp_path: Path) -> None:
    with serving(settings(models, tmp_path, access_log="no")) as client:
        assert client.post("/v1/score", json=served.body(1)).status_code == 200
        receipts = client.app.state.parts.receipts  # type: ignore[attr-defined]
        with receipts._engine.connect() as connection:
            pages = connection.execute(text("pragma page_count")).scalar()
        full = f"pragma max_page_count={pages}"
        event.listen(receipts._engine, "connect", lambda made, _record: made.execute(full))
        receipts._engine.dispose()
        receipts._no_wait.close()
        answers = [client.post("/v1/score", json=served.body(200)).status_code for _ in range(20)]
        assert set(answers) <= {200, 503}
        assert answers[-1] == 503


def test_a_clock_moved_back_is_no_fault(models: Path, tmp_path: Path) -> None:
    clock = [NOW]
    with serving(settings(models, tmp_path, access_log="no"), clock) as client:
        first = client.post("/v1/score", json=served.body(3)).json()
        clock.append(NOW - timedelta(hours=2))
        again = client.post(f"/v1/receipts/{first['receipt_id']}/replay")
        assert again.json() == first
        assert client.post("/v1/score", json=served.body(3)).status_code == 200


def test_keys_scopes_and_limits(models: Path, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")
    upgrade(engine)
    keys = ApiKeys(engine)
    own_id, own = keys.create("crm", frozenset({"score"}), 60, NOW)
    _, reader = keys.create("bi", frozenset({"read"}), 60, NOW)
    with serving(settings(models, tmp_path, access_log="no", burst=3)) as client:
        assert client.post("/v1/score", json=served.body(1)).status_code == 401
        wrong = {"authorization": f"Bearer {own}x"}
        assert client.post("/v1/score", json=served.body(1), headers=wrong).status_code == 401
        other = {"authorization": f"Bearer {reader}"}
        assert client.post("/v1/score", json=served.body(1), headers=other).status_code == 403
        right = {"authorization": f"Bearer {own}"}
        codes = [
            client.post("/v1/score", json=served.body(1), headers=right).status_code
            for _ in range(4)
        ]
        assert codes == [200, 200, 200, 429]
    row = keys.all()[0]
    assert own not in json.dumps([str(part) for part in row])
    keys.revoke(own_id, NOW)
    with serving(settings(models, tmp_path, access_log="no")) as client:
        assert client.get("/v1/model", headers=right).status_code == 401


def test_a_body_too_large(models: Path, tmp_path: Path) -> None:
    with serving(settings(models, tmp_path, access_log="no", body_bytes=2_000)) as client:
        response = client.post("/v1/score", json=served.body(200))
        assert response.status_code == 413
        chunked = client.post("/v1/score", content=iter([b" " * 1_500] * 3))
        assert chunked.status_code == 413


def test_every_answer_is_well_mannered(client: TestClient) -> None:
    response = client.post("/v1/score", json=served.body(1), headers={"x-request-id": "crm-1"})
    assert response.headers["x-request-id"] == "crm-1"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in response.headers
    for lost in (client.get("/nowhere"), client.get("/v1/score")):
        assert lost.headers["content-type"] == "application/problem+json"
        assert lost.status_code in (404, 405)


def test_outlook_and_change(client: TestClient) -> None:
    body = served.body(24)
    scored = client.post("/v1/score", json=body).json()
    outlook = client.post("/v1/outlook", json=body).json()
    assert outlook["history"]["points"][-1]["probability"] == scored["probability"]
    assert outlook["hot_until"]["band"] == scored["band"]
    changed = client.post("/v1/change?since=2026-05-10T09:00:00%2B09:00&lang=ja", json=body).json()
    assert sum(part["change"] for part in changed["parts"]) == changed["change"]
    assert changed["after"]["probability"] == scored["probability"]


@pytest.mark.parametrize(
    "since", ["", "soon", "2026-05-10", "2020-01-01T00:00Z", "2030-01-01T00:00Z"]
)
def test_a_change_since_no_moment_is_refused(client: TestClient, since: str) -> None:
    response = client.post(f"/v1/change?since={since}", json=served.body(2))
    assert response.status_code == 422


def test_the_card_of_the_model(client: TestClient) -> None:
    card = client.get("/v1/model").json()
    assert card["version"] == 7
    assert card["fingerprint"] == served.artifact().fingerprint
    assert 0 < card["counts"]["converted_leads"] < card["counts"]["leads"]
    assert card["bands"] == {"hot": 90.0, "warm": 60.0}


def test_the_card_that_promotion_wrote_comes_along(client: TestClient, models: Path) -> None:
    assert client.get("/v1/model").json()["card"] is None
    place = model_cards.path(models, 7)
    place.parent.mkdir()
    place.write_text('{"limits": ["none"]}', "utf-8")
    assert client.get("/v1/model").json()["card"] == {"limits": ["none"]}


def test_the_description_of_the_api_is_whole(client: TestClient) -> None:
    answer = client.get("/openapi.json").json()
    schemas = answer["components"]["schemas"]
    refers = {part.split('"')[0] for part in json.dumps(answer).split('"#/components/schemas/')[1:]}
    assert refers <= set(schemas)
    assert {"ScoreBody", "ScoreAnswer", "FeedbackBody"} <= refers
    body = answer["paths"]["/v1/score"]["post"]["requestBody"]["content"]["application/json"]
    assert client.post("/v1/score", json=body["example"]).status_code == 200
