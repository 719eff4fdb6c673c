"""A running server: models are swapped under load, a kill loses nothing, slow clients go."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.store.engine import open_engine
from serve.wire.bodies import ScoreBody, read, request_from_body
from tests import served

REQUESTS, CLIENTS = 5_000, 4
BODY = json.dumps(served.body(10) | {"as_of": "2026-06-01T00:00:00Z"}).encode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, int, Path]]:
    folder = tmp_path_factory.mktemp("served")
    for seed in (0, 1):
        served.lay_down(folder, seed)
    point(folder, served.artifact(0).fingerprint, 1)
    with served.server(folder, MIKOMI_BODY_SECONDS="1") as (process, port):
        yield process, port, folder


def expected(seed: int) -> float:
    """Return the probability by the library, without a server."""
    request = request_from_body(read(ScoreBody, BODY), datetime(2026, 7, 1, tzinfo=UTC))
    return LoadedModel(served.artifact(seed)).answer(request, "en", "").probability


def many(port: int, count: int) -> list[tuple[int, bytes]]:
    """Send many requests over one connection."""
    answers = []
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for _ in range(count):
            connection.request("POST", "/v1/score", BODY)
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))
    return answers


def test_a_slow_client_then_swaps_and_a_broken_model_under_load_then_a_kill(
    running: tuple[Any, int, Path],
) -> None:
    process, port, folder = running
    a_slow_client_is_let_go(port)
    good = {number: served.artifact(seed).fingerprint for number, seed in ((1, 0), (2, 1))}
    broken = folder / "models" / ("f" * 64)
    shutil.copytree(folder / "models" / good[2], broken)
    with (broken / "model.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    with ThreadPoolExecutor(CLIENTS) as pool:
        waiting = [pool.submit(many, port, REQUESTS // CLIENTS) for _ in range(CLIENTS)]
        turn = 0
        while not all(one.done() for one in waiting):
            turn += 1
            fingerprint, version = [(good[2], 2), (broken.name, 3), (good[1], 1)][turn % 3]
            point(folder, fingerprint, version)
            time.sleep(0.4)
        answers = [answer for one in waiting for answer in one.result()]
    assert {status for status, _ in answers} == {200}
    bodies = [json.loads(content) for _, content in answers]
    by = {(t["model"]["version"], t["model"]["fingerprint"], t["probability"]) for t in bodies}
    assert by == {(1, good[1], expected(0)), (2, good[2], expected(1))}
    process.kill()
    process.wait(10)
    with open_engine(f"sqlite:///{folder / 'mikomi.db'}").connect() as connection:
        logged = {one for (one,) in connection.execute(text("select receipt_id from receipts"))}
    assert {t["receipt_id"] for t in bodies} <= logged


def a_slow_client_is_let_go(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert b" 408 " in slow.recv(4096)
    assert served.ask(port, "POST", "/v1/score", BODY)[0] == 200
