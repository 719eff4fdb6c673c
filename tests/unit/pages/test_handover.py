"""The hand-over: who is listed, in which order, until when; who may give a lead to whom."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serve.scoring.pointer import point
from serve.stored_leads.store import Store
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import enter, form_token, opened

LEADS = [
    Planted("H-1", 6, None, {"name": "<b>一番</b>"}, crossed_days=1),
    Planted("H-2", 5, "abe", crossed_days=3),
    Planted("W-1", 2, "sato", woke_days=2),
    Planted("W-2", 2, "sato", woke_days=30),
    Planted("C-1", 1, "sato"),
    Planted("D-1", 6, "sato", crossed_days=1, deals=(("opened", 9, 1e6),)),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture
def client(models: Path, tmp_path: Path) -> Iterator[TestClient]:
    with opened(models, tmp_path, LEADS) as one:
        yield one


def listed(client: TestClient) -> list[str]:
    page = client.get("/handover")
    assert page.status_code == 200
    return re.findall(r'<h3 id="lead-\d+"><a href="/leads/([^"]*)"', page.text)


def send(client: TestClient, path: str, **data: str) -> Any:
    return client.post(path, data={"form_token": form_token(client)} | data, follow_redirects=False)


def owner_of(client: TestClient, lead_id: str) -> str | None:
    store = Store(client.engine)  # type: ignore[attr-defined]
    request, _ = store.histories.request(lead_id, NOW + timedelta(days=1))
    changes = [c.value for c in request.histories[0].changes if c.attribute == "owner_id"]
    ranked_lead = store.ranking.one(lead_id)
    assert ranked_lead is not None
    assert not changes or changes[-1] == ranked_lead.owner_id
    return ranked_lead.owner_id


def test_the_hottest_comes_first_and_the_old_is_left_out(client: TestClient) -> None:
    assert listed(enter(client, "boss")) == ["H-2", "H-1", "W-1"]
    page = client.get("/handover?lang=en").text
    assert "3 leads are waiting" in page, "a deal in progress is with sales already"
    assert "became hot" in page
    assert "woke up after a long silence" in page
    assert "&lt;b&gt;" in page


def test_reading_changes_nothing_until_it_is_confirmed(client: TestClient) -> None:
    enter(client, "boss")
    assert listed(client) == listed(client)
    done = send(client, "/handover/seen", until=(NOW - timedelta(days=2.5)).isoformat())
    assert done.status_code == 303
    assert listed(client) == ["H-1", "W-1"], "only what came later"
    send(client, "/handover/seen", until=(NOW + timedelta(days=9)).isoformat())
    assert "Nobody is waiting" in client.get("/handover?lang=en").text
    assert Store(client.engine).looks.last("boss", "handover") == NOW  # type: ignore[attr-defined]
    assert listed(enter(client, "sato")) == ["H-1", "W-1"], "another user's look is their own"


def test_a_long_list_has_pages_and_is_done_on_the_last(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serve.pages.handover.SHOWN", 2)
    assert listed(enter(client, "boss")) == ["H-2", "H-1"]
    first, last = (client.get(f"/handover?lang=en&page={n}").text for n in (1, 2))
    assert "3 leads are waiting" in first
    assert 'action="/handover/seen"' not in first, "not all have been seen"
    assert 'rel="next" href="/handover?page=2"' in first
    assert 'action="/handover/seen"' in last
    assert '<a href="/leads/W-1"' in last
    assert 'rel="next"' not in last
    for other in ("9", "-1", "x", "99999999999"):
        assert "Nobody is waiting" not in client.get(f"/handover?lang=en&page={other}").text


def test_a_thousand_wait_and_the_hottest_of_them_comes_first(models: Path, tmp_path: Path) -> None:
    others = [Planted(f"N-{n}", 1, None, crossed_days=5) for n in range(1_010)]
    with opened(models, tmp_path, [*others, Planted("O-1", 9, None, woke_days=1)]) as client:
        assert listed(enter(client, "boss"))[0] == "O-1"
        assert "1,011 leads are waiting" in client.get("/handover?lang=en").text
        assert "未確認1,011件" in client.get("/handover?lang=ja").text
        assert "1,011 leads" in client.get("/?lang=en").text


def test_a_salesperson_takes_a_lead_and_it_is_a_change_of_the_lead(client: TestClient) -> None:
    enter(client, "sato")
    assert "I take it" in client.get("/handover?lang=en").text
    assert send(client, "/steps", do="assigned", lead="H-1", owner="sato").status_code == 303
    assert owner_of(client, "H-1") == "sato"


def test_a_manager_gives_a_lead(client: TestClient) -> None:
    enter(client, "boss")
    assert send(client, "/steps", do="assigned", lead="H-2", owner="sato").status_code == 303
    assert owner_of(client, "H-2") == "sato"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"lead": "H-2", "owner": "sato"}, 404),
        ({"lead": "nothing", "owner": "sato"}, 404),
        ({"lead": "H-1", "owner": "nobody we know"}, 422),
        ({"lead": "H-1", "owner": "sato", "form_token": "forged"}, 403),
    ],
    ids=["another's lead", "no lead", "unknown owner", "forged"],
)
def test_forbidden_assignments_fail(client: TestClient, data: dict[str, str], status: int) -> None:
    enter(client, "sato")
    before = owner_of(client, "H-2"), owner_of(client, "H-1")
    assert send(client, "/steps", do="assigned", **data).status_code == status
    assert (owner_of(client, "H-2"), owner_of(client, "H-1")) == before


def test_a_moment_that_is_none_is_refused(client: TestClient) -> None:
    assert send(enter(client, "boss"), "/handover/seen", until="soon").status_code == 422
