"""The tries of `benchmarks.endure`: each keeps one promise under one kind of trouble.

Decided here: every try is made against a real server process, its database or its files, on
loopback; each returns how often it was tried, how often the promise held, and what was measured.
"""

import json
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from features.errors import MikomiError
from models.artifact import artifact
from serve.errors import TooOften
from serve.http.access import AccessControl
from serve.http.rate_limits import Limits
from serve.scoring.pointer import point
from serve.store.people.api_keys import Key
from serve.store.people.keys import key_hash
from tests import served

BODY = json.dumps(served.body(10)).encode()
EVIL = "http:" + "//evil.test"
HOSTILE: tuple[dict[str, str], ...] = (
    {"Origin": EVIL, "Content-Type": "text/plain"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.test"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {"Content-Type": "text/plain"},
    {"X-Forwarded-For": "192.0.2.7"},
    {"Forwarded": "for=192.0.2.7"},
    {"X-Real-IP": "192.0.2.7"},
)
ROUTES = (
    ("GET", "/v1/leads", None),
    ("GET", "/v1/leads/L-1", None),
    ("GET", "/metrics", None),
    ("DELETE", "/v1/leads/L-1", None),
    ("POST", "/v1/score", BODY),
    ("PUT", "/v1/leads/L-1", b'{"created_at": "2026-01-01T00:00:00Z"}'),
)


@dataclass(frozen=True)
class Trial:
    """How often a promise was tried and held, and what was measured, in words."""

    promise: str
    tries: int
    held: int
    measured: str = ""


def folder_with_model() -> Path:
    """Return a new folder with a model that a server can answer with."""
    folder = Path(tempfile.mkdtemp(prefix="mikomi-endure-"))
    point(folder, served.lay_down(folder), 1)
    return folder


def ask(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, bytes]:
    """Send one request; a `Host` among the headers replaces that of the address."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def kills(times: int = 5) -> Trial:
    """Kill a server under load; every receipt that was answered is there after the next start."""
    folder, acknowledged = folder_with_model(), set[str]()
    for n in range(times):
        with served.server(folder) as (process, port), ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(_until_the_end, port) for _ in range(4)]
            time.sleep(0.2 + 0.1 * (n % 5))
            process.send_signal(signal.SIGKILL)
            for one in sent:
                acknowledged |= one.result()
    with served.server(folder) as (_, port):
        read = [ask(port, "GET", f"/v1/receipts/{one}")[0] for one in sorted(acknowledged)]
    shutil.rmtree(folder)
    return Trial(
        "what was answered is stored, whatever kills the server",
        len(acknowledged),
        read.count(200),
        f"{times} kills under load",
    )


def _until_the_end(port: int) -> set[str]:
    receipts = set[str]()
    with suppress(OSError, HTTPException):
        while True:
            status, body = ask(port, "POST", "/v1/score", BODY)
            if status == 200:
                receipts.add(json.loads(body)["receipt_id"])
    return receipts


def replaced_files() -> Trial:
    """Remove, cut and replace the database under a running server, and put it back."""
    held, seconds, faults = 0, [], (_remove, _cut, _replace)
    for fault in faults:
        folder = folder_with_model()
        place = folder / "mikomi.db"
        with served.server(folder) as (_, port):
            receipt = json.loads(ask(port, "POST", "/v1/score", BODY)[1])["receipt_id"]
            copy = _copied(place)
            fault(place)
            refused = {ask(port, "POST", "/v1/score", BODY)[0] for _ in range(50)} == {503}
            _remove(place)
            copy.replace(place)
            seconds.append(
                _seconds_until(lambda p=port: ask(p, "POST", "/v1/score", BODY)[0] == 200)
            )
            replayed = ask(port, "POST", f"/v1/receipts/{receipt}/replay")[0] == 200
            held += refused and replayed
        shutil.rmtree(folder)
    measured = f"recovered within {max(seconds):.1f} s of the file's return"
    return Trial("nothing is acknowledged into a file that is gone", len(faults), held, measured)


def _answers(port: int) -> bool:
    return ask(port, "POST", "/v1/score", BODY)[0] == 200


def _copied(place: Path) -> Path:
    copy = place.with_name("copy.db")
    with sqlite3.connect(place) as one, sqlite3.connect(copy) as other:
        one.backup(other)
    return copy


def _remove(place: Path) -> None:
    for side in ("", "-wal", "-shm"):
        place.with_name(place.name + side).unlink(missing_ok=True)


def _cut(place: Path) -> None:
    with place.open("r+b") as file:
        file.truncate(1_024)


def _replace(place: Path) -> None:
    _remove(place)
    place.touch()


def _seconds_until(is_so: Callable[[], bool], most: float = 30.0) -> float:
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > most:
            return float("inf")
        time.sleep(0.05)
    return time.monotonic() - began


def open_mode() -> Trial:
    """Attack a server without keys as web pages and proxies can."""
    folder = folder_with_model()
    with served.server(folder) as (_, port):
        statuses = [
            ask(port, method, path, body, **headers)[0]
            for headers in HOSTILE
            for method, path, body in ROUTES
        ]
    shutil.rmtree(folder)
    promise = "without keys no web page and no proxy reads, writes or erases"
    return Trial(promise, len(statuses), statuses.count(403))


def limits(per_minute: tuple[int, ...] = (1, 60, 600)) -> Trial:
    """Send as fast as possible for three minutes of a simulated clock; count any sixty seconds."""
    held, most = 0, []
    for limit in per_minute:
        key = Key("k", "k", key_hash("mk_k"), frozenset({"score"}), limit, 0, None)
        gate = AccessControl(Limits(1_000.0, 2_000))
        gate.use([key])
        times = []
        for tick in range(0, 180_000, 20):
            with suppress(TooOften):
                gate.admit("Bearer mk_k", "POST", "/v1/score", tick / 1_000)
                times.append(tick)
        most.append(max(sum(at <= one < at + 60_000 for one in times) for at in times))
        held += most[-1] == limit
    measured = "admitted in any minute: " + ", ".join(map(str, most))
    return Trial("a key's limit is its limit in every minute", len(per_minute), held, measured)


def tampering() -> Trial:
    """Change one byte of every file of a model, at several places; it is never loaded."""
    folder = folder_with_model()
    model = next((folder / "models").iterdir())
    tries = refused = 0
    for file in sorted(model.iterdir()):
        content = file.read_bytes()
        for place in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            changed = bytearray(content)
            changed[place] ^= 1
            file.write_bytes(changed)
            tries += 1
            try:
                artifact.load(model)
            except (MikomiError, ValueError):
                refused += 1
            file.write_bytes(content)
    shutil.rmtree(folder)
    return Trial("a model with another byte is never loaded", tries, refused)


def dead_helpers() -> Trial:
    """Kill each process beside a server; it is started again."""
    folder, seconds = folder_with_model(), []
    with served.server(folder) as (process, _):
        parent = psutil.Process(process.pid)
        _seconds_until(lambda: len(_helpers(parent)) == 2)
        for module, pid in sorted(_helpers(parent).items()):
            os.kill(pid, signal.SIGKILL)
            seconds.append(_seconds_until(lambda m=module, p=pid: _helpers(parent).get(m, p) != p))
    shutil.rmtree(folder)
    held = sum(one < float("inf") for one in seconds)
    measured = f"started again within {max(seconds):.1f} s"
    return Trial("a helper that dies is started again", len(seconds), held, measured)


def _is_another(parent: psutil.Process, module: str, pid: int) -> bool:
    return _helpers(parent).get(module, pid) != pid


def _helpers(parent: psutil.Process) -> dict[str, int]:
    running = {}
    for child in parent.children():
        with suppress(psutil.Error):
            words = child.cmdline()
            if "-m" in words and child.status() != psutil.STATUS_ZOMBIE:
                running[words[words.index("-m") + 1]] = child.pid
    return running


def killed_parent() -> Trial:
    """Kill the parent of two workers and two helpers; all end."""
    folder = folder_with_model()
    with served.server(folder, MIKOMI_WORKERS="2") as (process, _):
        parent = psutil.Process(process.pid)
        _seconds_until(lambda: len(_helpers(parent)) == 2)
        children = parent.children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        seconds = _seconds_until(lambda: not any(_lives(one) for one in children))
        left = sum(_lives(one) for one in children)
    shutil.rmtree(folder)
    measured = f"the last ended after {seconds:.1f} s"
    promise = "a killed parent takes its workers and helpers along"
    return Trial(promise, len(children), len(children) - left, measured)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def heavy_requests(batches: int = 5) -> Trial:
    """Request `/healthz` while batches of 1,000 leads and long outlooks are answered."""
    folder = folder_with_model()
    batch = json.dumps({"leads": [served.body(10)] * 1_000}).encode()
    long = json.dumps(served.body(20_000)).encode()
    with served.server(folder) as (_, port), ThreadPoolExecutor(1) as pool:
        waits = []
        for n in range(batches):
            path, body = (("/v1/score/batch", batch), ("/v1/outlook", long))[n % 2]
            heavy = pool.submit(ask, port, "POST", path, body)
            while not heavy.done():
                began = time.monotonic()
                ask(port, "GET", "/healthz")
                waits.append(time.monotonic() - began)
            assert heavy.result()[0] == 200, heavy.result()  # noqa: S101
    shutil.rmtree(folder)
    held = sum(one <= 0.1 for one in waits)
    measured = f"at worst {1_000 * max(waits):.0f} ms beside {batches} heavy requests"
    return Trial(
        "`/healthz` answers within 100 ms beside heavy requests", len(waits), held, measured
    )


TRIALS: dict[str, Callable[[], Trial]] = {
    "limits": limits,
    "tampering": tampering,
    "open mode": open_mode,
    "replaced files": replaced_files,
    "dead helpers": dead_helpers,
    "killed parent": killed_parent,
    "kills": kills,
    "heavy requests": heavy_requests,
}


def run(name: str) -> dict[str, Any]:
    """Make one try and return it as JSON."""
    began = time.monotonic()
    trial = TRIALS[name]()
    return vars(trial) | {"seconds": round(time.monotonic() - began, 1)}
