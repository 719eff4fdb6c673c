"""The client of all APIs: waits as it is asked to, repeats what can be repeated, hides secrets."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from features.errors import BadRequest, MikomiError
from pipelines.connect import credentials
from pipelines.connect.credentials import Credentials
from pipelines.connect.rest_client import (
    TRIES,
    CallRefused,
    FixedHeaders,
    Pace,
    RestClient,
    SystemUnavailable,
)
from pipelines.connect.systems.tokens import ClientToken

SECRET = "very-secret-token-1"  # noqa: S105 - of the test
ADDRESS = "https:" + "//crm.invalid"
DATE = "Mon, 01 Jun 2026 09:00:00 GMT"


class Calls:
    """Answers one after the other, and how long was waited between them."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.waited, self.requests = list(answers), list[float](), 0

    def client(self, headers: Any = None, counted: Callable[[], None] = lambda: None) -> RestClient:
        own = headers or FixedHeaders({"authorization": f"Bearer {SECRET}"})
        pace = Pace(self.waited.append, counted)
        transport = httpx.MockTransport(self._answer)
        return RestClient(ADDRESS, own, pace, Credentials({"TOKEN": SECRET}), transport)

    def _answer(self, _request: httpx.Request) -> httpx.Response:
        self.requests += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        response: httpx.Response = answer
        return response


def ok() -> httpx.Response:
    return httpx.Response(200, json={"fine": True}, headers={"date": DATE})


def test_retry_after_is_waited_for() -> None:
    dated = {"retry-after": "Mon, 01 Jun 2026 09:00:07 GMT", "date": DATE}
    calls = Calls(
        httpx.Response(429, headers={"retry-after": "3"}), httpx.Response(429, headers=dated), ok()
    )
    assert calls.client().call("GET", "/x") == {"fine": True}
    assert calls.waited == [3.0, 7.0]


def test_errors_cut_answers_and_broken_connections_are_repeated() -> None:
    cut = httpx.Response(200, content=b'{"records": [')
    calls = Calls(httpx.Response(503), httpx.ConnectError("x"), cut, ok())
    assert calls.client().call("GET", "/x") == {"fine": True}
    assert calls.waited == [1.0, 2.0, 4.0]


def test_it_gives_up_after_some_tries() -> None:
    calls = Calls(*[httpx.Response(500) for _ in range(TRIES)])
    with pytest.raises(SystemUnavailable, match="goes on where it stopped"):
        calls.client().call("GET", "/x")
    assert calls.requests == TRIES


def test_a_long_wait_ends_the_run() -> None:
    calls = Calls(httpx.Response(429, headers={"retry-after": "3600"}))
    with pytest.raises(SystemUnavailable, match="3600 seconds"):
        calls.client().call("GET", "/x")
    assert not calls.waited


def test_a_token_is_renewed_once() -> None:
    renewed = []

    def headers(*, renew: bool) -> dict[str, str]:
        if renew:
            renewed.append(1)
        return {"authorization": f"Bearer t{len(renewed)}"}

    calls = Calls(httpx.Response(401), ok())
    assert calls.client(headers).call("GET", "/x")
    refused = Calls(httpx.Response(401), httpx.Response(401))
    with pytest.raises(CallRefused, match="401"):
        refused.client(headers).call("GET", "/x")
    assert len(renewed) == 2


def test_no_secret_is_in_an_error_a_log_or_a_representation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = httpx.Response(403, text=f"the token {SECRET} may not do this")
    calls = Calls(echo)
    with pytest.raises(CallRefused) as caught:
        calls.client().call("GET", "/x", params={"q": "山田"})
    texts = [str(caught.value), caplog.text, repr(Credentials({"TOKEN": SECRET}))]
    assert not any(SECRET in one for one in texts)
    assert "(not shown)" in str(caught.value)
    assert "山田" not in str(caught.value)


def test_a_refused_client_shows_no_secret() -> None:
    secrets = Credentials({"CLIENT_ID": "client-1", "CLIENT_SECRET": SECRET})
    transport = httpx.MockTransport(lambda one: httpx.Response(400, content=one.content))
    with pytest.raises(CallRefused) as caught:
        ClientToken(f"{ADDRESS}/token", {}, secrets, transport)(renew=False)
    assert SECRET not in str(caught.value)


def test_a_planted_echo_would_be_noticed() -> None:
    assert SECRET in Credentials({}).without_secrets(f"the token {SECRET}")


def test_calls_are_counted_before_they_are_made() -> None:
    def full() -> None:
        raise BadRequest.of("8,000 calls", "fewer", "wait")

    calls = Calls(ok())
    with pytest.raises(BadRequest, match="8,000"):
        calls.client(counted=full).call("GET", "/x")
    assert calls.requests == 0


def test_secrets_come_from_the_environment_or_a_file_of_the_owner_alone(tmp_path: Path) -> None:
    place = tmp_path / "kintone.secret"
    place.write_text("# of the app 5\nTOKEN = from-the-file\n", "utf-8")
    place.chmod(0o644)
    with pytest.raises(MikomiError, match="chmod 600"):
        credentials.read("kintone", ["TOKEN"], place, {})
    place.chmod(0o600)
    assert credentials.read("kintone", ["TOKEN"], place, {}).reveal("TOKEN") == "from-the-file"
    environment = {"MIKOMI_KINTONE_TOKEN": "from-outside"}
    read = credentials.read("kintone", ["TOKEN"], place, environment)
    assert read.reveal("TOKEN") == "from-outside"


def test_every_missing_secret_is_named(tmp_path: Path) -> None:
    with pytest.raises(MikomiError) as caught:
        credentials.read("crm", ["CLIENT_ID", "CLIENT_SECRET"], tmp_path / "no", {})
    assert len(caught.value.faults) == 2
    assert "MIKOMI_CRM_CLIENT_SECRET" in str(caught.value)
