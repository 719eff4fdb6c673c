"""What a CRM sends in its own words: scored, stored and trained on as the export would be."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from models.artifact import artifact
from pipelines.intake.ingest import IngestSettings, ingest_from
from pipelines.intake.read.server_database import ServerStore, look
from pipelines.storage import partitions
from serve import app
from serve.routes.records import posted_leads, stored_leads
from serve.scoring.pointer import point
from serve.settings import Settings
from tests.clocked import LOCAL
from tests.laws.test_one_reading import NOW
from tests.raw_company import raw_company

LEAD: dict[str, Any] = {
    "lead_id": "Q",
    "created_at": "2026-05-01",
    "attributes": {"member": "はい"},
}
CALL = {"activity_type": "電話", "occurred_at": "2026-06-20 10:30", "activity_id": "a"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place, model = tmp_path_factory.mktemp("raw"), raw_company().artifact
    artifact.save(place / "models" / model.fingerprint, model)
    point(place, model.fingerprint, 1)
    return place


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    url = f"sqlite:///{folder / 'mikomi.db'}"
    settings = Settings(models=folder, database_url=url, access_log="no")
    with TestClient(app.create_app(settings, lambda: NOW), LOCAL) as ready:
        for _ in range(3_000):
            if ready.get("/readyz").status_code == 200:
                break
        yield ready


def score(client: TestClient, **more: Any) -> dict[str, Any]:
    body = LEAD | {"as_of": "2026-06-30"} | more
    answer = client.post("/v1/score", json=body)
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def ended(word: str) -> list[dict[str, str]]:
    return [{"outcome": word, "occurred_at": "2026-06-25", "deal_id": "D"}]


@pytest.mark.parametrize(
    ("word", "canonical"),
    [("失注", "lost"), ("Closed Lost", "lost"), ("受注", "won"), ("見積", "quoted")],
)
def test_a_listed_outcome_is_the_one_that_it_means(
    client: TestClient, word: str, canonical: str
) -> None:
    answers = [score(client, outcomes=ended(one)) for one in (word, canonical)]
    assert answers[0]["feature_sha256"] == answers[1]["feature_sha256"]
    assert answers[0]["unknown"] == {"activity_types": {}, "attributes": {}}


@pytest.mark.parametrize("word", ["Lost", "blue", "won!"])
def test_an_outcome_that_nobody_knows_is_no_open_deal(client: TestClient, word: str) -> None:
    without, answer = score(client), score(client, outcomes=ended(word))
    assert answer["feature_sha256"] == without["feature_sha256"]
    assert answer["unknown"]["outcomes"] == {word: 1}
    stored = client.post("/v1/outcomes", json={"outcomes": [ended(word)[0] | {"lead_id": "Q"}]})
    assert stored.status_code == 422
    assert word in stored.text
    assert "失注" in stored.text


def test_an_activity_sent_five_times_counts_once(client: TestClient) -> None:
    once, again = (score(client, activities=[CALL] * n) for n in (1, 5))
    assert once["feature_sha256"] == again["feature_sha256"]
    assert once["feature_sha256"] != score(client)["feature_sha256"]


def test_what_was_never_learned_is_counted(client: TestClient) -> None:
    activity = CALL | {"topic": "月", "actor": "見知らぬ人", "direction": "上"}
    attributes = {"industry": "漁業", "seats": "many", "member": "はい", "colour": "blue"}
    answer = score(client, activities=[activity], attributes=attributes, owner_id="新顔")
    assert answer["unknown"] == {
        "activity_types": {},
        "attributes": {"colour": 1},
        "attribute_values": {"industry": {"漁業": 1}, "seats": {"many": 1}},
        "topics": {"月": 1},
        "directions": {"上": 1},
        "actors": {"見知らぬ人": 1},
        "owners": {"新顔": 1},
    }


def test_a_replay_of_a_raw_body_gives_the_same_bytes(client: TestClient) -> None:
    body = LEAD | {"as_of": "2026-06-30", "activities": [CALL], "outcomes": ended("失注")}
    answer = client.post("/v1/score", json=body)
    receipt = f"/v1/receipts/{answer.json()['receipt_id']}"
    assert client.post(f"{receipt}/replay").content == answer.content


def test_text_in_the_place_of_a_number_is_not_stored(client: TestClient) -> None:
    body = {"created_at": "2026-05-01", "attributes": {"seats": "many"}}
    answer = client.put("/v1/leads/N", json=body)
    assert answer.status_code == 422
    assert "many" in answer.text
    for seats in ("1,200", "", "１２００", 5, None):
        assert client.put("/v1/leads/N", json=body | {"attributes": {"seats": seats}}).is_success


def test_stored_words_are_read_when_scored_and_when_trained_on(
    client: TestClient, folder: Path, tmp_path: Path
) -> None:
    attributes = {"industry": "製造", "seats": "1,200", "member": "はい"}
    raw = {"created_at": "2026-05-01", "attributes": attributes}
    assert client.put("/v1/leads/S.0", json=raw | {"backfill": True}).is_success
    act = {"activities": [CALL | {"lead_id": "S.0"}] * 5, "backfill": True}
    assert client.post("/v1/activities", json=act).json()["added"] == 1
    deal = {"outcomes": [ended("失注")[0] | {"lead_id": "S.0"}], "backfill": True}
    assert client.post("/v1/outcomes", json=deal).is_success
    stored = client.get("/v1/leads/S.0/score").json()
    sent = client.post(
        "/v1/score",
        json=raw | {"lead_id": "S.0", "activities": [CALL], "outcomes": ended("失注")},
    ).json()
    assert stored["feature_sha256"] == sent["feature_sha256"]
    tables, reading = trained_on(folder, tmp_path)
    assert reading == raw_company().artifact.reading
    lead = tables.leads.set_index("lead_id").loc["S.0"]
    assert (lead["industry"], lead["seats"], lead["member"]) == ("manufacturing", 1200.0, "true")
    assert set(tables.outcomes["outcome"]) == {"lost"}


def trained_on(folder: Path, out: Path) -> tuple[Any, Any]:
    url = f"sqlite:///{folder / 'mikomi.db'}"
    store: ServerStore = look(url, pd.Timestamp(NOW), raw_company().artifact.reading)
    how = IngestSettings(partitions=1, reading=store.reading)
    ingest_from(store.mapping, store.readers, out / "tables", how)
    manifest = partitions.manifest(out / "tables")
    return partitions.read_all(out / "tables"), manifest.values_reading


def test_one_odd_value_never_changes_the_kind_of_an_attribute(
    client: TestClient, folder: Path, tmp_path: Path
) -> None:
    for n, desks in enumerate([5, 10, "", "1,200", "lots", 30, 40]):
        body = {"created_at": "2026-05-02T00:00:00Z", "attributes": {"desks": desks}}
        assert client.put(f"/v1/leads/K{n}", json=body).is_success
    store = look(f"sqlite:///{folder / 'mikomi.db'}", pd.Timestamp(NOW))
    report = ingest_from(store.mapping, store.readers, tmp_path / "tables")
    manifest = partitions.manifest(tmp_path / "tables")
    assert manifest.attributes["desks"] == "number"
    assert json.dumps(manifest.reading["attributes"]["desks"]).count("number") == 1
    (named,) = (one for one in report.answers if one.code == "C004")
    assert "lots" in named.observed


def test_a_lead_is_read_and_erased_by_its_id_as_the_crm_writes_it(client: TestClient) -> None:
    """The id is stored in the form of the mapping; whoever sends it in another erases it too."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(posted_leads, "id_in_form", lambda text, *_: text.removesuffix(".0"))
        patched.setattr(stored_leads, "id_in_form", lambda text, *_: text.removesuffix(".0"))
        assert client.put("/v1/leads/77.0", json={"created_at": "2026-05-01"}).is_success
        assert client.get("/v1/leads/77.0").json()["lead_id"] == "77"
        assert client.delete("/v1/leads/77.0").is_success
        assert client.get("/v1/leads/77").status_code == 404
