"""The pages of managers: who may open them, describing salespeople, assigning, limits, users."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from serve.pages.shell.navigation import ROLES
from serve.scoring.pointer import point
from serve.store.people.users import ROLES as KNOWN_ROLES
from serve.store.people.users import User, Users
from serve.stored_leads.store import Store
from tests import served
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import RIGHT, enter, form_token, opened

LEADS = [
    Planted("H-1", 7, None, {"industry": "製造業"}, display={"company": "東亜工業"}),
    Planted("H-2", 6, None, {"industry": "金融"}, crossed_days=1),
    Planted("W-1", 3, "sato", {"industry": "金融"}),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


@pytest.fixture
def client(models: Path, tmp_path: Path) -> Iterator[TestClient]:
    with opened(models, tmp_path, LEADS) as one:
        users = Users(one.engine)  # type: ignore[attr-defined]
        for name, role in (("root", "admin"), ("mark", "marketing")):
            users.add(User(name, role, None), RIGHT, NOW)
        yield enter(one, "boss")


def send(client: TestClient, path: str, **data: Any) -> Any:
    fields = {"form_token": form_token(client)} | data
    return client.post(path, data=fields, follow_redirects=False)


def store_of(client: TestClient) -> Store:
    return Store(client.engine)  # type: ignore[attr-defined]


def test_each_role_opens_its_pages_and_no_others(client: TestClient) -> None:
    users = {"sales": "sato", "manager": "boss", "admin": "root", "marketing": "mark"}
    assert set(users) == set(KNOWN_ROLES)
    for role, name in users.items():
        enter(client, name)
        for path, roles in ROLES.items():
            expected = 200 if role in roles else 404
            assert client.get(path).status_code == expected, (role, path)
            assert (f'href="{path}"' in client.get("/").text) <= (role in roles), (role, path)
    enter(client, "sato")
    for path in ("/team/rep", "/team/all", "/limits", "/users/add", "/spend", "/points"):
        assert send(client, path).status_code == 404, path
    assert send(enter(client, "mark"), "/points", do="save").status_code == 404
    assert send(enter(client, "boss"), "/users/add", name="x").status_code == 404


def test_a_team_is_described_and_leads_are_assigned(client: TestClient) -> None:
    assert "Nobody was described yet" in client.get("/assign?lang=en").text
    assert send(client, "/team/all").status_code == 303
    assert [one.owner_id for one in store_of(client).team.reps()] == ["sato"]
    form = {"owner": "sato", "level": "senior", "capacity": "12", "more:product": "A、B"}
    assert send(client, "/team/rep", **form, **{"skill:industry": "製造業"}).status_code == 303
    (rep,) = store_of(client).team.reps()
    assert (rep.level, rep.capacity) == ("senior", 12)
    assert rep.skills == {"industry": ["製造業"], "product": ["A", "B"]}
    page = client.get("/assign?lang=en&band=").text
    assert "Proposal for 2 leads" in page
    leads = re.findall(r'name="lead" value="([^"]*)"', page)
    assert {one.partition(":")[2] for one in leads} == {"H-1", "H-2"}
    done = send(client, "/assign", lead=leads, owner=["sato", ""], back="/assign")
    first = leads[0].partition(":")[2]
    owners = store_of(client).owners
    assert owners.of(first) == "sato"
    notice = client.get(done.headers["location"] + "&lang=en").text
    assert "was assigned to sato" in notice
    (step,) = re.findall(r'name="step" value="(\d+)"', notice)
    assert send(client, "/steps/undo", step=step, back="/assign").status_code == 303
    assert owners.of(first) is None


def test_an_assignment_that_cannot_be_changes_nothing(client: TestClient) -> None:
    send(client, "/team/all")
    for lead, owner in ((["0:H-1"], ["nobody"]), (["0:H-1", "0:H-2"], ["sato"])):
        assert send(client, "/assign", lead=lead, owner=owner).status_code == 422
    assert store_of(client).owners.of("H-1") is None


def test_absence_is_entered_and_removed(client: TestClient) -> None:
    send(client, "/team/all")
    days = {"owner": "sato", "first": "2026-06-01", "last": "2026-06-05"}
    assert send(client, "/team/absence", **days).status_code == 303
    assert "away" in client.get("/team?lang=en").text
    assert send(client, "/team/absence", **days | {"last": "2026-05-01"}).status_code == 422
    (absence,) = store_of(client).team.absences(NOW.date())
    number = str(absence.absence_id)
    assert send(client, "/team/present", owner="sato", absence=number).status_code == 303
    assert store_of(client).team.absences(NOW.date()) == []
    assert send(client, "/team/remove", owner="sato").status_code == 303
    assert store_of(client).team.reps() == []


def test_limits_are_previewed_set_and_taken_back(client: TestClient) -> None:
    page = client.get("/limits?lang=en&by=probability&hot=100&warm=0").text
    assert "Set these limits" in page
    assert store_of(client).band_limits.latest() == {}, "a preview sets nothing"
    form = {"by": "probability", "hot": "100", "warm": "0", "note": "test"}
    assert send(client, "/limits", **form).status_code == 303
    shown = client.get("/limits?lang=en").text
    assert "hot from 100, warm from 0" in shown
    assert 'class="band hot">' not in client.get("/?lang=en").text.split("<ol")[1]
    assert send(client, "/limits").status_code == 303
    assert "back to the limits of the model" in client.get("/limits?lang=en").text
    for bad in ({"hot": "x"}, {"hot": "1", "warm": "2"}, {"by": "mood"}):
        assert send(client, "/limits", **form | bad).status_code == 422


def test_users_are_managed_by_an_admin(client: TestClient) -> None:
    enter(client, "root")
    fresh = {"name": "Abe", "role": "sales", "called": "阿部", "password": "a long password"}
    assert send(client, "/users/add", **fresh, again="another one").status_code == 422
    assert send(client, "/users/add", **fresh, again="a long password").status_code == 303
    users = store_of(client).users
    assert users.known("abe", "a long password") == User("abe", "sales", "abe", display_name="阿部")
    assert send(client, "/users/role", name="abe", role="manager", called="阿部").status_code == 303
    assert send(client, "/users/disable", name="abe").status_code == 303
    assert users.known("abe", "a long password") is None
    assert send(client, "/users/enable", name="abe").status_code == 303
    new = {"name": "abe", "password": "another password", "again": "another password"}
    assert send(client, "/users/password", **new).status_code == 303
    assert users.known("abe", "another password") is not None
    for what in ("role", "disable"):
        own = send(client, f"/users/{what}", name="Root", role="sales")
        assert own.status_code == 422, "nobody takes their own way out"
    page = client.get("/users").text
    assert "MIKOMI_DATABASE_URL" in page
    assert "mikomi.db" not in page, "what may hold a password is not shown"
