"""What people do with leads: one click, undone by another, and two people at once."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from sqlalchemy import select
from typer.testing import CliRunner

from serve.cli import command
from serve.scoring.pointer import point
from serve.store.people.users import User, Users
from serve.store.tables import LEAD_STEPS
from serve.stored_leads.store import Store
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import RIGHT, enter, form_token, opened

LEADS = [
    Planted("L-1", 6, "sato", display={"company": "東亜工業"}),
    Planted("L-2", 5, None),
    Planted("L-3", 4, "abe"),
]


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    with opened(folder, tmp_path, LEADS) as one:
        users = Users(one.engine)  # type: ignore[attr-defined]
        users.add(User("abe", "sales", "abe", display_name="阿部 翔"), RIGHT, NOW)
        yield enter(one, "sato")


def shown(client: TestClient, path: str = "/") -> list[str]:
    return re.findall(r'<h3 id="lead-\d+"><a href="/leads/([^"]*)"', client.get(path).text)


def send(client: TestClient, path: str, **data: str) -> Any:
    return client.post(path, data={"form_token": form_token(client)} | data, follow_redirects=False)


def undo(client: TestClient, page: str) -> Any:
    step = re.search(r'name="step" value="(\d+)"', page)
    assert step is not None, page
    return send(client, "/steps/undo", step=step[1], lead="L-1", back="/")


@pytest.mark.parametrize(
    ("done", "notice"),
    [
        ({"do": "snoozed:7"}, "set aside until 8 Jun 2026"),
        ({"do": "snoozed", "until": "2026-07-01"}, "set aside until 1 Jul 2026"),
        (
            {"do": "contacted:no_answer"},
            "contact noted (no answer). It is back on the list on 2 Jun 2026.",
        ),
        ({"do": "contacted:call_back", "until": "2026-06-20"}, "contact noted (call back agreed)"),
        ({"do": "disqualified", "reason": "competitor"}, "disqualified (chose a competitor)"),
    ],
)
def test_a_lead_leaves_the_list_with_one_click_and_is_back_with_another(
    client: TestClient, done: dict[str, str], notice: str
) -> None:
    answer = send(client, "/steps", lead="L-1", version="0", back="/?q=l&lang=en", **done)
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert f"東亜工業: {notice}" in page
    assert shown(client) == ["L-2"]
    assert shown(client, "/?list=aside") == ["L-1"]
    assert undo(client, page).status_code == 303
    assert sorted(shown(client)) == ["L-1", "L-2"]
    assert "undone" in client.get("/leads/L-1?lang=en").text, "the history stays"


def test_a_snoozed_lead_comes_back_on_its_day(client: TestClient) -> None:
    send(client, "/steps", lead="L-1", version="0", do="snoozed:7")
    store = Store(client.engine)  # type: ignore[attr-defined]
    state = store.steps.states(["L-1"])["L-1"]
    assert state.aside(NOW + timedelta(days=6))
    assert not state.aside(NOW + timedelta(days=7))


def test_the_second_reads_who_was_first_and_nothing_is_overwritten(client: TestClient) -> None:
    assert send(client, "/steps", lead="L-2", version="0", do="snoozed:7").status_code == 303
    enter(client, "abe")
    late = send(
        client, "/steps?lang=en", lead="L-2", version="0", do="disqualified", reason="no_need"
    )
    assert late.status_code == 409
    assert "L-2: set aside by sato on 1 Jun 2026 12:00." in late.text
    state = Store(client.engine).steps.states(["L-2"])["L-2"]  # type: ignore[attr-defined]
    assert state.kind == "snoozed"
    version = str(state.version)
    again = send(client, "/steps", lead="L-2", version=version, do="contacted:reached")
    assert again.status_code == 303, "the planted fault: with the version of the first it is done"


def test_an_assignment_is_undone_to_nobody(client: TestClient) -> None:
    store = Store(client.engine)  # type: ignore[attr-defined]
    answer = send(client, "/steps", lead="L-2", version="0", do="assigned", owner="abe", back="/")
    assert store.owners.of("L-2") == "abe"
    page = client.get(answer.headers["location"] + "&lang=en").text
    assert "L-2 was assigned to 阿部 翔." in page
    assert undo(client, page).status_code == 303
    assert store.owners.of("L-2") is None
    row = store.ranking.one("L-2")
    assert row is not None
    assert row.owner_id is None


def test_many_are_assigned_at_once_and_taken_back_at_once(client: TestClient) -> None:
    store = Store(client.engine)  # type: ignore[attr-defined]
    enter(client, "boss")
    send(client, "/steps", lead="L-3", version="0", do="snoozed:7")
    picks = {"form_token": form_token(client), "owner": "abe", "back": "/handover?lang=en"}
    data = picks | {"pick": ["0:L-1", "0:L-2", "0:L-3"]}
    answer = client.post("/steps/bulk", data=data, follow_redirects=False)
    assert [store.owners.of(one) for one in ("L-1", "L-2")] == ["abe", "abe"]
    page = client.get(answer.headers["location"]).text
    assert "2 leads were assigned to 阿部 翔." in page
    assert "Some were left" in page, "the third was set aside meanwhile"
    steps = re.findall(r'name="step" value="(\d+)"', page)
    client.post("/steps/undo", data={"form_token": form_token(client), "step": steps})
    assert [store.owners.of(one) for one in ("L-1", "L-2")] == ["sato", None]


def test_only_the_last_step_and_only_ones_own_is_undone(client: TestClient) -> None:
    first = send(client, "/steps", lead="L-2", version="0", do="contacted:reached", back="/")
    number = first.headers["location"].partition("done=")[2]
    send(client, "/steps", lead="L-2", version=number, do="snoozed:7")
    assert send(client, "/steps/undo", step=number, lead="L-2").status_code == 409
    enter(client, "abe")
    assert send(client, "/steps/undo", step=str(int(number) + 1)).status_code == 404


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"lead": "L-3", "do": "snoozed:7"}, 404),
        ({"lead": "L-1", "do": "snoozed"}, 422),
        ({"lead": "L-1", "do": "snoozed", "until": "2020-01-01"}, 422),
        ({"lead": "L-1", "do": "disqualified", "reason": "mood"}, 422),
        ({"lead": "L-1", "do": "sold"}, 422),
        ({"lead": "L-1", "do": "assigned", "owner": "nobody we know"}, 422),
        ({"lead": "L-1", "do": "snoozed:7", "form_token": "forged"}, 403),
    ],
)
def test_what_makes_no_sense_is_refused(
    client: TestClient, data: dict[str, str], status: int
) -> None:
    assert send(client, "/steps", version="0", **data).status_code == status
    with client.engine.connect() as connection:  # type: ignore[attr-defined]
        assert connection.execute(select(LEAD_STEPS)).all() == []


def test_the_way_back_stays_on_our_pages(client: TestClient) -> None:
    for back in ("//evil", "https:evil.example", "/\\evil"):
        answer = send(client, "/steps", lead="L-2", do="contacted:reached", back=back)
        assert answer.headers["location"].startswith("/?done=")


def test_a_program_does_the_same_and_reads_the_history(client: TestClient) -> None:
    path = "/v1/leads/L-1/steps"
    assert client.get(path).json()["state"]["version"] == 0
    body = {"kind": "disqualified", "result": "no_need", "note": "rang", "version": 0}
    done = client.post(path, json=body).json()
    assert client.get("/v1/lists/aside").json()["leads"][0]["lead_id"] == "L-1"
    assert "L-1" not in client.get("/v1/leads?list=call").text
    assert "L-1" in client.get("/v1/leads").text
    late = client.post(path, json=body, headers={"accept": "application/json"})
    assert late.status_code == 409
    assert "disqualified by somebody" in late.json()["detail"]
    assert client.post(f"/v1/steps/{done['step_id']}/undo").status_code == 200
    history = client.get(path).json()
    assert history["state"]["version"] == 0
    assert history["steps"][0]["undone_at"] is not None
    assert client.get("/v1/lists/aside").json() == {"leads": [], "total": 0}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/leads/nobody/steps", {"kind": "resumed"}, 404),
        ("POST", "/v1/leads/L-1/steps", {"kind": "snoozed", "until": "2027-01-01T00:00:00"}, 422),
        ("POST", "/v1/leads/L-1/steps", {"kind": "contacted"}, 422),
        ("POST", "/v1/steps/9/undo", None, 404),
        ("POST", "/v1/steps/x/undo", None, 404),
        ("GET", "/v1/leads/nobody/steps", None, 404),
        ("GET", "/v1/lists/all", None, 422),
        ("GET", "/v1/lists/call?skip=-1", None, 422),
        ("GET", "/v1/leads?list=deals", None, 422),
    ],
)
def test_a_program_reads_what_is_wrong(
    client: TestClient, method: str, path: str, body: dict[str, str] | None, status: int
) -> None:
    answer = client.request(method, path, json=body, headers={"accept": "application/json"})
    assert answer.status_code == status, answer.text


def test_what_was_done_is_erased_with_the_person(client: TestClient) -> None:
    send(client, "/steps", lead="L-1", do="contacted:reached", note="telltale")
    client.delete("/v1/leads/L-1")
    with client.engine.connect() as connection:  # type: ignore[attr-defined]
        assert connection.execute(select(LEAD_STEPS)).all() == []


def judge(client: TestClient, lead: str, note: str) -> None:
    page = client.get(f"/leads/{lead}").text
    receipt = re.search(r'name="receipt_id" value="([^"]+)"', page)
    assert receipt is not None
    data = {"lead_id": lead, "receipt_id": receipt[1], "verdict": "wrong", "note": note}
    assert send(client, "/feedback", **data).status_code == 303


def test_verdicts_are_listed_for_managers_and_a_reason_that_many_question_is_named(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for note in ("<b>one</b>", "two", "three"):
        judge(client, "L-1", note)
    assert client.get("/verdicts").status_code == 404
    assert "People question" not in client.get("/model?lang=en").text
    alone = enter(client, "boss").get("/verdicts?lang=en").text
    assert "3 verdicts, the newest first" in alone
    assert "questioned" not in alone, "one person who says it three times is not many"
    for name in ("abe", "boss"):
        judge(enter(client, name), "L-2", name)
    page = client.get("/verdicts?lang=en").text
    assert "questioned" in page
    by_person = page.split('id="by-person"')[1].split("</table>")[0]
    assert re.findall(r'<th scope="row">([^<]*)</th>', by_person) == ["boss", "sato", "阿部 翔"]
    assert "&lt;b&gt;one" in page
    assert "東亜工業" in page
    assert "People question this most: " in client.get("/model?lang=en").text
    url = client.engine.url.render_as_string(hide_password=False)  # type: ignore[attr-defined]
    monkeypatch.setenv("MIKOMI_DATABASE_URL", url)
    commands = typer.Typer()
    command.add(commands)
    lines = CliRunner().invoke(commands, ["feedback"]).stdout.splitlines()
    judged = [json.loads(line) for line in lines]
    assert [one["note"] for one in judged] == ["boss", "abe", "three", "two", "<b>one</b>"]
    assert judged[0]["verdict"] == "wrong"
    assert "東亜" not in "".join(lines)
