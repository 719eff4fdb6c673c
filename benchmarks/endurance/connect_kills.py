"""Processes of `mikomi connect run` that are killed with SIGKILL, against a stand-in of kintone."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.connect.connection import ConnectionPlaces, draft, store
from pipelines.connect.mirror import Mirror
from pipelines.connect.push import PushRules
from pipelines.connect.score_fields import Wording, differ, fields_of
from pipelines.connect.state import State
from tests.crms.histories import own_fields
from tests.crms.kintone import TOKEN, KintoneStandIn
from tests.crms.live import listening
from tests.crms.server import ServerStandIn
from tests.crms.settings import SOURCES
from tests.crms.stand_in import Faults

_ROOT = Path(__file__).parents[2]
_LONGEST = 4.0


def killed_processes(kills: int) -> dict[str, Any]:
    """Kill that many processes at random moments, let one finish, and compare both sides."""
    source = random.Random(5)  # noqa: S311 - a benchmark's own
    crm, server = KintoneStandIn(Faults(source)), ServerStandIn()
    crm.now = server.now = datetime.now(UTC)  # noqa: TID251 - as the process has it
    killed = 0
    with tempfile.TemporaryDirectory() as folder, listening(crm) as a, listening(server) as b:
        work = Path(folder)
        tables = {"deals": {"place": 5}}
        made = draft("kintone", "kintone", {"address": a, "tables": tables, "language": "ja"})
        store(work / "connections", made)
        _run(work, ["connect", "check", "kintone", "--create"]).wait()
        for _ in range(kills):
            _happen(crm, server, source)
            killed += _killed(work, b, source.uniform(0.5, _LONGEST))
        finished = _run(work, ["connect", "pull", "kintone", "--whole"]).wait() == 0
        finished &= _run(work, _round(b)).wait() == 0
        return {"killed": killed, "finished": finished, **_compared(work, crm, server)}


def _happen(crm: KintoneStandIn, server: ServerStandIn, source: random.Random) -> None:
    crm.now = server.now = datetime.now(UTC)  # noqa: TID251 - as the process has it
    for _ in range(60):
        one = crm.create("5", {"status": "商談中", "source": source.choice(SOURCES)})
        server.scores.move(one, crm.now)
    rows = list(crm.tables["5"])
    for one in source.sample(rows, min(30, len(rows))):
        crm.update("5", one, {"status": source.choice(["受注", "失注", "商談中"])})
        server.scores.move(one, crm.now)
    for one in source.sample(rows, 2):
        crm.delete("5", one)
        server.scores.rows.pop(one, None)


def _round(server: str) -> list[str]:
    return ["connect", "run", "kintone", "--rounds", "1", "--server", server]


def _run(work: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
    environment = os.environ | {"MIKOMI_KINTONE_TOKEN": TOKEN, "PYTHONPATH": str(_ROOT)}
    command = [sys.executable, "-m", "pipelines", *arguments]
    return subprocess.Popen(command, cwd=work, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603


def _killed(work: Path, server: str, seconds: float) -> bool:
    process = _run(work, _round(server))
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
        return False
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(0.05)
    return True


def _compared(work: Path, crm: KintoneStandIn, server: ServerStandIn) -> dict[str, int]:
    state = State(ConnectionPlaces(work / "connections", "kintone").state)
    ids = [one for one, _ in Mirror(state, "deals").records("deals")]
    state.close()
    rows, amounts = crm.tables["5"], PushRules().amounts
    wrong = [
        one
        for one, row in rows.items()
        if differ(own_fields(row), fields_of(server.scores.rows[one], Wording("ja")), amounts)
    ]
    return {
        "records": len(rows),
        "lost": len(set(rows) - set(ids)),
        "doubled": len(ids) - len(set(ids)),
        "not_erased": len(set(ids) - set(rows)),
        "scores_differing": len(wrong),
    }
