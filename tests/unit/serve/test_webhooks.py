"""Received webhooks: who signed them, what is stored, what an acknowledgement means."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from features.errors import MikomiError
from pipelines.connect.rest_client import Pace
from pipelines.connect.score_fields import FIELDS, Wording, fields_of
from pipelines.connect.server_api import ServerApi
from pipelines.connect.state import State
from pipelines.connect.webhooks import events
from serve.errors import NoKey
from serve.http.hook_signatures import HookRequest, check_hubspot, check_standard
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.hook_hints import HookHints
from tests import ranked, served
from tests.clocked import LOCAL, NOW, Clock, serving

VECTORS = json.loads((Path(__file__).parents[2] / "crms" / "signatures.json").read_text("utf-8"))
SIGNED_AT = datetime.fromtimestamp(1780304400, UTC)
KEY = b"0123456789abcdef0123456789abcdef"
STANDARD = "whsec_" + base64.b64encode(KEY).decode()
HUBSPOT = "hubspot-client-secret-1"
PATH = "a-secret-path-of-kintone"
HOOKS = f"kintone:kintone:{PATH},hubspot:hubspot:{HUBSPOT},erp:standard:{STANDARD}"
PUBLIC = "https:" + "//mikomi.invalid"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    place = tmp_path_factory.mktemp("hooks")
    url = f"sqlite:///{place / 'mikomi.db'}"
    point(place, served.lay_down(place), 1)
    with serving(place, url, Clock(), hooks=HOOKS, public_url=PUBLIC) as made:
        loaded = made.app.state.parts.champion.current()  # type: ignore[attr-defined]
        engine = open_engine(url)
        planted = [ranked.Planted("R-1", calls=9, owner_id="S01"), ranked.Planted("R-2")]
        ranked.plant(engine, loaded, planted, NOW)
        engine.dispose()
        yield made


def hubspot_vector(n: int) -> tuple[HookRequest, str]:
    vector = VECTORS["hubspot"][n]
    headers = {
        "x-hubspot-signature-v3": vector["signature"],
        "x-hubspot-request-timestamp": vector["timestamp"],
    }
    request = HookRequest(vector["method"], vector["url"], headers, vector["body"].encode())
    return request, vector["secret"]


@pytest.mark.parametrize("n", range(len(VECTORS["hubspot"])))
def test_signatures_of_hubspots_own_library_are_accepted(n: int) -> None:
    request, secret = hubspot_vector(n)
    check_hubspot(request, secret, SIGNED_AT)
    for other in (
        request._replace(body=request.body + b" "),
        request._replace(method="GET"),
        request._replace(url=request.url + "/"),
    ):
        with pytest.raises(NoKey):
            check_hubspot(other, secret, SIGNED_AT)
    with pytest.raises(NoKey):
        check_hubspot(request, secret + "x", SIGNED_AT)


@pytest.mark.parametrize("minutes", [6, -6])
def test_an_old_or_early_signature_is_refused(minutes: int) -> None:
    request, secret = hubspot_vector(0)
    check_hubspot(request, secret, SIGNED_AT + timedelta(minutes=minutes * 0.8))
    with pytest.raises(NoKey, match="five minutes"):
        check_hubspot(request, secret, SIGNED_AT + timedelta(minutes=minutes))


def test_hubspots_address_is_decoded_as_its_pages_say() -> None:
    request, secret = hubspot_vector(1)
    written = request._replace(url=request.url.replace("a=b", "a=b").replace("//", "%2F%2F"))
    check_hubspot(written, secret, SIGNED_AT)


@pytest.mark.parametrize("vector", VECTORS["standard"])
def test_signatures_of_the_standards_library_are_accepted(vector: dict[str, Any]) -> None:
    headers = {
        "webhook-id": vector["id"],
        "webhook-timestamp": str(vector["timestamp"]),
        "webhook-signature": "v1,bm9uZQ== " + vector["signature"],
    }
    request = HookRequest("POST", "", headers, vector["body"].encode())
    check_standard(request, vector["secret"], SIGNED_AT)
    for other in ({**headers, "webhook-id": "msg_2"}, {**headers, "webhook-signature": "v1a,x"}):
        with pytest.raises(NoKey):
            check_standard(request._replace(headers=other), vector["secret"], SIGNED_AT)


def hinted(client: TestClient, name: str) -> list[dict[str, Any]]:
    hints: list[dict[str, Any]] = client.get(f"/v1/hooks/{name}").json()["hints"]
    return hints


def signed(body: bytes, at: datetime = NOW) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    digest = hmac.new(KEY, b"msg_1." + stamp.encode() + b"." + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(digest).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}


def standard(client: TestClient, kind: str, data: dict[str, Any]) -> int:
    body = json.dumps({"type": kind, "data": data}, ensure_ascii=False).encode()
    return client.post("/hooks/erp", content=body, headers=signed(body)).status_code


def test_a_webhook_of_kintone_is_a_hint(client: TestClient) -> None:
    deleted = {"id": "e1", "type": "DELETE_RECORD", "app": {"id": "5"}, "recordId": "17"}
    record = {"$id": {"type": "__ID__", "value": "18"}, "会社": {"type": "TEXT", "value": "東亜"}}
    changed = {"id": "e2", "type": "UPDATE_RECORD", "app": {"id": "5"}, "record": record}
    for body in (deleted, changed, changed):
        assert client.post(f"/hooks/kintone/{PATH}", json=body).status_code == 204
    hints = hinted(client, "kintone")
    assert [(one["place"], one["record_id"]) for one in hints] == [("5", "17"), ("5", "18")]
    first = hints[0]["number"]
    assert client.post("/v1/hooks/kintone/taken", json={"until": first}).status_code == 204
    assert [one["record_id"] for one in hinted(client, "kintone")] == ["18"]


def test_an_acknowledged_hint_is_on_disk(client: TestClient, tmp_path: Path) -> None:
    hints = HookHints(tmp_path)
    hints.add("kintone", [("5", "1")], NOW)
    assert [one.record_id for one in HookHints(tmp_path).waiting("kintone")] == ["1"]
    hints.add("kintone", [("5", "1")], NOW)
    (again,) = hints.waiting("kintone")
    assert again.number == 2, "a later hint is not removed with an earlier one"
    assert client is not None


@pytest.mark.parametrize(
    "path",
    ["/hooks/kintone/another-path", "/hooks/erp/whatever", "/hooks/none/x", "/hooks/kintone"],
)
def test_a_webhook_without_its_secret_is_refused(client: TestClient, path: str) -> None:
    body = {"app": {"id": "5"}, "recordId": "99"}
    assert client.post(path, json=body).status_code == 401
    assert not any(one["record_id"] == "99" for one in hinted(client, "kintone"))


def test_a_webhook_of_hubspot_is_a_hint(client: TestClient) -> None:
    deal = {"objectId": 7, "subscriptionType": "deal.propertyChange"}
    body = json.dumps([deal, {"objectId": 8, "objectTypeId": "0-1"}]).encode()
    stamp = str(int(NOW.timestamp() * 1000))
    content = f"POST{PUBLIC}/hooks/hubspot".encode() + body + stamp.encode()
    digest = hmac.new(HUBSPOT.encode(), content, hashlib.sha256).digest()
    headers = {
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature-v3": base64.b64encode(digest).decode(),
    }
    assert client.post("/hooks/hubspot", content=body, headers=headers).status_code == 204
    places = [(one["place"], one["record_id"]) for one in hinted(client, "hubspot")]
    assert places == [("deals", "7"), ("contacts", "8")]
    assert client.post("/hooks/hubspot", content=body + b" ", headers=headers).status_code == 401


def test_standard_webhooks_carry_records(client: TestClient) -> None:
    lead = {"lead_id": "W-1", "created_at": "2026-05-01T00:00:00Z", "attributes": {}}
    assert standard(client, "lead.updated", lead) == 204
    activity = {
        "activity_id": "w-1",
        "lead_id": "W-1",
        "activity_type": "call",
        "occurred_at": "2026-05-02T00:00:00Z",
    }
    for _ in range(2):
        assert standard(client, "activities.created", {"activities": [activity]}) == 204
    outcome = {"lead_id": "W-1", "outcome": "opened", "occurred_at": "2026-05-03T00:00:00Z"}
    assert standard(client, "outcomes.created", {"outcomes": [outcome]}) == 204
    stored = client.get("/v1/leads/W-1").json()
    assert stored["counts"] == {"activities": 1, "outcomes": 1, "attribute_changes": 0}
    assert standard(client, "record.changed", {"record_id": "W-1", "place": "deals"}) == 204
    assert hinted(client, "erp")[0]["record_id"] == "W-1"
    assert client.delete("/v1/leads/W-1").status_code == 200
    assert hinted(client, "erp") == []


def test_unknown_types_are_accepted_and_bad_bodies_refused(client: TestClient) -> None:
    assert standard(client, "invoice.paid", {"x": 1}) == 204
    assert standard(client, "activities.created", {"activities": [{"lead_id": "W-1"}]}) == 422
    assert standard(client, "lead.updated", {"created_at": "2026-05-01T00:00:00Z"}) == 422
    body = b"no json"
    assert client.post("/hooks/erp", content=body, headers=signed(body)).status_code == 422
    old = signed(body, NOW - timedelta(minutes=6))
    assert client.post("/hooks/erp", content=body, headers=old).status_code == 401


@pytest.mark.parametrize("hooks", ["kintone-alone", "a:kintone:short", "a:other:0123456789abcdef"])
def test_a_setting_of_another_form_is_refused_and_not_shown(hooks: str) -> None:
    with pytest.raises(MikomiError) as caught:
        Settings(hooks=hooks)
    assert hooks not in str(caught.value)
    assert HOOKS not in repr(Settings(hooks=HOOKS)) + str(Settings(hooks=HOOKS).shown())


def test_a_connection_reads_the_ranking_of_a_server(client: TestClient, tmp_path: Path) -> None:

    def forward(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        got = client.request(request.method, path, content=request.content)
        return httpx.Response(got.status_code, content=got.content)

    transport = httpx.MockTransport(forward)
    api = ServerApi(LOCAL, None, Pace(lambda _: None), transport)
    rows = {row["lead_id"]: row for row in api.ranking("ja")}
    assert {"R-1", "R-2"} <= set(rows)
    fields = fields_of(rows["R-1"], Wording("ja", "Asia/Tokyo", "x/"))
    assert set(fields) == set(FIELDS)
    assert float(fields["mikomi_probability"]) == pytest.approx(
        100 * rows["R-1"]["probability"], abs=0.06
    )
    assert fields["mikomi_band"] in {"ホット", "ウォーム", "コールド"}
    assert fields["mikomi_link"] == "x/R-1"
    assert fields["mikomi_reason_1"]
    assert api.ranked("R-1") is not None
    assert api.ranked("unknown") is None
    state = State(tmp_path / "state.db")
    assert events.note(state, rows.values(), api.model()["version"], [], NOW) == []
    state.close()
    api.send("PUT", "/v1/leads/D-1", {"created_at": "2026-05-01T00:00:00Z"})
    api.erase("D-1")
    api.erase("D-1")
    assert api.ranked("D-1") is None
