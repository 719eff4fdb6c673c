"""The store over HTTP, the same on SQLite and on a real PostgreSQL server."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, text

from serve.store.engine import open_engine
from serve.store.leads import ingest
from serve.store.leads.ingest import Ingest
from serve.store.schema_versions import upgrade
from serve.store.tables import METADATA
from serve.wire.bodies import read
from serve.wire.stored_bodies import ActivitiesBody
from tests import served
from tests.clocked import NOW, Clock, serving


def lead(**more: Any) -> dict[str, Any]:
    body = served.body(0)
    stored = {name: body[name] for name in ("created_at", "owner_id", "attributes")}
    return stored | {"backfill": True} | more


def activities(count: int, lead_id: str = "L-1") -> list[dict[str, Any]]:
    done = served.body(count)["activities"]
    return [
        one | {"lead_id": lead_id, "activity_id": f"{lead_id}-{n}"} for n, one in enumerate(done)
    ]


def send(client: TestClient, done: list[dict[str, Any]]) -> dict[str, Any]:
    response = client.post("/v1/activities", json={"activities": done, "backfill": True})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_stored_lead_scores_as_the_same_lead_in_a_body(client: TestClient) -> None:
    assert client.put("/v1/leads/L-1", json=lead()).status_code == 200
    assert send(client, activities(30)[::-1])["added"] == 30
    stored = client.get("/v1/leads/L-1/score?lang=ja").json()
    sent = client.post("/v1/score?lang=ja", json=served.body(30)).json()
    for answer in (stored, sent):
        del answer["receipt_id"]
    assert stored == sent


def test_twice_is_once_and_a_conflict_is_reported(client: TestClient) -> None:
    client.put("/v1/leads/L-1", json=lead())
    done = activities(5)
    assert send(client, [*done, done[0]])["repeated"] == 1
    other = done[2] | {"activity_type": "fax"}
    answer = send(client, [*done[:2], other, *activities(7)[5:]])
    assert answer == {"added": 2, "repeated": 2, "conflicting": ["L-1-2"], "waiting_for_lead": 0}
    outcome = {"lead_id": "L-1", "outcome": "opened", "occurred_at": "2026-05-01T00:00:00Z"}
    counts = [
        client.post("/v1/outcomes", json={"outcomes": [outcome]}).json()["added"] for _ in range(2)
    ]
    assert counts == [1, 0]


def test_activities_wait_for_their_lead(client: TestClient) -> None:
    assert send(client, activities(4))["waiting_for_lead"] == 4
    assert client.get("/v1/leads/L-1/score").status_code == 404
    client.put("/v1/leads/L-1", json=lead())
    assert client.get("/v1/leads/L-1/score").status_code == 200
    assert send(client, activities(4))["repeated"] == 4


def test_what_is_sent_late_was_not_known_before(client: TestClient, clock: Clock) -> None:
    client.put("/v1/leads/L-1", json=lead())
    before = client.get("/v1/leads/L-1/score").json()
    clock.at += timedelta(minutes=1)
    late = {"activities": activities(30)}
    assert client.post("/v1/activities", json=late).json()["added"] == 30
    clock.at += timedelta(minutes=1)
    after = client.get("/v1/leads/L-1/score").json()
    assert after["probability"] != before["probability"]
    since = (NOW + timedelta(seconds=30)).isoformat().replace("+", "%2B")
    change = client.get(f"/v1/leads/L-1/change?since={since}").json()
    assert change["before"]["probability"] == pytest.approx(before["probability"], abs=1e-6)
    assert sum(part["change"] for part in change["parts"]) == change["change"]
    assert change["parts"][3]["change"] != 0.0


def test_old_answers_are_made_again_after_much_has_happened(
    client: TestClient, clock: Clock
) -> None:
    client.put("/v1/leads/L-1", json=lead(account_id="acme"))
    client.put("/v1/accounts/acme", json={"attributes": {"region": "東京"}})
    send(client, activities(10))
    response = client.get("/v1/leads/L-1/score")
    receipt = f"/v1/receipts/{response.json()['receipt_id']}"
    clock.at += timedelta(days=3)
    send(client, activities(30))
    client.put("/v1/leads/L-1", json=lead(attributes={"industry": "it"}, account_id="acme"))
    client.put("/v1/leads/L-2", json=lead(account_id="acme"))
    assert client.get("/v1/leads/L-1/score").content != response.content
    assert client.post(f"{receipt}/replay").content == response.content
    assert client.get(receipt).content == response.content


def test_planted_fault_a_replay_that_reads_the_newest_revision(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.put("/v1/leads/L-1", json=lead())
    send(client, activities(10))
    response = client.get("/v1/leads/L-1/score").json()
    send(client, activities(30))
    store = client.app.state.parts.store  # type: ignore[attr-defined]
    plain = store.histories.question
    monkeypatch.setattr(store.histories, "question", lambda one, at, _revisions: plain(one, at))
    assert client.post(f"/v1/receipts/{response['receipt_id']}/replay").status_code == 500


def test_history_and_trend_of_a_stored_lead(client: TestClient) -> None:
    client.put("/v1/leads/L-1", json=lead())
    send(client, activities(30))
    answer = client.get("/v1/leads/L-1/history").json()
    now = client.get("/v1/leads/L-1/score").json()
    assert answer["history"]["points"][-1]["probability"] == now["probability"]
    assert answer["hot_until"]["band"] == now["band"]
    answers = client.get("/v1/leads/L-1/history").json()["given"]
    assert [one["receipt_id"] for one in answers] == [now["receipt_id"]]
    assert answers[0]["probability"] == now["probability"]


def test_the_stored_data_of_a_lead_are_returned(client: TestClient, clock: Clock) -> None:
    client.put("/v1/leads/L-1", json=lead(account_id="acme"))
    client.put("/v1/accounts/acme", json={"attributes": {"region": "東京"}})
    send(client, activities(30))
    clock.at += timedelta(days=1)
    client.put("/v1/leads/L-1", json=lead(account_id="acme", attributes={"industry": "it"}))
    clock.at += timedelta(days=1)
    answer = client.get("/v1/leads/L-1").json()
    assert answer["attributes"] == {"industry": "it", "employees": 120.0, "account.region": "東京"}
    assert answer["counts"] == {"activities": 30, "outcomes": 0, "attribute_changes": 1}
    assert (answer["account_id"], answer["revision"], answer["ranked"]) == ("acme", 3, None)
    assert "curve" not in answer
    assert client.get("/v1/leads/L-1?curve=true").json()["curve"] is None
    assert client.get("/v1/leads/L-1?curve=perhaps").status_code == 422
    assert client.get("/v1/leads/L-2").status_code == 404


def test_an_id_that_another_keeps_at_the_same_moment_is_compared_again(
    client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(client, activities(3))
    calls: list[int] = []
    plain = ingest.stored_rows

    def blind(connection: Any, ids: Any) -> Any:
        calls.append(1)
        return [] if len(calls) == 1 else plain(connection, ids)

    monkeypatch.setattr(ingest, "stored_rows", blind)
    if url.startswith("sqlite"):
        assert client.post("/v1/activities", json={"activities": activities(5)}).status_code == 503
        return
    assert send(client, activities(5))["added"] == 2
    assert len(calls) == 2


def test_erasing_a_person_leaves_counts_alone(client: TestClient, url: str) -> None:
    client.put("/v1/leads/山田", json=lead())
    send(client, [one | {"text": "秘密の話"} for one in activities(5, "山田")])
    receipt = client.get("/v1/leads/山田/score").json()["receipt_id"]
    client.post(f"/v1/receipts/{receipt}/feedback", json={"verdict": "agreed", "note": "山田様"})
    answer = client.delete("/v1/leads/山田").json()
    assert answer["activities"] == 5
    assert answer["receipts"] == 1
    assert client.get(f"/v1/receipts/{receipt}").status_code == 410
    assert client.post(f"/v1/receipts/{receipt}/replay").status_code == 410
    assert client.get("/v1/leads/山田/score").status_code == 404
    assert client.delete("/v1/leads/山田").status_code == 404
    engine = open_engine(url)
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            response = str(connection.execute(table.select()).all())
            assert "山田" not in response, table.name
            assert "秘密" not in response, table.name
        assert connection.execute(text("select count(*) from audit")).scalar() == 1
    engine.dispose()


def test_many_tell_of_one_lead_at_once(client: TestClient, url: str) -> None:
    client.put("/v1/leads/L-1", json=lead())
    done = activities(400)
    parts = [done[n::8] for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answer = list(pool.map(lambda part: send(client, part), [*parts, *parts]))
    assert sum(one["added"] + one["repeated"] for one in answer) == 800
    engine = open_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("select count(*), max(revision) from activities")).one()
        revision = connection.execute(text("select revision from leads")).scalar_one()
    engine.dispose()
    assert rows[0] == 400
    assert revision == 17


def test_every_fault_of_a_bulk_is_reported_and_nothing_stored(client: TestClient) -> None:
    done = activities(4)
    done[1]["occurred_at"] = "2026-05-01T00:00:00"
    done[3]["activity_id"] = " "
    response = client.post("/v1/activities", json={"activities": done})
    assert response.status_code == 422
    places = " ".join(fault["found"] for fault in response.json()["faults"])
    assert "$.activities[1].occurred_at" in places
    assert "$.activities[3].activity_id" in places
    assert send(client, activities(4))["added"] == 4


def test_another_birth_of_a_lead_is_refused(client: TestClient) -> None:
    client.put("/v1/leads/L-1", json=lead())
    other = lead(created_at="2026-04-02T00:00:00Z", account_id="acme")
    response = client.put("/v1/leads/L-1", json=other)
    assert response.status_code == 422
    assert len(response.json()["faults"]) == 2


def test_a_database_that_went_away_and_came_back(
    models: Path, tmp_path: Path, clock: Clock
) -> None:
    with serving(models, f"sqlite:///{tmp_path / 'mikomi.db'}", clock) as client:
        client.put("/v1/leads/L-1", json=lead())
        engine = open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")
        for name, other, status in (("leads", "gone", 503), ("gone", "leads", 200)):
            with engine.begin() as connection:
                connection.execute(text(f"alter table {name} rename to {other}"))
            assert client.get("/v1/leads/L-1/score").status_code == status
        engine.dispose()


def test_a_bulk_is_a_few_statements_whatever_its_size(url: str) -> None:
    engine = open_engine(url)
    upgrade(engine)
    response: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *answer: response.append(answer[2]))
    body = read(ActivitiesBody, json.dumps({"activities": activities(2_000)}).encode())
    added = Ingest(engine).add_activities(body.activities, NOW, backfill=True)
    assert added.added == 2_000
    assert len(response) < 20
    engine.dispose()


def outcome(**more: Any) -> dict[str, Any]:
    return {"lead_id": "L-1", "outcome": "won", "occurred_at": "2026-05-01T00:00:00Z"} | more


def test_an_outcome_with_another_amount_is_a_conflict(client: TestClient) -> None:
    def sent(*outcomes: dict[str, Any]) -> tuple[int, int, list[str]]:
        added = client.post("/v1/outcomes", json={"outcomes": list(outcomes)}).json()
        return added["added"], added["repeated"], added["conflicting"]

    other = outcome(deal_id="d", amount=8)
    assert sent(outcome(amount=5), other, other) == (2, 1, [])
    names = ["L-1 won 2026-05-01T00:00:00+00:00", "L-1 d won 2026-05-01T00:00:00+00:00"]
    assert sent(outcome(amount=5), outcome(amount=6), outcome(deal_id="d")) == (0, 1, names)
    new = outcome(deal_id="e", amount=1)
    assert sent(new, new | {"amount": 2}, other)[:2] == (1, 1)
    assert sent(outcome(amount=5)) == (0, 1, [])


def test_an_owner_of_null_takes_the_lead_away(client: TestClient) -> None:
    def owner() -> str | None:
        value: str | None = client.get("/v1/leads/L-1").json()["owner_id"]
        return value

    body = {name: value for name, value in lead().items() if name != "owner_id"}
    sent = [body | {"owner_id": "sato"}, body, body | {"owner_id": None}, body, lead()]
    owners = []
    for minute, one in enumerate(sent):
        client.app.state.parts.now.at += timedelta(minutes=minute)  # type: ignore[attr-defined]
        client.put("/v1/leads/L-1", json=one)
        client.app.state.parts.now.at += timedelta(minutes=1)  # type: ignore[attr-defined]
        owners.append(owner())
    assert owners == ["sato", "sato", None, None, "sato"]
