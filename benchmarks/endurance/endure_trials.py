"""The tries of `benchmarks.endurance.endure` that break something: processes, files, long requests.

Decided here: every try is made against a real server process, its database or its files, on
loopback; each returns how often it was tried, how often the promise held, and what was measured.
"""

import json
import os
import shutil
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import psutil

from benchmarks.endurance.endure_server import BODY, Trial, ask, folder_with_model, seconds_until
from tests import served


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
            again = f"/v1/receipts/{receipt}/replay"
            took = [
                seconds_until(lambda p=port, to=path, sent=body: ask(p, "POST", to, sent)[0] == 200)
                for path, body in (("/v1/score", BODY), (again, None))
            ]
            seconds.append(sum(took))
            replayed = took[1] < float("inf")
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


def dead_helpers() -> Trial:
    """Kill each process beside a server; it is started again."""
    folder, seconds = folder_with_model(), []
    with served.server(folder) as (process, _):
        parent = psutil.Process(process.pid)
        seconds_until(lambda: len(_helpers(parent)) == 2)
        for module, pid in sorted(_helpers(parent).items()):
            os.kill(pid, signal.SIGKILL)
            seconds.append(seconds_until(lambda m=module, p=pid: _helpers(parent).get(m, p) != p))
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
        seconds_until(lambda: len(_helpers(parent)) == 2)
        children = parent.children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        seconds = seconds_until(lambda: not any(_lives(one) for one in children))
        left = sum(_lives(one) for one in children)
    shutil.rmtree(folder)
    measured = f"the last ended after {seconds:.1f} s"
    promise = "a killed parent takes its workers and helpers along"
    return Trial(promise, len(children), len(children) - left, measured)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
