"""The team: loads, absences, speed to lead, limits of bands in every worker, assignment."""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from serve.app import create_app
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.engine import moment
from serve.store.schema_versions import made
from serve.store.tables import RANKING, RECEIPTS
from serve.store.team.speed import speed_by
from serve.store.team_tables import HOT_MOMENTS
from serve.stored_leads.store import Store
from serve.wire.team.reps import AbsenceBody, RepBody
from serve.wire.team.steps import Assigning, StepBody
from tests import ranked, served
from tests.clocked import LOCAL, NOW, Clock, serving
from tests.ranked import Planted

LEADS = [
    Planted("H-1", 7, None, {"industry": "製造業", "source": "web"}, crossed_days=2),
    Planted("H-2", 6, "abe", {"industry": "金融", "source": "web"}, crossed_days=1),
    Planted("W-1", 3, None, {"industry": "金融", "source": "fair"}),
    Planted("C-1", 0, "sato", {"industry": "製造業", "source": "fair"}),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'mikomi.db'}"
    engine = made(url)
    ranked.plant(engine, LoadedModel(served.artifact(), 1), LEADS, NOW)
    engine.dispose()
    return url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    engine = made(url)
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def client(models: Path, url: str) -> Iterator[TestClient]:
    with serving(models, url, Clock()) as one:
        yield one


def bands(client: TestClient) -> dict[str, str]:
    return {one["lead_id"]: one["band"] for one in client.get("/v1/leads").json()["leads"]}


def test_limits_change_the_lists_at_once_and_every_worker(
    client: TestClient, models: Path, url: str
) -> None:
    before = {one["lead_id"]: one for one in client.get("/v1/leads").json()["leads"]}
    probability = before["W-1"]["probability"]
    body = {"by": "probability", "hot": 100 * probability, "warm": 0.0, "note": "more calls"}
    with serving(models, url, Clock()) as worker:
        answer = client.put("/v1/band-limits", json=body).json()
        assert (answer["by"], answer["hot"]) == ("probability", 100 * probability)
        expected = {
            one: "hot" if row["probability"] >= probability else "warm"
            for one, row in before.items()
        }
        assert bands(client) == expected
        assert bands(worker) == expected
        assert expected["W-1"] == "hot"
        for one in (client, worker):
            _await(one, "W-1", "hot")
    audit = Store(made(url)).audit.lines()
    assert [(line.what, line.counts["leads"] > 0) for line in audit] == [("set band limits", True)]
    client.put("/v1/band-limits", json={"by": None})
    assert bands(client) == {one: row["band"] for one, row in before.items()}
    assert [one["by"] for one in answer["history"]] == ["probability"]


def _await(client: TestClient, lead_id: str, band: str) -> None:
    """Wait until a worker answers with a band; it polls every two seconds."""
    for _ in range(300):
        if client.get(f"/v1/leads/{lead_id}/score").json()["band"] == band:
            return
        time.sleep(0.05)
    raise AssertionError(band)


def test_limits_that_cannot_be_used_are_refused_whole(client: TestClient) -> None:
    before = bands(client)
    for body in (
        {"by": "score", "hot": 10, "warm": 20},
        {"by": "score", "hot": 200, "warm": 10},
        {"by": "x"},
    ):
        assert client.put("/v1/band-limits", json=body).status_code == 422
    assert bands(client) == before
    assert client.get("/v1/band-limits").json()["history"] == []


def test_nothing_but_a_null_removes_limits(client: TestClient) -> None:
    """A body without `by` once removed the limits that were set, and answered 200."""
    assert client.put("/v1/band-limits", json={"by": "score", "hot": 80, "warm": 50}).is_success
    for body, observed in (
        ({}, ["$.by: nothing"]),
        ({"hot": 10, "warm": 90}, ["$.by: nothing"]),
        ({"by": "score"}, ["$.hot: nothing", "$.warm: nothing"]),
        ({"by": "score", "hot": 60, "wram": 20}, ["$.wram"]),
    ):
        answer = client.put("/v1/band-limits", json=body)
        faults = answer.json()["faults"]
        assert (answer.status_code, [one["found"] for one in faults]) == (422, observed)
    assert client.get("/v1/band-limits").json()["hot"] == 80
    removed = client.put("/v1/band-limits", json={"by": None}).json()
    assert [one["by"] for one in removed["history"]] == [None, "score"]


def test_a_receipt_is_replayed_with_the_limits_of_its_answer(
    client: TestClient, store: Store
) -> None:
    old = client.post("/v1/score", json=served.body(9))
    client.put("/v1/band-limits", json={"by": "score", "hot": 100.0, "warm": 100.0})
    for _ in range(300):
        new = client.post("/v1/score", json=served.body(9))
        if new.json()["band"] == "cold":
            break
        time.sleep(0.05)
    assert (old.json()["band"], new.json()["band"]) != ("cold", "hot")
    for answer in (old, new):
        receipt = answer.json()["receipt_id"]
        again = client.post(f"/v1/receipts/{receipt}/replay")
        assert again.content == answer.content
    engine = store.team._engine
    with engine.begin() as connection:
        connection.execute(RECEIPTS.update().values(limits_id=None))
    differs = client.post(f"/v1/receipts/{new.json()['receipt_id']}/replay")
    assert differs.status_code == 500, "without its limits the planted replay differs"


def test_loads_count_what_was_assigned_this_week_and_absence(store: Store) -> None:
    tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    for owner, capacity in (("sato", 10), ("abe", 10), ("ito", 10)):
        store.team.put(owner, RepBody(capacity=capacity), None, NOW)
    steps, _ = store.steps.assign_many(
        [Assigning(lead_id=one, owner_id="sato") for one in ("H-1", "W-1")], "x", NOW
    )
    store.steps.undo(steps[1].step_id, "x", NOW)
    monday = date(2026, 6, 1)
    days = AbsenceBody(first_on=monday, last_on=monday + timedelta(days=1))
    store.team.add_absence("abe", days, None, NOW)
    week = AbsenceBody(first_on=monday, last_on=monday + timedelta(days=20))
    store.team.add_absence("ito", week, None, NOW)
    loads = store.team.loads(store.team.reps(), "", tokyo)
    assert [(loads[one].assigned, loads[one].free) for one in ("sato", "abe")] == [(1, 9), (0, 6)]
    assert (loads["ito"].free, loads["ito"].away) == (0, True)
    assert loads["abe"].waiting == 1
    sunday = datetime(2026, 6, 7, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert store.team.loads(store.team.reps(), "", sunday)["sato"].free == 10, "the next week"


def test_speed_to_lead_by_rep_and_channel(store: Store) -> None:
    hot_at = NOW - timedelta(days=1)
    rows = [
        {"lead_id": one, "target": "", "at": moment(hot_at), "probability": 0.5}
        for one in ("H-1", "H-2", "C-1")
    ]
    with store.team._engine.begin() as connection:
        connection.execute(insert(HOT_MOMENTS), rows)
    reached = StepBody(kind="contacted", result="reached")
    store.steps.take("H-2", reached, "user:abe", hot_at + timedelta(minutes=30))
    early = store.steps.take("H-1", reached, "user:abe", hot_at - timedelta(minutes=5))
    undone = store.steps.take("C-1", reached, "user:abe", hot_at + timedelta(minutes=5))
    store.steps.undo(undone.step_id, "user:abe", NOW)
    leads = store.speed.hot_leads("", NOW - timedelta(days=30), NOW)
    by_owner, by_source = speed_by(leads, "owner_id"), speed_by(leads, "source")
    assert early.step_id
    assert (by_owner["abe"].minutes, by_owner["abe"].within_day) == (30.0, 1)
    assert (by_owner[None].contacted, by_owner["sato"].contacted) == (0, 0)
    assert (by_source["web"].leads, by_source["web"].contacted) == (2, 1)


def test_an_assignment_by_the_api(client: TestClient) -> None:
    assert client.get("/v1/assignment").json()["leads"] == []
    rep: dict[str, Any] = {"level": "senior", "capacity": 5, "skills": {"industry": ["製造業"]}}
    assert client.put("/v1/reps/sato", json=rep).status_code == 200
    assert client.put("/v1/reps/abe", json={"capacity": 5}).json()["level"] == "regular"
    assert [one["owner_id"] for one in client.get("/v1/reps").json()["reps"]] == ["abe", "sato"]
    proposal = client.get("/v1/assignment?scope=unowned&limit=10").json()
    assert {one["lead_id"] for one in proposal["leads"]} == {"H-1", "W-1"}
    assert sum(one["proposed"] for one in proposal["loads"]) == 2
    every = client.get("/v1/assignment?scope=all&limit=10").json()["leads"]
    assert {"H-2", "H-1", "W-1"} < {one["lead_id"] for one in every}, "whoever has them now"
    stale = {"kind": "contacted", "result": "no_answer"}
    client.post("/v1/leads/W-1/steps", json=stale)
    wanted = [
        {name: one[name] for name in ("lead_id", "owner_id", "version")}
        for one in proposal["leads"]
    ]
    done = client.post("/v1/assignment", json={"leads": wanted}).json()
    assert [one["lead_id"] for one in done["steps"]] == ["H-1"]
    assert done["left"] == ["W-1"], "somebody did something meanwhile"
    assert "H-1" not in str(client.get("/v1/assignment").json()["leads"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/reps/sato", {"capacity": -1}),
        ("/v1/reps/sato", {"level": "boss"}),
        ("/v1/reps/sato", {"skills": {"colour": ["red"]}}),
    ],
)
def test_a_salesperson_that_cannot_be_is_refused(
    client: TestClient, path: str, body: dict[str, Any]
) -> None:
    assert client.put(path, json=body).status_code == 422
    assert client.get("/v1/reps").json()["reps"] == []


@pytest.mark.parametrize("query", ["scope=x", "band=x", "limit=0", "limit=x"])
def test_a_proposal_that_cannot_be_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/v1/assignment?{query}").status_code == 422


def test_the_digest_is_the_week(client: TestClient, store: Store) -> None:
    with store.team._engine.begin() as connection:
        rising = RANKING.update().where(RANKING.c.lead_id == "W-1").values(week_change=0.1)
        connection.execute(rising)
    reached = StepBody(kind="contacted", result="no_answer", until=None)
    store.steps.take("H-2", reached, "user:abe", NOW - timedelta(minutes=1))
    digest = client.get("/v1/digest?lang=en").json()
    assert [one["lead_id"] for one in digest["up"]] == ["W-1"]
    assert digest["up"][0]["reason"]
    assert [one["lead_id"] for one in digest["untouched"]] == ["H-1"]
    assert digest["week"]["contacted"] == 1
    assert digest["promise"] is None


def test_what_was_promised_is_compared_with_what_was_won(store: Store, client: TestClient) -> None:
    hot_at = NOW - timedelta(days=40)
    rows = [
        {"lead_id": one, "target": "", "at": moment(hot_at), "probability": 0.5}
        for one in ("H-1", "H-2")
    ]
    engine = store.team._engine
    with engine.begin() as connection:
        connection.execute(insert(HOT_MOMENTS), rows)
    won = [
        {
            "lead_id": lead_id,
            "deal_id": "D",
            "outcome": "won",
            "occurred_at": (hot_at + timedelta(days=days)).isoformat(),
        }
        for lead_id, days in (("H-1", 10), ("H-2", 35))
    ]
    sent = {"outcomes": won, "backfill": True}
    assert client.post("/v1/outcomes", json=sent).status_code < 300
    promise = client.get("/v1/digest").json()["promise"]
    assert promise is not None
    assert (promise["leads"], promise["won"], promise["expected"]) == (2, 1, 1.0)


def test_the_local_moment_is_that_of_the_company(models: Path, url: str) -> None:
    settings = Settings(models=models, database_url=url, time_zone="Asia/Tokyo", access_log="no")
    app = create_app(settings, Clock())
    with TestClient(app, LOCAL):
        assert app.state.parts.local_now().utcoffset() == timedelta(hours=9)
