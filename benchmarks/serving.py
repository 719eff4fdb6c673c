"""Explained scores over HTTP, against an endpoint that does nothing and against MLflow's server.

Decided here: every server runs alone with one worker on loopback and is asked by wrk over 16
connections, in turns; the median round counts. mikomi runs as users run it: receipts logged before
the answer, requests logged, headers, metrics; only the rate limit is lifted. MLflow's server is
given the features ready made, so it neither parses histories nor computes features, and its answer
has no receipt. The model is that of the sample company (`make demo` first).
"""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks.harness import write
from models import artifact
from serve.bodies import ScoreBody, asked_of, read
from serve.scoring import Loaded

ROOT: Final = Path(__file__).parents[1]
BIN: Final = Path(sys.executable).parent
CONNECTIONS, SECONDS, ROUNDS, WARM_SECONDS = 16, 5, 5, 2
ACTIVITIES: Final = 30
LUA: Final = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{path}", "rb")
wrk.body = file:read("*a")
file:close()
"""


def lead(types: tuple[str, ...]) -> bytes:
    """Make a lead with activities that the model knows, about 2.5 KB."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a benchmark has a clock
    done = [
        {
            "activity_type": types[n % len(types)],
            "occurred_at": (now - timedelta(hours=7 * n + 1)).isoformat(),
            "dwell_seconds": 10.5 + n,
        }
        for n in range(ACTIVITIES)
    ]
    told = {
        "lead_id": "L-1001",
        "created_at": (now - timedelta(days=40)).isoformat(),
        "attributes": {"industry": "製造業", "employee_count": 120},
        "activities": done,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def handler_microseconds(loaded: Loaded, body: bytes) -> float:
    """Measure the CPU of one answer without HTTP: parse, features, score, reasons, bytes."""
    from serve.routes.scores import _ENCODER  # noqa: PLC0415

    now = datetime.now(UTC)  # noqa: TID251
    times = []
    for _ in range(2_000):
        begin = time.process_time_ns()
        asked = asked_of(read(ScoreBody, body), now)
        _ENCODER.encode(loaded.answer(asked, "ja", "r"))
        times.append(time.process_time_ns() - begin)
    return statistics.median(times) / 1000


@contextmanager
def running(command: list[str], port: int, path: str, **more: str) -> Iterator[None]:
    """Run a server until its path answers; end it with what it started."""
    child = subprocess.Popen(  # noqa: S603
        command,
        env=os.environ | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
    )
    try:
        for _ in range(1_200):
            if _answers(port, path):
                break
            if child.poll() is not None:
                sys.exit(f"{command} ended with {child.returncode}")
            time.sleep(0.1)
        yield
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(30)


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as said:
            return bool(said.status == 200)
    except OSError:
        return False


def load(port: int, path: str, script: Path, seconds: int = SECONDS) -> dict[str, float]:
    """Ask for some seconds; give requests a second and latencies in ms."""
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "--latency",
        "-s",
        str(script),
    ]
    text = subprocess.run(  # noqa: S603
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"requests failed:\n{text}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    assert found, text  # noqa: S101
    return {"per_second": float(found[1]), "p50_ms": _ms(text, "50"), "p99_ms": _ms(text, "99")}


def _ms(text: str, percent: str) -> float:
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\b", text)
    assert found, text  # noqa: S101
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def main(_arguments: list[str]) -> None:
    """Measure and write the result."""
    folder = ROOT / "artifacts" / "serve"
    pointer = json.loads((folder / "champion.json").read_text())
    loaded = Loaded(artifact.load(folder / "models" / pointer["fingerprint"]), pointer["version"])
    loaded.warm()
    with tempfile.TemporaryDirectory() as work, ExitStack() as servers:
        rivals = _start(servers, Path(work), loaded)
        rounds: dict[str, list[dict[str, float]]] = {name: [] for name in rivals}
        for rival in rivals.values():
            load(*rival, WARM_SECONDS)
        for _ in range(ROUNDS):
            for name, rival in rivals.items():
                rounds[name].append(load(*rival))
    write("serving", _told(rounds, loaded), "fastapi", "uvicorn", "mlflow", "msgspec")


def _start(servers: ExitStack, work: Path, loaded: Loaded) -> dict[str, tuple[int, str, Path]]:
    body = lead(loaded.types)
    values = loaded.values(asked_of(read(ScoreBody, body), datetime.now(UTC)))  # noqa: TID251
    (work / "lead.json").write_bytes(body)
    (work / "row.json").write_text(json.dumps(_row(values, loaded)), "utf-8")
    for name in ("lead", "row"):
        (work / f"{name}.lua").write_text(LUA.format(path=work / f"{name}.json"))
    ports = [_free() for _ in range(3)]
    told = {
        "MIKOMI_PORT": str(ports[0]),
        "MIKOMI_DATABASE_URL": f"sqlite:///{work / 'mikomi.db'}",
        "MIKOMI_REQUESTS_PER_SECOND": "1e9",
        "MIKOMI_BURST": "1000000000",
    }
    servers.enter_context(running([str(BIN / "mikomi"), "serve"], ports[0], "/readyz", **told))
    null = [str(BIN / "uvicorn"), "benchmarks.serving_null:app", "--no-access-log"]
    servers.enter_context(running([*null, "--port", str(ports[1])], ports[1], "/openapi.json"))
    address = f"sqlite:///{ROOT / 'artifacts' / 'mlflow' / 'mlflow.db'}"
    peer = [str(BIN / "mlflow"), "models", "serve", "-m", "models:/mikomi@champion"]
    options = ["--env-manager", "local", "-w", "1", "-p", str(ports[2])]
    servers.enter_context(
        running([*peer, *options], ports[2], "/ping", MLFLOW_TRACKING_URI=address)
    )
    return {
        "mikomi": (ports[0], "/v1/score", work / "lead.lua"),
        "null": (ports[1], "/", work / "lead.lua"),
        "mlflow": (ports[2], "/invocations", work / "row.lua"),
    }


def _row(values: Any, loaded: Loaded) -> dict[str, Any]:
    frame = pd.DataFrame(np.asarray(values, np.float64), columns=loaded.artifact.catalog.names)
    return {"dataframe_split": json.loads(frame.to_json(orient="split", index=False))}


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _told(rounds: dict[str, list[dict[str, float]]], loaded: Loaded) -> dict[str, Any]:
    middle = {
        name: {key: statistics.median(one[key] for one in found) for key in found[0]}
        for name, found in rounds.items()
    }
    own, body = middle["mikomi"], lead(loaded.types)
    return {
        "asked": {"connections": CONNECTIONS, "seconds": SECONDS, "rounds": ROUNDS},
        "body_bytes": len(body),
        "activities": ACTIVITIES,
        "servers": middle,
        "share_of_null": own["per_second"] / middle["null"]["per_second"],
        "times_mlflow": own["per_second"] / middle["mlflow"]["per_second"],
        "p99_over_p50": own["p99_ms"] / own["p50_ms"],
        "handler_us": handler_microseconds(loaded, body),
    }


if __name__ == "__main__":
    main([])
