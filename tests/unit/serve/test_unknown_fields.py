"""A name that the API does not know is refused, with the names that it knows: nothing is lost."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from docs.api_types import reached
from serve import app
from serve.routes.openapi import operations
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.wire import bodies, body_faults
from serve.wire.bodies import ScoreBody
from tests import served
from tests.clocked import LOCAL
from tests.unit.serve.test_fast_path import NOW

LEAD = {"lead_id": "X", "created_at": "2026-04-01T00:00:00Z"}
CALL = {"activity_type": "call", "occurred_at": "2026-05-01T00:00:00Z"}
STORED = CALL | {"lead_id": "L-1", "activity_id": "a"}
NESTED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "$.activities[0].topik": ("POST", "/v1/score", LEAD | {"activities": [CALL | {"topik": "a"}]}),
    "$.outcomes[0].ammount": (
        "POST",
        "/v1/score",
        LEAD | {"outcomes": [{"outcome": "won", "occurred_at": NOW.isoformat(), "ammount": 1}]},
    ),
    "$.changes[0].valeu": (
        "POST",
        "/v1/score",
        LEAD | {"changes": [{"attribute": "a", "occurred_at": "2026-05-01T00:00:00Z", "valeu": 1}]},
    ),
    "$.account.atributes": (
        "POST",
        "/v1/score",
        LEAD | {"account": {"account_id": "A", "atributes": {}}},
    ),
    "$.activities[0].topic_": ("POST", "/v1/activities", {"activities": [STORED | {"topic_": 1}]}),
    "$.spend[0].campagne": (
        "POST",
        "/v1/spend",
        {"spend": [{"source": "a", "month": "2026-05", "amount": 1, "campagne": "b"}]},
    ),
    "$.leads[0].ownerId": (
        "POST",
        "/v1/assignment",
        {"leads": [{"lead_id": "L-1", "owner_id": "abe", "ownerId": "sato"}]},
    ),
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("strict")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture(scope="module")
def client(place: Path) -> Iterator[TestClient]:
    settings = Settings(models=place, database_url=f"sqlite:///{place / 'm.db'}", access_log="no")
    with TestClient(app.create_app(settings, lambda: NOW), LOCAL) as ready:
        for _ in range(3_000):
            if ready.get("/readyz").status_code == 200:
                break
        yield ready


def faults(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 422, answer.text
    listed: list[dict[str, str]] = answer.json()["faults"]
    return listed


def test_misspelled_fields_are_refused_all_at_once_with_the_nearest_name(
    client: TestClient,
) -> None:
    body = LEAD | {"atributes": {"a": 1}, "activites": [CALL], "shoe": 1, "owner_id": 7}
    listed = faults(client.post("/v1/score", json=body))
    known = "one of lead_id, created_at, known_at, account_id, owner_id, attributes, outcomes, "
    known += "changes, account, as_of, curve, activities"
    assert listed == [
        {"found": "$.atributes", "expected": known, "do": "did you mean `attributes`?"},
        {"found": "$.activites", "expected": known, "do": "did you mean `activities`?"},
        {"found": "$.shoe", "expected": known, "do": "leave it out"},
        {"found": "$.owner_id: 7", "expected": "string or null", "do": "correct the field"},
    ]


def test_names_inside_attributes_are_the_senders_own(client: TestClient) -> None:
    answer = client.post("/v1/score", json=LEAD | {"attributes": {"atributes": "x"}}).json()
    assert answer["unknown"]["attributes"] == {"atributes": 1}


def test_a_refused_lead_is_not_stored(client: TestClient) -> None:
    body = {"created_at": LEAD["created_at"], "atributes": {"a": 1}, "ownerid": "S01"}
    listed = faults(client.put("/v1/leads/T-1", json=body))
    assert [one["do"] for one in listed] == [
        "did you mean `attributes`?",
        "did you mean `owner_id`?",
    ]
    assert client.get("/v1/leads/T-1").status_code == 404


@pytest.mark.parametrize("place_of", NESTED)
def test_an_unknown_field_of_a_record_is_refused(client: TestClient, place_of: str) -> None:
    method, path, body = NESTED[place_of]
    listed = faults(client.request(method, path, json=body))
    assert [one["found"] for one in listed] == [place_of]


def test_a_batch_refuses_the_lead_that_has_it(client: TestClient) -> None:
    leads = [LEAD, LEAD | {"atributes": {}}, served.body(2)]
    results = client.post("/v1/score/batch", json={"leads": leads}).json()["results"]
    assert [one["answer"] is not None for one in results] == [True, False, True]
    assert "did you mean `attributes`?" in results[1]["problem"]["detail"]
    faults(client.post("/v1/score/batch", json={"leads": leads, "lead": 1}))


def test_every_body_of_the_api_is_closed_and_its_example_is_taken(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    bodies_of = [one for one in operations(document) if "requestBody" in one[2]]
    assert len(bodies_of) >= 12
    for path, method, operation in bodies_of:
        content = operation["requestBody"]["content"]["application/json"]
        for name in reached(content["schema"], schemas):
            assert schemas[name]["additionalProperties"] is False, (path, name)
        url = path.format(**dict.fromkeys(("lead_id", "account_id", "owner_id"), "E"),
                          receipt_id="r", name="n")  # fmt: skip
        query = {"since": "2026-05-01T00:00:00Z"} if path == "/v1/change" else {}
        more = content["example"] | {"no such field": 1}
        listed = faults(client.request(method, url, json=more, params=query))
        assert [one["found"] for one in listed] == ["$.no such field"], path


def test_every_route_of_the_api_refuses_a_parameter_that_it_has_not(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for path, method, operation in operations(document):
        if not path.startswith("/v1/"):
            continue
        known = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        url = path.replace("{", "").replace("}", "")
        answer = client.request(method, url, params={"unknownfilter": 3, "x": 1}, json={})
        expected = f"one of {', '.join(known)}" if known else "nothing"
        named = [(one["found"], one["expected"]) for one in faults(answer)]
        assert named == [("parameter unknownfilter", expected), ("parameter x", expected)], path


def test_the_language_may_be_sent_with_every_call(client: TestClient) -> None:
    for path in ("/v1/model", "/v1/leads", "/v1/reps", "/v1/spend"):
        assert client.get(path, params={"lang": "ja"}).status_code == 200, path


def test_pages_and_signs_of_life_take_any_parameter(client: TestClient) -> None:
    for path in ("/", "/healthz", "/readyz", "/metrics"):
        assert client.get(path, params={"utm_source": "x"}).status_code == 200, path
    listed = faults(client.get("/v1/leads", params={"ownerid": "sato", "lang": "ja"}))
    assert listed[0]["do"] == "did you mean `owner_id`?"


def test_an_answer_logged_before_unknown_fields_were_refused_is_replayed(
    client: TestClient, place: Path
) -> None:
    body = served.body(4)
    answer = client.post("/v1/score", json=body)
    body["activities"][1]["campaign"] = {"name": ["spring"]}
    logged = json.dumps(body | {"atributes": {"a": 1}, "account": None}).encode()
    receipt = answer.json()["receipt_id"]
    with sqlite3.connect(place / "m.db") as connection:
        sent = "update receipts set input = ? where receipt_id = ?"
        assert connection.execute(sent, (logged, receipt)).rowcount == 1
    again = client.post(f"/v1/receipts/{receipt}/replay")
    assert again.content == answer.content
    assert client.get(f"/v1/receipts/{receipt}/moves").status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP"])
@pytest.mark.parametrize("path", ["/v1/score", "/v1/outlook"])
def test_a_compressed_body_is_named(client: TestClient, path: str, encoding: str) -> None:
    content = gzip.compress(json.dumps(served.body(1)).encode())
    answer = client.post(path, content=content, headers={"content-encoding": encoding})
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (415, "/problems/encoded-body")
    assert problem["faults"][0]["found"] == f"Content-Encoding: {encoding}"
    plain = {"content-encoding": "identity"}
    assert client.post(path, json=served.body(1), headers=plain).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_load_balancers_may_look_with_head(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == client.get(path).status_code == 200
    assert "head" not in client.get("/openapi.json").json()["paths"][path]


def test_a_time_that_cannot_be_read_is_refused_without_a_word_about_zones(
    client: TestClient,
) -> None:
    (fault,) = faults(client.post("/v1/score", json=LEAD | {"created_at": "soon"}))
    assert fault["expected"] == "a time, like 2026-01-31T09:00:00Z"


def test_planted_fault_unknown_fields_are_not_listed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_faults, "unknown_names", lambda *_: iter(()))
    with pytest.raises(AssertionError):
        test_misspelled_fields_are_refused_all_at_once_with_the_nearest_name(client)


def test_planted_fault_an_outline_that_takes_any_field(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import msgspec  # noqa: PLC0415 - for the planted fault alone

    class Lax(bodies._OutlineBody, frozen=True, kw_only=True, forbid_unknown_fields=False):
        pass

    monkeypatch.setattr(bodies, "_OUTLINE", msgspec.json.Decoder(Lax))
    assert ScoreBody.__struct_config__.forbid_unknown_fields
    with pytest.raises(AssertionError):
        faults(client.post("/v1/score", json=LEAD | {"atributes": {}, "activities": []}))
