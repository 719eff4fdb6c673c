"""A running server on its bad days: a full disk, a kill in the middle, the end, several workers."""

import json
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from serve.scoring.pointer import point
from serve.store.engine import open_engine
from tests import served

BODY = json.dumps(served.body(10) | {"as_of": "2026-06-01T00:00:00Z"}).encode()
BULKS, EACH, SENDERS = 40, 250, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    point(tmp_path, served.lay_down(tmp_path), 1)
    return tmp_path


def bulk(number: int) -> bytes:
    done = served.body(EACH)["activities"]
    named = [
        one | {"lead_id": f"L-{n % 7}", "activity_id": f"{number}-{n}"}
        for n, one in enumerate(done)
    ]
    return json.dumps({"activities": named, "backfill": True}).encode()


def stored(folder: Path, query: str) -> set[Any]:
    engine = open_engine(f"sqlite:///{folder / 'mikomi.db'}")
    with engine.connect() as connection:
        values = {row[0] for row in connection.execute(text(query))}
    engine.dispose()
    return values


def score(port: int) -> tuple[int, dict[str, Any]]:
    status, content = served.ask(port, "POST", "/v1/score", BODY)
    return status, json.loads(content)


def test_a_full_disk_then_a_kill_then_several_workers_then_the_end(folder: Path) -> None:
    with served.server(folder) as (process, port):
        answered = a_full_disk(process, port)
        acknowledged = a_kill(process, port)
    of_bulks = stored(folder, "select activity_id from activities")
    assert {f"{number}-{n}" for number in acknowledged for n in range(EACH)} <= of_bulks
    assert set(answered) <= stored(folder, "select receipt_id from receipts")
    good = {1: served.artifact(0).fingerprint, 2: served.lay_down(folder, 1)}
    with served.server(folder, MIKOMI_WORKERS="2") as (process, port):
        nothing_twice(port, of_bulks)
        answered += swaps(port, folder, good)
        a_dead_worker(process, port)
        for receipt in (answered[0], answered[-1]):
            path = f"/v1/receipts/{receipt}"
            assert served.ask(port, "POST", f"{path}/replay") == served.ask(port, "GET", path)
        a_request_in_flight(process, port)


def a_full_disk(process: Any, port: int) -> list[str]:
    """Return the receipts that were answered around a time without room for a byte."""
    server = psutil.Process(process.pid)
    room = server.rlimit(psutil.RLIMIT_FSIZE)
    before = [score(port)[1]["receipt_id"] for _ in range(3)]
    server.rlimit(psutil.RLIMIT_FSIZE, (1, room[1]))
    try:
        refused = [served.ask(port, "POST", "/v1/score", BODY)[0] for _ in range(3)]
        refused.append(served.ask(port, "POST", "/v1/activities", bulk(99))[0])
    finally:
        server.rlimit(psutil.RLIMIT_FSIZE, room)
    assert refused == [503] * 4
    after = [score(port) for _ in range(3)]
    assert [status for status, _ in after] == [200] * 3
    return before + [one["receipt_id"] for _, one in after]


def a_kill(process: Any, port: int) -> list[int]:
    """Kill the server while bulks arrive; give those that were acknowledged."""
    acknowledged: list[int] = []

    def send(numbers: range) -> None:
        for number in numbers:
            try:
                status, _ = served.ask(port, "POST", "/v1/activities", bulk(number))
            except (OSError, HTTPException):
                return
            assert status == 200
            acknowledged.append(number)
            if len(acknowledged) == 6:
                process.kill()

    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, [range(n, BULKS, SENDERS) for n in range(SENDERS)]))
    process.wait(10)
    assert 6 <= len(acknowledged) < BULKS
    return acknowledged


def a_request_in_flight(process: Any, port: int) -> None:
    """End the server between the halves of a body: it is still answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as open_one:
        head = f"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}\r\n\r\n"
        open_one.sendall(head.encode() + BODY[:100])
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        open_one.sendall(BODY[100:])
        assert b" 200 " in open_one.recv(65_536)[:20]
    process.wait(120)


def nothing_twice(port: int, of_bulks: set[str]) -> None:
    """Send bulks again: what the killed server stored is not counted a second time."""
    answers = [json.loads(served.ask(port, "POST", "/v1/activities", bulk(n))[1]) for n in range(8)]
    assert all(one["added"] + one["repeated"] == EACH for one in answers)
    assert [one["added"] for one in answers if one["added"] == EACH] == [
        EACH for n in range(8) if f"{n}-0" not in of_bulks
    ]


def swaps(port: int, folder: Path, good: dict[int, str]) -> list[str]:
    """Swap models under load: every answer is of one of them; return the receipts."""
    before = total(port)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(many, port, 150) for _ in range(4)]
        turn = 0
        while not all(one.done() for one in waiting):
            turn += 1
            point(folder, good[1 + turn % 2], 1 + turn % 2)
            time.sleep(0.3)
        answers = [answer for one in waiting for answer in one.result()]
    assert {(t["model"]["version"], t["model"]["fingerprint"]) for t in answers} == set(
        good.items()
    )
    assert len({(t["model"]["version"], t["probability"]) for t in answers}) == 2
    assert total(port) - before == len(answers) == 600
    return [t["receipt_id"] for t in answers]


def many(port: int, count: int) -> list[dict[str, Any]]:
    """Send requests over short connections, so that every worker receives some."""
    answers = []
    for _ in range(count // 10):
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            for _ in range(10):
                connection.request("POST", "/v1/score", BODY)
                answer = connection.getresponse()
                content = answer.read()
                assert answer.status == 200, content
                answers.append(json.loads(content))
    return answers


def total(port: int) -> float:
    """Return the scores counted by all workers."""
    lines = served.ask(port, "GET", "/metrics")[1].decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("mikomi_scores_total"))


def a_dead_worker(process: Any, port: int) -> None:
    """Kill a worker: another takes its place, and the server goes on."""
    workers = [
        one
        for one in psutil.Process(process.pid).children()
        if "serve.processes.follow" not in one.cmdline()
    ]
    victim = next(one for one in workers if any("spawn_main" in word for word in one.cmdline()))
    victim.kill()
    answers = []
    for _ in range(200):
        try:
            answers.append(score(port)[0])
        except (OSError, HTTPException):
            answers.append(0)
        if answers[-5:] == [200] * 5:
            break
        time.sleep(0.05)
    assert answers[-5:] == [200] * 5
