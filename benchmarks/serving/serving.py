"""Explained scores over HTTP, against an endpoint that does nothing and against MLflow's server.

Decided here: every server runs alone with one worker on loopback and is asked by wrk over 16
connections, in turns; the median round counts. mikomi runs as users run it: receipts logged before
the answer, requests logged, headers, metrics; only the rate limit is lifted. MLflow's server gets
the same lead and computes the same answer, without a receipt; BentoML's gets the features ready
made, and says no reasons either. BentoML's requirements differ from ours in a few versions, so it
is installed into a folder of its own that lies over our environment; where that cannot be done it
is left out, and the result says why. The model is that of the sample company (`make demo` first);
`wrk` must be installed.
"""

import json
import os
import re
import shutil
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from benchmarks import champion
from benchmarks.harness import write
from benchmarks.serving.serving_stages import ACTIVITIES, lead, stages
from models.registry.model_columns import INPUT_COLUMNS, known_attributes
from serve.scoring.loaded_model import LoadedModel
from serve.wire.bodies import ScoreBody, read, request_from_body

ROOT: Final = Path(__file__).parents[2]
BIN: Final = Path(sys.executable).parent
PEER: Final = ROOT / "artifacts" / "bench" / "bentoml"
CONNECTIONS, SECONDS, ROUNDS, WARM_SECONDS = 16, 5, 5, 2
LONGER: Final = {"mlflow": 15}
"""Who takes seconds for an answer is asked for longer, so that some are given in that time."""
Rival = tuple[int, str, Path, int]
"""Port, path, script of wrk, process."""
_NO_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"
"""Servers are started as users start them: what was compiled before is read."""
LUA: Final = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{path}", "rb")
wrk.body = file:read("*a")
file:close()
"""


@contextmanager
def running(command: list[str], port: int, path: str, **more: str) -> Iterator[int]:
    """Run a server until its path answers and give its process; end it with what it started."""
    variables = {name: value for name, value in os.environ.items() if name != _NO_BYTECODE}
    variables["PATH"] = f"{BIN}{os.pathsep}{variables.get('PATH', os.defpath)}"
    child = subprocess.Popen(  # noqa: S603
        command,
        env=variables | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
    )
    try:
        for _ in range(12_000):
            if _answers(port, path):
                break
            if child.poll() is not None:
                sys.exit(f"{command} ended with {child.returncode}")
            time.sleep(0.01)
        yield child.pid
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait(30)


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def load(port: int, path: str, script: Path, seconds: int = SECONDS) -> dict[str, float]:
    """Load a server for some seconds; return requests a second and latencies in ms."""
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
    match = re.search(r"Requests/sec:\s+([\d.]+)", text)
    assert match, text  # noqa: S101
    return {"per_second": float(match[1]), "p50_ms": _ms(text, "50"), "p99_ms": _ms(text, "99")}


def _ms(text: str, percent: str) -> float:
    match = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\b", text)
    assert match, text  # noqa: S101
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]]


def ready_seconds(folder: Path) -> float:
    """Measure how long a server takes from its start until it is ready, the model warm."""
    port = free_port()
    began = time.perf_counter()
    with running([str(BIN / "mikomi"), "serve"], port, "/readyz", **_environment(port, folder)):
        return time.perf_counter() - began


def main(_arguments: list[str]) -> None:
    """Measure and write the result."""
    loaded = champion.loaded()
    loaded.warm()
    body = lead(loaded.types)
    with tempfile.TemporaryDirectory() as work, ExitStack() as servers:
        ready_seconds(Path(work))  # what is compiled once is compiled
        ready = statistics.median(ready_seconds(Path(work)) for _ in range(3))
        left_out = _installed()
        rivals = _start(servers, Path(work), loaded, body, with_peer=not left_out)
        rounds: dict[str, list[dict[str, float]]] = {name: [] for name in rivals}
        for rival in rivals.values():
            load(*rival[:3], WARM_SECONDS)
        for _ in range(ROUNDS):
            for name, rival in rivals.items():
                before = _cpu_seconds(rival[3])
                seconds = LONGER.get(name, SECONDS)
                measured = load(*rival[:3], seconds)
                spent = _cpu_seconds(rival[3]) - before
                measured["cpu_us"] = 1e6 * spent / (measured["per_second"] * seconds)
                rounds[name].append(measured)
    content = {
        "settings": {
            "connections": CONNECTIONS,
            "seconds": SECONDS,
            "rounds": ROUNDS,
            "longer": LONGER,
        },
        "body_bytes": len(body),
        "activities": ACTIVITIES,
        "model": champion.size(loaded.artifact.model),
        "left_out": left_out,
        "ready_seconds": ready,
        **_compared(rounds),
        **stages(loaded, body),
    }
    write("serving", content, "fastapi", "uvicorn", "mlflow", "msgspec")


def _cpu_seconds(pid: int) -> float:
    """Return what a process and those it started have used."""
    parent = psutil.Process(pid)
    used = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return sum(one.user + one.system for one in used)


def _installed() -> dict[str, str]:
    """Install BentoML over our environment; tell who is left out and why."""
    if PEER.exists():
        return {}
    command = [str(BIN / "uv"), "pip", "install", "--quiet", "--python", sys.executable]
    done = subprocess.run([*command, "--target", str(PEER), "bentoml"], check=False)  # noqa: S603
    if done.returncode == 0:
        return {}
    shutil.rmtree(PEER, ignore_errors=True)
    return {"bentoml": f"it could not be installed: uv ended with {done.returncode}"}


def _environment(port: int, folder: Path) -> dict[str, str]:
    return {
        "MIKOMI_PORT": str(port),
        "MIKOMI_DATABASE_URL": f"sqlite:///{folder / 'mikomi.db'}",
        "MIKOMI_REQUESTS_PER_SECOND": "1e9",
        "MIKOMI_BURST": "1000000000",
    }


def _start(
    servers: ExitStack, work: Path, loaded: LoadedModel, body: bytes, *, with_peer: bool
) -> dict[str, Rival]:
    values = loaded.values(request_from_body(read(ScoreBody, body), datetime.now(UTC)))  # noqa: TID251
    row = [None if np.isnan(value) else float(value) for value in values[0]]
    (work / "lead.json").write_bytes(body)
    (work / "frame.json").write_text(json.dumps(_frame(body, loaded)), "utf-8")
    (work / "row.json").write_text(json.dumps({"row": row}), "utf-8")
    for name in ("lead", "frame", "row"):
        (work / f"{name}.lua").write_text(LUA.format(path=work / f"{name}.json"))
    port, rivals = free_port(), {}
    own = running([str(BIN / "mikomi"), "serve"], port, "/readyz", **_environment(port, work))
    rivals["mikomi"] = (port, "/v1/score", work / "lead.lua", servers.enter_context(own))
    port = free_port()
    null = [str(BIN / "uvicorn"), "benchmarks.serving.serving_null:app", "--no-access-log"]
    started = running([*null, "--port", str(port)], port, "/openapi.json")
    rivals["null"] = (port, "/", work / "lead.lua", servers.enter_context(started))
    port = free_port()
    address = f"sqlite:///{ROOT / 'artifacts' / 'mlflow' / 'mlflow.db'}"
    peer = [str(BIN / "mlflow"), "models", "serve", "-m", "models:/mikomi@champion"]
    options = ["--env-manager", "local", "-w", "1", "-p", str(port)]
    started = running([*peer, *options], port, "/ping", MLFLOW_TRACKING_URI=address)
    rivals["mlflow"] = (port, "/invocations", work / "frame.lua", servers.enter_context(started))
    if with_peer:
        rivals["bentoml"] = _bentoml(servers, work)
    return rivals


def _bentoml(servers: ExitStack, work: Path) -> Rival:
    port = free_port()
    command = [sys.executable, "-m", "bentoml", "serve", "benchmarks.serving.serving_bentoml:Peer"]
    variables = {
        "PYTHONPATH": f"{PEER}{os.pathsep}{ROOT}",
        "BENTOML_HOME": str(work),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    options = ["--host", "127.0.0.1", "--port", str(port)]
    started = running([*command, *options], port, "/readyz", **variables)
    return port, "/score", work / "row.lua", servers.enter_context(started)


def _frame(body: bytes, loaded: LoadedModel) -> dict[str, Any]:
    """Return the same lead as MLflow's server takes it: every column, what is unknown as null."""
    sent = json.loads(body)
    known = dict.fromkeys(known_attributes(loaded.artifact.catalog.vocabulary))
    row = dict.fromkeys(INPUT_COLUMNS) | sent | {"attributes": known | sent["attributes"]}
    row["as_of"] = datetime.now(UTC).isoformat()  # noqa: TID251 - a benchmark has a clock
    return {"dataframe_records": [row]}


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _compared(rounds: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    middle = {
        name: {key: statistics.median(one[key] for one in runs) for key in runs[0]}
        for name, runs in rounds.items()
    }
    own = middle["mikomi"]
    times = {
        f"times_{name}": own["per_second"] / middle[name]["per_second"]
        for name in ("mlflow", "bentoml")
        if name in middle
    }
    return {
        "servers": middle,
        "share_of_null": own["per_second"] / middle["null"]["per_second"],
        **times,
        "p99_over_p50": own["p99_ms"] / own["p50_ms"],
    }


if __name__ == "__main__":
    main([])
