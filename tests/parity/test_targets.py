"""Two targets in one server: each has its own champion, ranking and answers, on both databases."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, func, select, update

from models.artifact import artifact
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.store.engine import open_engine
from serve.store.ranking import refreshing
from serve.store.tables import RANKING, RECEIPTS, WORKED_LISTS
from tests import served
from tests.clocked import Clock, serving
from tests.parity.conftest import emptied
from tests.ranked_company import LEADS, Company

NAME = "upsell"
OWN = LEADS + 1
"""The number of a lead that a test makes for itself, and erases."""
BODY = served.body(9)
PATHS = ("/v1/leads", "/v1/model", "/v1/leads/L-1/score", "/v1/leads/L-1/history", "/v1/leads/L-1")
SINCE = "2026-05-25T12:00:00Z"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beside the default's champion one of another target, trained on other outcomes."""
    folder = tmp_path_factory.mktemp("targets")
    point(folder, served.lay_down(folder), 1)
    served.lay_down_target(folder, NAME, 1)
    return folder


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One database for all tests here; a lead that a test wins or erases is its own: `OWN`."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('store') / 'mikomi.db'}"
    return emptied(request.getfixturevalue("postgres"))


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def both(folder: Path, url: str, clock: Clock) -> Iterator[TestClient]:
    with serving(folder, url, clock, targets=NAME) as client:
        yield client


@pytest.fixture(scope="module")
def filled(folder: Path, url: str, both: TestClient, clock: Clock) -> Iterator[Company]:
    engine = open_engine(url)
    yield Company(both, engine, loaded(folder, ""), clock)
    engine.dispose()


@pytest.fixture
def company(filled: Company, folder: Path) -> Company:
    """Return the company ranked anew a minute later, by the models of the folder."""
    filled.others = [loaded(folder, NAME)]
    filled.clock.at += timedelta(minutes=1)
    filled.refresh()
    with filled.engine.begin() as connection:
        connection.execute(delete(RECEIPTS))
    return filled


def loaded(folder: Path, target: str) -> LoadedModel:
    own = folder / "targets" / target if target else folder
    pointer = json.loads((own / "champion.json").read_text())
    model = artifact.load(own / "models" / pointer["fingerprint"])
    return LoadedModel(model, pointer["version"], target)


def scored(client: TestClient, query: str = "") -> dict[str, Any]:
    response = client.post(f"/v1/score{query}", json=BODY)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_each_target_is_scored_by_its_own_champion(both: TestClient, folder: Path) -> None:
    default, other = scored(both), scored(both, f"?target={NAME}")
    assert "target" not in default
    assert other["target"] == NAME
    assert default["probability"] != other["probability"]
    assert other["model"] == {"version": 3, "fingerprint": loaded(folder, NAME).fingerprint}
    assert scored(both, "?target=default")["model"] == default["model"]
    batch = both.post(f"/v1/score/batch?target={NAME}", json={"leads": [BODY]}).json()
    assert batch["results"][0]["answer"]["probability"] == other["probability"]


def test_the_answers_of_the_default_are_those_of_a_server_with_one_target(
    folder: Path, url: str, clock: Clock, company: Company
) -> None:
    paths = [*PATHS, f"/v1/leads/L-1/change?since={SINCE}"]
    posted = ["/v1/score", "/v1/outlook", f"/v1/change?since={SINCE}"]

    def texts(client: TestClient) -> list[str]:
        answers = [client.get(path) for path in paths]
        answers += [client.post(path, json=BODY) for path in posted]
        assert {answer.status_code for answer in answers} == {200}
        lead = [one["receipt_id"] for one in answers[3].json()["given"]]
        receipts = [*lead, *(one.json().get("receipt_id", "-") for one in answers)]
        text = [answer.text for answer in answers]
        return [_without(receipts, one) for one in text]

    company.client.get(f"/v1/leads/L-1/score?target={NAME}")
    several = texts(company.client)
    with company.engine.begin() as connection:
        connection.execute(delete(RECEIPTS))
    with serving(folder, url, clock) as alone:
        assert texts(alone) == several
    assert not any('"target"' in one for one in several)


def _without(receipts: list[str], answer: str) -> str:
    for receipt in receipts:
        answer = answer.replace(receipt, "receipt")
    return answer


def test_rankings_are_separate_and_each_is_what_its_model_says(company: Company) -> None:
    default, other = company.rows(), company.rows(target=NAME)
    assert len(default) == len(other) == LEADS
    assert list(default) != list(other)
    assert company.stale() == []
    for lead_id, row in other.items():
        answer = company.client.get(f"/v1/leads/{lead_id}/score?target={NAME}&lang=ja").json()
        assert (row["probability"], row["target"]) == (answer["probability"], NAME)
        assert row["probability"] != default[lead_id]["probability"]
        assert "target" not in default[lead_id]
        assert row["sentences"]
    filtered = company.client.get(f"/v1/leads?target={NAME}&q=L-1&source=web").json()
    assert filtered["total"] == len([one for one in other if "L-1" in one])
    assert filtered["target"] == NAME
    stored = company.client.get(f"/v1/leads/L-1?target={NAME}&curve=true").json()
    assert stored["ranked"]["probability"] == other["L-1"]["probability"]
    points = {one["horizon_days"]: one["probability"] for one in stored["curve"]["points"]}
    assert points[30.0] == other["L-1"]["probability"]


def test_both_rankings_follow_a_change_and_a_new_model(company: Company) -> None:
    before, other = company.rows(), company.rows(target=NAME)
    company.act(3, [0.0001] * 5, activity_type="call")
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    assert company.rows()["L-3"]["probability"] != before["L-3"]["probability"]
    assert company.rows(target=NAME)["L-3"]["probability"] != other["L-3"]["probability"]
    anew = LoadedModel(served.artifact(0), 4, NAME)
    company.others = [anew]
    assert company.refresh() == 2 * LEADS, "numbers first, then the whole rows"
    assert {row["model_fingerprint"] for row in company.rows(target=NAME).values()} == {
        anew.fingerprint
    }
    assert company.refresh() == 0


def test_a_target_that_is_added_later_is_ranked_and_the_default_stays(company: Company) -> None:
    others, company.others = company.others, []
    with company.engine.begin() as connection:
        connection.execute(delete(RANKING).where(RANKING.c.target == NAME))
    company.refresh()
    assert company.rows(target=NAME) == {}
    company.others = others
    assert company.refresh() == LEADS
    assert len(company.rows(target=NAME)) == LEADS


def test_a_lead_that_is_won_leaves_both_rankings(company: Company) -> None:
    company.lead(OWN)
    rankings = [set(), set()]
    for ranked in rankings:
        company.clock.at += timedelta(minutes=1)
        company.refresh()
        ranked |= {*company.rows(), *company.rows(target=NAME)}
        company.outcome(OWN, "won", 0.0001)
    before, after = rankings
    assert before - after == {f"L-{OWN}"}
    assert company.client.delete(f"/v1/leads/L-{OWN}").status_code == 200


def test_a_receipt_replays_with_the_model_of_its_own_target(
    company: Company, folder: Path, url: str, clock: Clock
) -> None:
    client = company.client
    sent = [
        client.post(f"/v1/score?target={NAME}", json=BODY),
        client.get(f"/v1/leads/L-1/score?target={NAME}"),
        client.get("/v1/leads/L-1/score"),
    ]
    for answer in sent:
        receipt = answer.json()["receipt_id"]
        assert client.get(f"/v1/receipts/{receipt}").content == answer.content
        again = client.post(f"/v1/receipts/{receipt}/replay")
        assert (again.status_code, again.content) == (200, answer.content)
    with company.engine.connect() as connection:
        targets = connection.execute(select(RECEIPTS.c.target)).scalars().all()
    assert sorted(targets) == ["", NAME, NAME]
    histories = [client.get(f"/v1/leads/L-1/history{q}").json() for q in ("", f"?target={NAME}")]
    logged = [{one["receipt_id"] for one in history["given"]} for history in histories]
    other, stored, default = (answer.json()["receipt_id"] for answer in sent)
    assert logged == [{default}, {other, stored}]
    with serving(folder, url, clock) as alone:
        refused = alone.post(f"/v1/receipts/{sent[1].json()['receipt_id']}/replay")
    assert refused.status_code == 409
    assert "MIKOMI_TARGETS" in refused.text


def test_planted_fault_a_receipt_without_its_target_does_not_replay(company: Company) -> None:
    answer = company.client.get(f"/v1/leads/L-1/score?target={NAME}").json()
    with company.engine.begin() as connection:
        connection.execute(update(RECEIPTS).values(target=""))
    again = company.client.post(f"/v1/receipts/{answer['receipt_id']}/replay")
    assert again.status_code != 200


def test_an_unknown_target_is_refused_with_the_names_that_are_known(both: TestClient) -> None:
    posted = ("/v1/score", "/v1/score/batch", "/v1/outlook", f"/v1/change?since={SINCE}")
    sent = {"/v1/score/batch": {"leads": [BODY]}}
    refused = [both.get(path, params={"target": "churn"}) for path in PATHS]
    for path in posted:
        joined = "&" if "?" in path else "?"
        refused.append(both.post(f"{path}{joined}target=churn", json=sent.get(path, BODY)))
    for answer in refused:
        assert answer.status_code == 422, answer.url
        assert answer.json()["faults"] == [
            {
                "found": "target: churn",
                "expected": f"default or {NAME}",
                "do": "correct the parameter",
            }
        ]
    assert both.post("/v1/score?target=", json=BODY).status_code == 422


def test_erasing_a_lead_removes_it_from_all_rankings_and_receipts(company: Company) -> None:
    company.lead(OWN)
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    assert f"L-{OWN}" in {*company.rows()} & {*company.rows(target=NAME)}
    receipts = [
        company.client.get(f"/v1/leads/L-{OWN}/score{query}").json()["receipt_id"]
        for query in ("", f"?target={NAME}")
    ]
    row = {"user_id": "", "week": 1, "at": 1, "chosen_by": "lot", "model_fingerprint": "f"}
    row |= {"lead_id": f"L-{OWN}", "probability": 0.5, "score": 50.0}
    with company.engine.begin() as connection:
        rows = [row | {"target": target} for target in ("", NAME)]
        connection.execute(WORKED_LISTS.insert(), rows)
    assert company.client.delete(f"/v1/leads/L-{OWN}").status_code == 200
    with company.engine.connect() as connection:
        for table in (RANKING, WORKED_LISTS):
            query = select(func.count()).where(table.c.lead_id == f"L-{OWN}")
            assert connection.execute(query).scalar() == 0, table.name
    assert [company.client.get(f"/v1/receipts/{one}").status_code for one in receipts] == [410] * 2
    company.refresh()
    assert f"L-{OWN}" not in {*company.rows(), *company.rows(target=NAME)}


def test_a_target_without_a_champion_does_not_hold_up_the_default(
    folder: Path, url: str, clock: Clock
) -> None:
    with serving(folder, url, clock, targets=f"{NAME},churn") as client:
        assert client.get("/readyz").status_code == 200
        assert scored(client)["probability"] > 0.0
        missing = client.post("/v1/score?target=churn", json=BODY)
        assert (missing.status_code, missing.json()["type"]) == (503, "/problems/no-model")


def test_planted_fault_a_key_without_the_target_mixes_the_rankings(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = refreshing._put

    def without_target(connection: Any, table: Any, key: Any, rows: list[dict[str, Any]]) -> None:
        mixed = [row | {"target": ""} if "target" in row else row for row in rows]
        put(connection, table, key, mixed)

    monkeypatch.setattr(refreshing, "_put", without_target)
    company.act(2, [0.0001])
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    assert "L-2" in company.stale()
    monkeypatch.undo()
    company.act(2, [0.0001])
    company.clock.at += timedelta(minutes=1)
    company.refresh()
    assert company.stale() == []
