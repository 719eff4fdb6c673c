"""The tries of `endure` under load: too many clients, heavy requests, swaps."""

import asyncio
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection

from benchmarks.endurance.endure_server import BODY, Trial, ask, folder_with_model
from serve.scoring.pointer import point
from tests import served

MOST_SECONDS = 0.1
LONG = 65_000
"""Activities of a body just below the limit of its size."""
STORED = 300_000
PIPELINED = 2_000
SECONDS = 4.0
PLACES = 200
_HEAD = b"POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"


def overload() -> Trial:
    """Let twice as many clients as there are places send without a pause."""
    folder = folder_with_model()
    free = {"MIKOMI_REQUESTS_PER_SECOND": "1000000", "MIKOMI_BURST": "1000000"}
    with served.server(folder, MIKOMI_AT_ONCE=str(PLACES), **free) as (_, port):
        asyncio.run(_clients(port, 8, 1.0))
        calm = asyncio.run(_clients(port, 8, SECONDS))
        many = asyncio.run(_clients(port, 2 * PLACES, SECONDS))
    shutil.rmtree(folder)
    answered = [seconds for status, seconds in many if status == 200]
    right = sum((status == 200 and seconds < 1.0) or status == 503 for status, seconds in many)
    measured = (
        f"{len(calm) / SECONDS:,.0f} answers a second to 8 clients, {len(answered) / SECONDS:,.0f} "
        f"to {2 * PLACES}, p99 {1_000 * _p99(answered):.0f} ms; "
        f"{1 - len(answered) / len(many):.0%} refused with 503"
    )
    promise = "twice as many clients as places: each is answered within a second or refused at once"
    return Trial(promise, len(many), right, measured)


async def _clients(port: int, count: int, seconds: float) -> list[tuple[int, float]]:
    until = time.monotonic() + seconds
    sent = await asyncio.gather(*(_client(port, until) for _ in range(count)))
    return [one for of_client in sent for one in of_client]


async def _client(port: int, until: float) -> list[tuple[int, float]]:
    """Send one request after the other; return status and seconds of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request, answers = _HEAD % len(BODY) + BODY, []
    while time.monotonic() < until:
        began = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        status = int(head[9:12])
        answers.append((status, time.monotonic() - began))
        if status != 200:
            await asyncio.sleep(0.05)
    writer.close()
    return answers


def heavy_requests() -> Trial:
    """Request `/healthz` beside long leads, a full batch, a long stored lead and many metrics."""
    folder = folder_with_model()
    long = json.dumps(served.body(LONG)).encode()
    batch = json.dumps({"leads": [served.body(10)] * 1_000}).encode()
    lead = [f"/v1/leads/L-1{part}" for part in ("/history", "/score", "", "/activities")]
    with served.server(folder) as (_, port), ThreadPoolExecutor(1) as pool:
        _store(port)
        works = [("POST", "/v1/score/batch", batch)]
        works += [("POST", path, long) for path in ("/v1/score", "/v1/outlook")]
        works += [("GET", path, None) for path in lead]
        worst = {}
        waits = []
        for method, path, body in works:
            own = list(_beside(port, pool.submit(ask, port, method, path, body)))
            worst[path] = max(own)
            waits += own
        own = list(_beside(port, pool.submit(_pipelined, port)))
        worst["pipelined /metrics"] = max(own)
        waits += own
    shutil.rmtree(folder)
    held = sum(one <= MOST_SECONDS for one in waits)
    most = max(worst, key=lambda path: worst[path])
    measured = f"at worst {1_000 * worst[most]:.0f} ms, beside {most}"
    return Trial(
        "`/healthz` answers within 100 ms beside heavy requests", len(waits), held, measured
    )


def _pipelined(port: int) -> tuple[int, bytes]:
    """Send very many requests of one connection at once; read every answer."""
    request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        sender = threading.Thread(target=connection.sendall, args=(request * PIPELINED,))
        sender.start()
        with connection.makefile("rb") as answers:
            for _ in range(PIPELINED):
                length = 0
                while (line := answers.readline()) != b"\r\n":
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                answers.read(length)
        sender.join()
    return 200, b""


def _store(port: int) -> None:
    """Store a lead with very many activities."""
    as_json = {"Content-Type": "application/json"}
    lead = json.dumps({"created_at": "2026-04-01T00:00:00Z"}).encode()
    ask(port, "PUT", "/v1/leads/L-1", lead, **as_json)
    done = served.body(10_000)["activities"]
    for n in range(STORED // len(done)):
        own = [{"lead_id": "L-1", "activity_id": f"{n} {k}"} | one for k, one in enumerate(done)]
        body = json.dumps({"activities": own, "backfill": True}).encode()
        assert ask(port, "POST", "/v1/activities", body, **as_json)[0] == 200  # noqa: S101


def _beside(port: int, heavy: Future[tuple[int, bytes]]) -> Iterator[float]:
    while not heavy.done():
        began = time.monotonic()
        ask(port, "GET", "/healthz")
        yield time.monotonic() - began
    assert heavy.result()[0] == 200, heavy.result()  # noqa: S101


def swaps(times: int = 6) -> Trial:
    """Swap the model while scores are requested; how long the slowest answer takes."""
    folder = folder_with_model()
    models = [served.lay_down(folder, seed) for seed in (1, 0)]
    with served.server(folder) as (_, port), _scoring(port) as answers:
        time.sleep(1.0)
        for n in range(times):
            point(folder, models[n % 2], n + 2)
            time.sleep(1.0)
    shutil.rmtree(folder)
    waits = answers()
    held = sum(one <= 2.0 * MOST_SECONDS for one in waits)
    measured = f"{times} swaps, the slowest answer after {1_000 * max(waits):.0f} ms"
    return Trial("no score waits for a swap of the model", len(waits), held, measured)


@contextmanager
def _scoring(port: int) -> Iterator[Callable[[], list[float]]]:
    """Request scores without a pause until the end; yield what gives their seconds then."""
    waits: list[float] = []
    going = [True]

    def score() -> None:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            while going:
                began = time.monotonic()
                connection.request("POST", "/v1/score", BODY)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200  # noqa: S101
                waits.append(time.monotonic() - began)
                time.sleep(0.002)

    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(score)
        yield lambda: waits
        going.clear()
        sending.result()


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.99 * len(seconds))] if seconds else float("inf")
