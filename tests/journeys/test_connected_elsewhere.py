"""A server at another address: what is gone is erased there, and one failing CRM ends no round."""

from pathlib import Path

import httpx
import pytest

from tests.crms.live import listening
from tests.crms.stand_in import StandIn
from tests.journeys.test_connecting import Connected, connected

__all__ = ["connected"]


def ready(connected: Connected, *more: str) -> list[str]:
    """Connect, pull, and score every lead; return the option of the server."""
    name = connected.system
    table = ["--table", "deals=5"] if name == "kintone" else []
    connected.mikomi("connect", "add", name, "--address", connected.address, *table, *more)
    connected.mikomi("connect", "check", name, "--create")
    connected.mikomi("connect", "pull", name)
    for one in leads(connected):
        connected.server.scores.move(one, connected.crm.now)
    return ["--server", connected.server_address]


def leads(connected: Connected) -> dict[str, object]:
    return next(iter(connected.crm.tables.values()))  # type: ignore[return-value]


def vanish(connected: Connected) -> str:
    gone = next(iter(leads(connected)))
    del leads(connected)[gone], connected.server.scores.rows[gone]
    return gone


@pytest.mark.parametrize("command", ["push", "run", "send"])
def test_a_deletion_that_pull_saw_reaches_the_server_with_the_next_command(
    connected: Connected, command: str
) -> None:
    name, server = connected.system, ready(connected)
    assert connected.mikomi("connect", "push", name, *server).exit_code == 0
    gone = vanish(connected)
    pulled = connected.mikomi("connect", "pull", name, "--whole")
    assert "1 gone" in pulled.output
    line = f"1 erased leads may still be on {connected.server_address}"
    assert line in pulled.stderr
    assert f"`mikomi connect send {name} --server {connected.server_address}`" in pulled.stderr
    listed = connected.mikomi("connect", "servers", name)
    assert connected.server_address in listed.output
    assert connected.server.erased == []
    rounds = ["--rounds", "1"] if command == "run" else []
    paid = connected.mikomi("connect", command, name, *rounds, *server)
    assert f"erased  {name}: 1 leads on {connected.server_address}" in paid.output, paid.output
    assert connected.server.erased == [gone]
    assert "may still be" not in connected.mikomi("connect", "pull", name).output


def test_a_server_that_is_no_more_is_forgotten_by_its_address(connected: Connected) -> None:
    name, server = connected.system, ready(connected)
    connected.mikomi("connect", "push", name, *server)
    vanish(connected)
    connected.mikomi("connect", "pull", name, "--whole")
    retired = connected.mikomi("connect", "servers", name, "--retired", connected.server_address)
    assert "0 servers" in retired.output
    assert "may still be" not in connected.mikomi("connect", "pull", name).output
    assert connected.mikomi("connect", "servers", name, "--retired", "elsewhere").exit_code


class Other(StandIn):
    """A proxy before the CRM, which answers everything with 200 and something else."""

    def __init__(self, inner: StandIn, response: httpx.Response) -> None:
        super().__init__(inner.faults)
        self.response, self.calls_of_other = response, 0

    def handle(self, _request: httpx.Request) -> httpx.Response:
        self.calls_of_other += 1
        return self.response


OTHERS = [
    httpx.Response(200, json=one) for one in ([1], None, {}, {"results": [1], "records": [1]})
] + [httpx.Response(200, html="<html>")]


@pytest.mark.parametrize("response", OTHERS)
def test_a_crm_that_answers_otherwise_does_not_stop_the_others(
    connected: Connected, response: httpx.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    name, server = connected.system, ready(connected)
    proxy = Other(connected.crm, response)
    with listening(proxy) as address:
        own = ["--set", "name=a-first", "--address", address]
        table = ["--table", "deals=5"] if name == "kintone" else []
        connected.mikomi("connect", "add", name, *table, *own)
        Path("connections/a-first.secret").write_text("TOKEN=x\n", "utf-8")
        Path("connections/a-first.secret").chmod(0o600)
        rounds = connected.mikomi("connect", "run", "--rounds", "2", "--every", "10", *server)
    assert rounds.exit_code == 0, rounds.exception
    assert rounds.stderr.count("SystemUnavailable") == 2, "one a round"
    assert rounds.stderr.count("tried again, up to 6 times") == 2, "one line a round"
    assert proxy.calls_of_other == 12
    assert rounds.output.count(f"pushed  {name}") == 2


def test_a_defect_of_one_connection_does_not_stop_the_others(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("山田")

    server = ready(connected)
    monkeypatch.setattr("pipelines.connect.round.follow_hints", broken)
    rounds = connected.mikomi("connect", "run", "--rounds", "1", *server)
    assert rounds.exit_code == 0
    assert "KeyError at" in rounds.stderr
    assert "broken" in rounds.stderr
    assert "山田" not in rounds.output
