"""Every id that is let in can be read, scored and erased; an id that breaks is refused at entry."""

from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from features.reading import id_rule
from features.reading.normalize import folded
from tests import served
from tests.parity.test_store import activities, lead

LET_IN = (
    "a/b",
    "a//b",
    "/a",
    "a/",
    "a%2Fb",
    "a.b/../c",
    "...",
    "a/score",
    "score",
    "a?b#c;d=e&f+g h",
    "山田／1",
    "a\\b",
    "%",
    "a\u200db",
)
REFUSED = (".", "..", "a\nb", "a\tb", "a\x1fb", "a\x7fb", "a\u2028b", "\ufdd0", "a\uffffb", "�")


def path(lead_id: str) -> str:
    """Return the address of a lead; a client takes dots out of an address unless encoded twice."""
    return f"/v1/leads/{quote(lead_id, safe='')}"


def statuses(client: TestClient, lead_id: str) -> list[int]:
    """Send a lead in every way, read it in every way, erase it; return what was answered."""
    receipt = client.post("/v1/score", json=served.body(1) | {"lead_id": lead_id})
    sent = [
        receipt,
        client.put(path(lead_id), json=lead()),
        client.post("/v1/activities", json={"activities": activities(1, lead_id)}),
    ]
    read = [client.get(path(lead_id) + way) for way in ("", "/score", "/history")]
    erased = [client.delete(path(lead_id)), client.get(path(lead_id))]
    return [one.status_code for one in (*sent, *read, *erased)]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_id_that_is_let_in_can_be_read_and_erased(client: TestClient) -> None:
    answered = {one: statuses(client, one) for one in LET_IN}
    assert answered == dict.fromkeys(LET_IN, [200] * 7 + [404])
    stored: Any = client.app.state.parts.store  # type: ignore[attr-defined]
    assert client.put(path("a/score"), json=lead()).json()["lead_id"] == "a/score"
    assert client.get(path("a") + "/score").status_code == 404, "another lead"
    assert stored.histories.question("a/score", client.app.state.parts.now())  # type: ignore[attr-defined]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_id_that_breaks_is_refused_wherever_it_enters(client: TestClient) -> None:
    for one in REFUSED:
        body = served.body(1)
        record = {"lead_id": "L-1", "outcome": "won", "occurred_at": "2026-05-01T00:00:00Z"}
        entries = {
            "score": ("/v1/score", body | {"lead_id": one}),
            "account": ("/v1/score", body | {"account_id": one}),
            "activity": ("/v1/activities", {"activities": activities(1, one)}),
            "deal": ("/v1/outcomes", {"outcomes": [record | {"deal_id": one}]}),
            "lead": ("/v1/outcomes", {"outcomes": [record | {"lead_id": one}]}),
        }
        answered = {
            name: client.post(address, json=sent).status_code
            for name, (address, sent) in entries.items()
        }
        assert answered == dict.fromkeys(entries, 422), ascii(one)
        if one not in (".", ".."):
            assert client.put(path(one), json=lead()).status_code == 422, ascii(one)


def test_the_rule_of_one_id_is_that_of_its_normal_form() -> None:
    for one in (*LET_IN, *REFUSED, " L-1\n", "ﷺ" * 40, "x" * 513):
        normal = folded(one)
        assert id_rule.is_id(one) == id_rule.is_id(normal)
        assert not id_rule.plain_id(one) or id_rule.is_id(one)
    assert not id_rule.is_id("x" * 513)
