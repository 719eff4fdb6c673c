"""Answers of another shape: each system refuses them in words, after all tries, without a value."""

import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from features.errors import MikomiError
from pipelines.connect.answers import ID
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Crm
from pipelines.connect.rest_client import (
    TRIES,
    FixedHeaders,
    Pace,
    RestClient,
    SystemUnavailable,
)
from pipelines.connect.score_fields import BLANK
from pipelines.connect.server_api import ServerApi
from pipelines.connect.systems.tokens import ClientToken
from tests.crms.settings import ADDRESS, SETTINGS
from tests.crms.stand_in import Faults

BAD: list[Any] = [[1], None, {}, "x", 7, True]
ROWS: list[Any] = [
    [1], [None], [[]], [{}], {}, None, "x", 7,
    [{"id": "山田", "properties": {}, "updatedAt": "x"}],
    [{"id": "1", "properties": [], "updatedAt": "2026-01-01T00:00:00Z"}],
    [{"id": "1", "properties": {}, "updatedAt": "2026-99-01T00:00:00Z"}],
    [{"id": "1", "properties": {}, "updatedAt": "2026-01-01"}],
    [{"id": "1", "properties": {"hs_timestamp": "山田"}, "updatedAt": "2026-01-01T00:00:00Z"}],
    [{"id": "1", "properties": {"hs_call_duration": []}, "updatedAt": "2026-01-01T00:00:00Z"}],
    [{"$id": {"value": "x"}, "$revision": {"value": "1"}}],
    [{"$id": {"value": "1"}}, {"$revision": 1}],
    [{"Id": "1"}, {"Id": "1", "SystemModstamp": None}],
    [{"success": "yes"}],
    [{"opportunityid": 1.5, "versionnumber": 1, "modifiedon": "2026-01-01T00:00:00Z"}],
    [{"opportunityid": "1", "versionnumber": 1, "modifiedon": "x"}],
]  # fmt: skip
LISTS = {
    "kintone": ["records", "properties"],
    "hubspot": ["results"],
    "salesforce": ["records", "fields"],
    "dynamics": ["value"],
}
ANSWERS = [*BAD, *({one: rows} for lists in LISTS.values() for one in lists for rows in ROWS)]
CALLS: dict[str, Callable[[Crm, list[str]], object]] = {
    "changes": lambda crm, _: crm.changes(crm.lead_table, None),
    "activities": lambda crm, _: crm.changes(crm.tables[-1], None),
    "roll": lambda crm, _: (crm.roll(crm.lead_table, None), crm.roll(crm.tables[-1], None)),
    "read": lambda crm, ids: crm.read(crm.lead_table, ids),
    "write": lambda crm, ids: crm.write(dict.fromkeys(ids, BLANK)),
    "prepare": lambda crm, _: crm.prepare(),
    "faults": lambda crm, _: crm.faults(),
}
LATE = {"page": {"records": [], "done": False}, "total": {"results": [], "total": "x"}}


class WrongPlace:
    """A system of which one place, in the order in which they are called, answers otherwise."""

    def __init__(self, name: str) -> None:
        self.setting = SETTINGS[name](Faults(random.Random(1)))  # noqa: S311 - a test's own
        source = random.Random(2)  # noqa: S311 - a test's own
        stand_in, table = self.setting.stand_in, self.setting.table
        self.ids = [stand_in.create(table, self.setting.record(source)) for _ in range(3)]
        self._handle, self.places = stand_in.handle, list[str]()
        stand_in.handle = self._answer  # type: ignore[method-assign]

    def try_it(self, call: str, place: int, answer: Any) -> str:
        """Return the words with which a call is refused; none if it is not."""
        self.places, self._wrong, self._other = [], place, answer
        try:
            CALLS[call](self.setting.connect(self.setting.stand_in), self.ids)
        except MikomiError as error:
            return str(error)
        return ""

    def _answer(self, request: httpx.Request) -> httpx.Response:
        place = f"{request.method} {request.url.path}"
        self.places += [place] if place not in self.places else []
        if self.places.index(place) == self._wrong:
            return httpx.Response(200, json=self._other)
        return self._handle(request)


@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.parametrize("name", list(LISTS))
def test_an_answer_of_another_shape_is_an_error_of_the_connection(name: str, call: str) -> None:
    """No other error leaves a system, at whichever of its places the answer comes."""
    wrong, answers = WrongPlace(name), [*BAD, *LATE.values()]
    answers += [{one: rows} for one in LISTS[name] for rows in ROWS]
    words = [wrong.try_it(call, n, one) for n in range(4) for one in answers]
    refused = [one for one in words if one]
    assert not any("山田" in one for one in refused)
    if call not in {"prepare", "faults"} and (name, call) != ("dynamics", "write"):
        assert sum("another shape" in one for one in refused) > len(answers) // 2


def client(answer: Any) -> RestClient:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    pace = Pace(lambda _: None)
    return RestClient(ADDRESS, FixedHeaders({}), pace, Credentials({}), transport)


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_server_that_is_none_is_named(answer: Any) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    api = ServerApi(ADDRESS, None, Pace(lambda _: None), transport)
    calls: list[Callable[[], object]] = [
        lambda: api.ranking("en"),
        lambda: api.ranked("L-1"),
        lambda: api.hints("hubspot"),
        lambda: api.send("POST", "/v1/activities", {"activities": []}),
    ]
    for call in calls:
        with pytest.raises(SystemUnavailable, match="JSON of another shape"):
            call()


@pytest.mark.parametrize("answer", [*BAD, {"access_token": None}, {"access_token": 5}])
def test_a_token_of_another_shape_is_no_token(answer: Any) -> None:
    secrets = Credentials({"CLIENT_ID": "client-1", "CLIENT_SECRET": "s"})
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=answer))
    with pytest.raises(SystemUnavailable, match="no token"):
        ClientToken(f"{ADDRESS}/token", {}, secrets, transport)(renew=False)


def test_what_is_wrong_is_named_by_its_place() -> None:
    with pytest.raises(SystemUnavailable) as caught:
        client({"results": [1]}).call("GET", "/x", shape={"results": [{"id": ID}]})
    (fault,) = caught.value.faults
    assert fault.observed.endswith(
        f"/x: 200 with JSON of another shape, results[0] is a number, {TRIES} times"
    )
    assert fault.expected == "an object there"
    assert "a proxy or a sign-in page" in fault.do


STRANGE = [
    (b"<html>", "text/html; charset=utf-8", "200 with no whole JSON (text/html)"),
    (b"\xff\xfe", "application/json", "200 with no whole JSON (application/json)"),
    (b'"\\ud800"', "application/json", "200 with no whole JSON (application/json)"),
    (b"[" * 100_000, "application/json", "200 with no whole JSON (application/json)"),
    (b"", "text/html", "the whole is null"),
]


@pytest.mark.parametrize(("content", "kind", "words"), STRANGE)
def test_the_first_retry_shows_one_line(content: bytes, kind: str, words: str) -> None:
    lines: list[str] = []
    pauses: list[float] = []

    def answered(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=content, headers={"content-type": kind})

    pace = Pace(pauses.append, report=lambda line: lines.append(f"{len(pauses)} {line}"))
    transport = httpx.MockTransport(answered)
    reached = RestClient(ADDRESS, FixedHeaders({}), pace, Credentials({}), transport)
    with pytest.raises(SystemUnavailable, match="sign-in page"):
        reached.call("GET", "/x", params={"q": "山田"}, shape={"results": []})
    (line,) = lines
    assert line.startswith(f"0 GET {ADDRESS}/x: ")
    assert words in line
    assert "tried again" in line


def test_a_body_that_cannot_be_unpacked_is_repeated() -> None:
    def answered(_: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(b"no gzip")
        return httpx.Response(200, stream=stream, headers={"content-encoding": "gzip"})

    pace, transport = Pace(lambda _: None), httpx.MockTransport(answered)
    reached = RestClient(ADDRESS, FixedHeaders({}), pace, Credentials({}), transport)
    with pytest.raises(SystemUnavailable, match="DecodingError"):
        reached.call("GET", "/x")
