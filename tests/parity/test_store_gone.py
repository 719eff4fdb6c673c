"""The database stops, fills, locks or refuses: 503, nothing is lost, and then it goes on."""

import os
import secrets
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from serve import app as application
from serve.store import engine as engines
from serve.store.receipts.group_commit import GroupCommit
from tests import served
from tests.clocked import LOCAL, Clock, serving
from tests.parity.test_store import activities, lead


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_KEY_SECONDS", 0.1)
    monkeypatch.setattr(application, "ANSWER_WAITS", engines.Waits(0.2, 5.0))


WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "/v1/leads/L-1", lead()),
    ("POST", "/v1/activities", {"activities": activities(3)}),
    ("POST", "/v1/score", served.body(2)),
    ("GET", "/v1/leads/L-1/score", None),
]
READS: list[tuple[str, str, Any]] = [("GET", "/v1/leads/L-1/history", None)]


def statuses(client: TestClient, requests: list[tuple[str, str, Any]]) -> set[int]:
    """Send each request; every refusal states when to try again."""
    answers = [client.request(method, path, json=body) for method, path, body in requests]
    for answer in answers:
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
            assert answer.json()["type"] in ("/problems/store", "/problems/busy")
    return {answer.status_code for answer in answers}


def wait_for(client: TestClient, status: int) -> None:
    for _ in range(1_000):
        if client.get("/readyz").status_code == status:
            return
        time.sleep(0.02)
    raise AssertionError(client.get("/readyz").text)


def receipt(client: TestClient) -> str:
    response = client.post("/v1/score", json=served.body(2))
    assert response.status_code == 200, response.text
    return str(response.json()["receipt_id"])


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_postgres_stops_and_starts(
    models: Path, url: str, clock: Clock, postgres_server: Any
) -> None:
    with serving(models, url, clock) as client:
        assert statuses(client, WRITES) == {200}
        receipt_id = receipt(client)
        postgres_server.stop()
        try:
            assert statuses(client, WRITES + READS) == {503}
            wait_for(client, 503)
            assert client.get("/healthz").status_code == 200
            settings = client.app.state.parts.settings  # type: ignore[attr-defined]
            with TestClient(application.create_app(settings, clock), LOCAL) as late:
                assert late.get("/v1/model").status_code == 503, "keys are not known yet"
                postgres_server.start()
                wait_for(late, 200)
                assert statuses(late, READS) == {200}
        finally:
            postgres_server.start()
        wait_for(client, 200)
        assert statuses(client, WRITES + READS) == {200}
        assert client.post(f"/v1/receipts/{receipt_id}/replay").status_code == 200
        assert client.post("/v1/activities", json=WRITES[1][2]).json()["repeated"] == 3


@contextmanager
def hung(server: Any) -> Iterator[None]:
    """Stop every process of a database server, so that it neither answers nor closes anything."""
    postmaster = server.get_pid()
    own = [postmaster, *_children(postmaster)]
    for pid in own:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in own:
            os.kill(pid, signal.SIGCONT)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in listed.read_text().split()]


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_database_that_hangs_is_refused_within_two_seconds_and_taken_up_again(
    models: Path, url: str, clock: Clock, postgres_server: Any
) -> None:
    with serving(models, url, clock) as client:
        assert statuses(client, WRITES) == {200}
        with hung(postgres_server):
            for request in WRITES + READS:
                began = time.monotonic()
                assert statuses(client, [request]) == {503}
                assert time.monotonic() - began < 2.0
            began = time.monotonic()
            assert client.get("/healthz").status_code == 200
            assert time.monotonic() - began < 0.5
        began = time.monotonic()
        while statuses(client, WRITES) != {200}:
            assert time.monotonic() - began < 2.0


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold a lock that every request of a lead waits for: of two tables, or of the file."""
    engine = engines.open_engine(url)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("lock table leads, receipts in access exclusive mode")
        yield
    engine.dispose()


def test_a_lock_is_waited_for_less_than_two_seconds_however_many_wait(
    models: Path, url: str, clock: Clock
) -> None:
    """More requests come than there are threads; nobody waits for those before them."""

    def timed(request: tuple[str, str, Any]) -> float:
        began = time.monotonic()
        assert statuses(client, [request]) == {503}
        return time.monotonic() - began

    with serving(models, url, clock) as client, ThreadPoolExecutor(40) as pool:
        assert statuses(client, WRITES) == {200}
        with locked(url):
            slowest = (max(pool.map(timed, WRITES * 10)) for _ in range(3))
            assert any(one < 2.0 for one in slowest)  # other tests may hold the processor once
            assert client.get("/healthz").status_code == 200
        assert statuses(client, WRITES) == {200}


@contextmanager
def no_room(url: str) -> Iterator[None]:
    """Let the log of answers meet PostgreSQL's own error of a full disk."""
    full = (
        "create function full_disk() returns trigger language plpgsql as $$ begin"
        " raise exception 'no space left on device' using errcode = 'disk_full'; end $$",
        "create trigger full_disk before insert on receipts execute function full_disk()",
    )
    engine = engines.open_engine(url)
    with engine.begin() as connection:
        for statement in full:
            connection.exec_driver_sql(statement)
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql("drop function full_disk cascade")
    engine.dispose()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_postgres_has_no_room_for_receipts(models: Path, url: str, clock: Clock) -> None:
    with serving(models, url, clock) as client:
        receipts = [receipt(client)]
        with no_room(url):
            assert statuses(client, WRITES[:2]) == {200}
            assert statuses(client, WRITES[2:]) == {503}
            assert client.get(f"/v1/receipts/{receipts[0]}").status_code == 200
        receipts.append(receipt(client))
        for one in receipts:
            assert client.get(f"/v1/receipts/{one}").status_code == 200


class Refusing:
    """Makes every connection of the server's engines refuse to write, while switched on.

    Connections of the pool are switched when they are checked out, the others at once.
    """

    def __init__(self, url: str) -> None:
        self._plain = engines.open_engine
        self._sqlite = url.startswith("sqlite")
        self._made: list[Any] = []
        self._refuses = False

    def open_engine(self, address: str, waits: engines.Waits) -> Any:
        engine = self._plain(address, waits)
        event.listen(engine, "connect", lambda connection, _record: self._made.append(connection))
        event.listen(engine, "checkout", lambda made, _record, _proxy: self._switch(made))
        return engine

    def __call__(self, *, refuses: bool) -> None:
        self._refuses = refuses
        for connection in self._made if self._sqlite else ():
            with suppress(sqlite3.ProgrammingError):  # it was closed
                self._switch(connection)

    def _switch(self, connection: Any) -> None:
        state = "on" if self._refuses else "off"
        words = "PRAGMA query_only" if self._sqlite else "SET default_transaction_read_only"
        connection.cursor().execute(f"{words}={state}")
        connection.commit()


@pytest.fixture
def refusing(url: str, monkeypatch: pytest.MonkeyPatch) -> Refusing:
    switch = Refusing(url)
    monkeypatch.setattr(application, "open_engine", switch.open_engine)
    return switch


@pytest.mark.usefixtures("quick")
def test_a_database_that_may_be_read_alone(
    models: Path, url: str, clock: Clock, refusing: Refusing
) -> None:
    with serving(models, url, clock) as client:
        assert statuses(client, WRITES) == {200}
        refusing(refuses=True)
        assert statuses(client, WRITES) == {503}
        assert statuses(client, READS) == {200}
        refusing(refuses=False)
        assert statuses(client, WRITES) == {200}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_locked_file(models: Path, url: str, clock: Clock) -> None:
    with serving(models, url, clock) as client:
        assert statuses(client, WRITES) == {200}
        engine = engines.open_engine(url)
        with engine.begin():
            assert statuses(client, WRITES) == {503}
            assert statuses(client, READS) == {200}
            assert client.get("/readyz").status_code == 200
        assert statuses(client, WRITES) == {200}
        engine.dispose()


def test_two_servers_store_the_same_leads_at_once(models: Path, url: str, clock: Clock) -> None:
    with serving(models, url, clock) as one, serving(models, url, clock) as other:
        done = [*activities(150, "L-1"), *activities(150, "L-2")]
        bulks = [(client, done[n::3]) for n in range(3) for client in (one, other)] * 2

        def send(bulk: tuple[TestClient, Any]) -> int:
            response = bulk[0].post(
                "/v1/activities", json={"activities": bulk[1], "backfill": True}
            )
            assert response.status_code == 200, response.text
            return int(response.json()["added"])

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(send, bulks)) == 300
        for lead_id in ("L-1", "L-2"):
            assert one.put(f"/v1/leads/{lead_id}", json=lead()).json()["revision"] == 13
        added = [
            client.get("/v1/leads/L-1/score").json()["feature_sha256"] for client in (one, other)
        ]
        assert added[0] == added[1]


def test_planted_fault_one_poisons_the_batch_of_others() -> None:
    """What one item is to blame for, it alone suffers; without that, all who wait do."""

    def write(items: list[str]) -> None:
        begun.set()
        time.sleep(0.05)
        if "bad" in items:
            raise ValueError("bad")
        written.extend(items)

    for of_items, lost in (((ValueError,), ["bad"]), ((), ["a", "bad", "b"])):
        written: list[str] = []
        begun = Event()
        log: GroupCommit[str] = GroupCommit(write, of_items)
        log.put([secrets.token_hex(2)])
        assert begun.wait(5.0)  # the others wait together
        waiting = {name: log.put([name]) for name in ("a", "bad", "b")}
        log.close()
        assert [name for name, done in waiting.items() if done.exception()] == lost
