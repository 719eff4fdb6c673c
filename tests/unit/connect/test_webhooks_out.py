"""Outgoing webhooks: signatures of the standard's own library, guarded addresses, tries."""

import ipaddress
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.errors import BadRequest
from pipelines.connect.credentials import Credentials
from pipelines.connect.state import State
from pipelines.connect.webhooks import delivery, events, receivers
from pipelines.connect.webhooks.addresses import destination, is_public
from pipelines.connect.webhooks.receivers import Receiver
from pipelines.connect.webhooks.signing import signed
from tests.crms.posts import SECRET
from tests.crms.stand_in import START

VECTORS = json.loads((Path(__file__).parents[2] / "crms" / "signatures.json").read_text("utf-8"))
PUBLIC = str(ipaddress.IPv4Address(0x08080808))
ONE = Receiver(name="one", url="https:" + "//one.invalid/hook")


@pytest.mark.parametrize("vector", VECTORS["standard"])
def test_signatures_equal_those_of_the_standards_library(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    headers = signed(vector["secret"], vector["id"], vector["timestamp"], body)
    assert headers["webhook-signature"] == vector["signature"]


def test_another_body_has_another_signature() -> None:
    assert signed(SECRET, "msg_1", 1, b"{}") != signed(SECRET, "msg_1", 1, b"{ }")


def test_a_secret_of_another_form_is_refused_and_not_shown() -> None:
    with pytest.raises(BadRequest) as caught:
        signed("hunter2", "msg_1", 1, b"{}")
    assert "hunter2" not in str(caught.value)


INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
    "100.64.0.1", "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
    "224.0.0.1", "255.255.255.255", "::",
]  # fmt: skip


@pytest.mark.parametrize("number", INSIDE)
def test_no_address_inside_is_reached(number: str) -> None:
    assert not is_public(number)
    with pytest.raises(BadRequest, match="not public"):
        destination(ONE.url, private=False, resolve=lambda *_: [PUBLIC, number])


def test_a_public_address_is_reached_by_number() -> None:
    to = destination(
        "https:" + "//one.invalid:8443/hook?a=1", private=False, resolve=lambda *_: [PUBLIC]
    )
    assert to == (f"https://{PUBLIC}:8443/hook?a=1", "one.invalid:8443")


@pytest.mark.parametrize(
    "url",
    [
        "http:" + "//one.invalid/",
        "ftp://one.invalid/",
        "https:" + "//me:pw@one.invalid/",
        "https:///x",
    ],
)
def test_other_forms_of_addresses_are_refused(url: str) -> None:
    with pytest.raises(BadRequest):
        destination(url, private=False, resolve=lambda *_: [PUBLIC])


def row(lead_id: str = "L-1", **more: Any) -> dict[str, Any]:
    return {
        "lead_id": lead_id, "band": "warm", "score": 60.0, "probability": 0.2,
        "as_of": "2026-06-01T09:00:00Z", "woke_up_at": None, "owner_id": "S01",
    } | more  # fmt: skip


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    made = State(tmp_path / "state.db")
    yield made
    made.close()


def noted(state: State, *rows: dict[str, Any], model: int = 1) -> list[str]:
    return [one.type for one in events.note(state, rows, model, [ONE], START)]


def test_each_change_of_a_lead_is_an_event(state: State) -> None:
    assert noted(state, row(), row("L-2", band="hot")) == [], "how things stand is no event"
    assert noted(state, row(band="hot"), row("L-2", band="hot")) == ["lead.hot"]
    assert noted(state, row(band="hot"), row("L-2")) == ["lead.cooled"]
    assert noted(state, row(band="hot", woke_up_at="2026-06-01T08:00:00Z")) == ["lead.woke"]
    again = row(band="hot", woke_up_at="2026-06-01T08:00:00Z", owner_id="S02")
    assert noted(state, again) == ["lead.handed_over"]
    assert noted(state, again, model=2) == ["model.promoted"]
    assert noted(state, again, model=2) == []


def postman(state: State, statuses: list[int], taken: list[httpx.Request]) -> delivery.Postman:
    def answer(request: httpx.Request) -> httpx.Response:
        taken.append(request)
        return httpx.Response(statuses.pop(0))

    secrets = Credentials({"ONE": SECRET})
    transport = httpx.MockTransport(answer)
    return delivery.Postman(state, [ONE], secrets, transport, lambda *_: [PUBLIC])


def test_a_letter_is_tried_for_a_day_and_then_dead_until_it_is_sent_again(state: State) -> None:
    noted(state, row())
    noted(state, row(band="hot"))
    taken: list[httpx.Request] = []
    tries = len(delivery.PAUSES) + 1
    carrier = postman(state, [500] * tries + [204], taken)
    now = START
    for pause in (*delivery.PAUSES, 0):
        result = carrier.deliver(now)
        assert carrier.deliver(now + timedelta(seconds=pause - 1)) == (0, 0, 0)
        now += timedelta(seconds=pause)
    assert result == (0, 0, 1)
    assert now - START >= timedelta(days=1)
    (letter,) = delivery.dead(state)
    assert (letter.tries, letter.why, letter.lead_id) == (tries, "status 500", "L-1")
    assert delivery.resend(state, [], now) == 1
    assert carrier.deliver(now) == (1, 0, 0)
    assert len({one.headers["webhook-id"] for one in taken}) == 1
    assert delivery.dead(state) == []


def test_a_receiver_that_is_gone_is_not_tried_again(state: State) -> None:
    noted(state, row())
    noted(state, row(band="hot"))
    assert postman(state, [410], []).deliver(START) == (0, 0, 1)


def test_redirects_are_not_followed(state: State) -> None:
    noted(state, row())
    noted(state, row(band="hot"))
    taken: list[httpx.Request] = []
    assert postman(state, [302], taken).deliver(START) == (0, 1, 0)
    assert len(taken) == 1


def test_letters_carry_ids_and_numbers_and_go_to_the_checked_address(state: State) -> None:
    noted(state, row())
    noted(state, row(band="hot"))
    taken: list[httpx.Request] = []
    postman(state, [204], taken).deliver(START)
    assert taken[0].url.host == PUBLIC
    assert taken[0].headers["host"] == "one.invalid"
    body = json.loads(taken[0].content)
    assert body["type"] == "lead.hot"
    assert set(body["data"]) == {"lead_id", "band", "score", "probability", "as_of"}


def test_receivers_are_stored_without_secrets(tmp_path: Path) -> None:
    receivers.store(tmp_path, [ONE])
    assert receivers.load(tmp_path) == [ONE]
    secrets = receivers.secrets_of(tmp_path, [ONE], {"MIKOMI_WEBHOOKS_ONE": SECRET})
    assert secrets.reveal("ONE") == SECRET
    assert SECRET not in receivers.path_of(tmp_path).read_text("utf-8")
