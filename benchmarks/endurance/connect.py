"""Random histories of connected CRMs with faults and kills: nothing lost, nothing doubled.

Each system runs against its stand-in (`tests/crms`, written from the vendor's documentation). A
history creates, changes and deletes records, moves scores, pulls, writes back, is hinted by
webhooks, and is killed between any two steps. Then processes of the command itself are killed with
SIGKILL.

    python -m benchmarks connect
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import harness
from benchmarks.endurance.connect_kills import killed_processes
from tests.crms.histories import History
from tests.crms.posts import PostHistory
from tests.crms.settings import SETTINGS

_KILLS = 25


def of_system(name: str, histories: int) -> dict[str, Any]:
    began, faults, result = time.perf_counter(), Counter[str](), Counter[str]()
    largest: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(histories):
            verdict = History(seed, Path(folder), SETTINGS[name]).run()
            Path(folder, f"{seed}.db").unlink()
            faults.update(verdict.faults)
            largest |= {n: max(v, largest.get(n, 0)) for n, v in verdict.largest.items()}
            result["lost"] += len(verdict.lost)
            result["doubled"] += len(verdict.doubled)
            result["not_erased"] += len(verdict.not_erased)
            result["equal_at_end"] += not verdict.differing
            result["records"] += verdict.records
            result["deleted"] += verdict.deleted
    counts = {n: result[n] for n in ("lost", "doubled", "not_erased", "equal_at_end")}
    return {
        "histories": histories, **counts, "records": result["records"],
        "deleted": result["deleted"], "faults": dict(sorted(faults.items())),
        "largest_calls": largest, "seconds": round(time.perf_counter() - began, 1),
    }  # fmt: skip


def of_webhooks(histories: int) -> dict[str, Any]:
    result = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(histories):
            verdict = PostHistory(seed, Path(folder)).run()
            result["lost"] += len(verdict.lost)
            result["doubled"] += len(verdict.doubled)
            result["events"] += verdict.events
            result["calls"] += verdict.calls
    return {"histories": histories} | {n: result[n] for n in ("events", "calls", "lost", "doubled")}


def main(words: Sequence[str] | None = None) -> None:
    """Run every system and write the results."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--histories", type=int, default=1_000)
    reader.add_argument("--kills", type=int, default=_KILLS)
    reader.add_argument("--only", nargs="*", default=[*SETTINGS, "webhooks_out", "kills"])
    options = reader.parse_args(words)
    place = harness.RESULTS / "connect.json"
    measured = json.loads(place.read_text("utf-8")) if place.is_file() else {"systems": {}}
    for name in options.only:
        if name in SETTINGS:
            measured["systems"][name] = of_system(name, options.histories)
        elif name == "kills":
            measured["killed_processes"] = killed_processes(options.kills)
        else:
            measured["webhooks_out"] = of_webhooks(options.histories)
        print(name, measured["systems"].get(name, measured), flush=True)
        measured.pop("machine", None)
        harness.write("connect", measured, "httpx")


if __name__ == "__main__":
    main()
