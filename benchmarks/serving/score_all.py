"""All open leads ranked from the command line: time, memory, and what interruptions cost.

Decided here: the leads are those of `make demo` copied until a million are open, with their whole
histories; the model is its champion. Each scoring is a process of its own, called as a user calls
it; its processor time and the most memory it held are what the kernel says. The same again is
interrupted once by the keyboard's signal and once killed, and goes on each time; the ranking must
be the same to the byte. What is compiled when it is first called is compiled before, by a scoring
that is not counted. A tenth of the leads is ranked too, so that memory can be seen not to grow with
them.
"""

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks import champion
from benchmarks.harness import RESULTS, write
from benchmarks.serving.many_leads import fill
from models.artifact import artifact
from pipelines.run.workspace import Workspace
from pipelines.storage import partitions

ROOT: Final = Path(__file__).parents[2]
STOPS: Final = {"interrupted": (signal.SIGINT, 0.3), "killed": (signal.SIGKILL, 0.6)}
"""By which signal, and after which share of the partitions."""


class Scoring:
    """`mikomi score` in a process of its own."""

    def __init__(self, store: Path, out: Path, as_of: str) -> None:
        self._out, self._parts = out, len(list((store / "leads").iterdir()))
        self._options = ["--leads", str(store), "--as-of", as_of, "--out", str(out)]

    def run(self) -> dict[str, float]:
        """Score to the end."""
        return self._watched(lambda: False, signal.SIGKILL)

    def stopped(self, by: signal.Signals, share: float) -> dict[str, float]:
        """Stop it when so much is done."""
        memory = self._watched(lambda: self.done() >= share * self._parts, by)
        return memory | {"partitions_done": float(self.done())}

    def done(self) -> int:
        """Count the partitions that wait for the others."""
        return len(list(self._out.parent.glob(f".{self._out.name}.work-*/part-*")))

    def _watched(self, enough: Callable[[], bool], by: signal.Signals) -> dict[str, float]:
        """Start it, send the signal when it has done enough, and wait for its end."""
        begun, peak, sent = time.perf_counter(), 0.0, False
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "pipelines", "score", *self._options],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            peak = max(peak, most_memory_mib(process.pid))
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            if not sent and enough():
                process.send_signal(by)
                sent = True
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        return {
            "exit_code": float(process.returncode),
            "wall_seconds": time.perf_counter() - begun,
            "cpu_seconds": used.ru_utime + used.ru_stime,
            "peak_mib": peak,
        }


def most_memory_mib(pid: int) -> float:
    """Return the most memory of a process that still runs; `ru_maxrss` would count its parent's."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def summary(ranking: Path) -> dict[str, Any]:
    """Read a ranking back: its leads, its reasons, whether it is in order and adds up."""
    names = ["rank", "probability", "base_probability", "remainder", "reason_contributions"]
    rows = pq.read_table(ranking, columns=names)
    probability = rows["probability"].to_numpy()
    shares = rows["reason_contributions"].combine_chunks()
    sums = np.zeros(len(rows))
    np.add.at(sums, pc.list_parent_indices(shares).to_numpy(), shares.flatten().to_numpy())
    whole = rows["base_probability"].to_numpy() + sums + rows["remainder"].to_numpy()
    return {
        "leads": len(rows),
        "reasons_per_lead": len(shares.flatten()) / max(len(rows), 1),
        "in_order": bool((np.diff(probability) <= 0).all()),
        "ranks": bool((rows["rank"].to_numpy() == np.arange(1, len(rows) + 1)).all()),
        "worst_sum": float(np.abs(whole - probability).max(initial=0.0)),
        "mib": ranking.stat().st_size / 2**20,
    }


def digest(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def measured(store: Path, folder: Path) -> dict[str, Any]:
    """Rank the leads of a store, without and with interruptions."""
    manifest = partitions.manifest(store)
    Scoring(store, folder / "first.parquet", manifest.observed_until).stopped(signal.SIGKILL, 0.01)
    whole = Scoring(store, folder / "whole.parquet", manifest.observed_until)
    result: dict[str, Any] = {
        "activities": manifest.rows["activities"],
        "partitions": manifest.partitions,
        "score": whole.run(),
        "ranking": summary(folder / "whole.parquet"),
    }
    again = Scoring(store, folder / "again.parquet", manifest.observed_until)
    stops = {name: again.stopped(*how) for name, how in STOPS.items()}
    same = {"resumed": again.run()}
    equal = digest(folder / "whole.parquet") == digest(folder / "again.parquet")
    return result | {"stops": stops | same, "equal_to_the_byte": equal}


def before() -> dict[str, Any]:
    """Read what was measured before."""
    results: dict[str, Any] = json.loads((RESULTS / "score_all.json").read_text("utf-8"))
    return {name: results[name] for name in ("tenth", "all") if name in results}


def main(argv: list[str] | None = None) -> None:
    """Measure and write the result; `make demo` first. Filling the store takes minutes: once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=285)
    parser.add_argument("--stores", type=Path, help="Where stores are kept for another time.")
    parser.add_argument("--only", choices=("tenth", "all"), help="The other's figures stay.")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    source = Workspace("sample", ROOT).tables
    results = before() if options.only else {}
    with tempfile.TemporaryDirectory() as temporary:
        for name, copies in (("tenth", max(options.copies // 10, 1)), ("all", options.copies)):
            if options.only not in (None, name):
                continue
            store = (options.stores or Path(temporary)) / f"copies-{copies}"
            if not (store / "manifest.json").is_file():
                fill(source, store, copies)
            with tempfile.TemporaryDirectory() as work:
                results[name] = measured(store, Path(work))
            print(name, results[name])
    results["model"] = champion.size(artifact.load(Workspace("sample", ROOT).champion).model)
    write("score_all", results, "numba", "numpy", "pandas", "pyarrow")


if __name__ == "__main__":
    main()
