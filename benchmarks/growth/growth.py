"""Processor time and memory of every stage with ten times the leads, and ten times those.

Decided here: every stage is a process of its own, called as a user calls it, on a company of fifty
activities a lead (`benchmarks.growth.company`); its processor time and the most memory it held are
what the kernel says. A stage that is compiled when it is first called is compiled before, on a
company that is not counted. A stage fails, and is recorded so, where it takes more memory than
`--limit-gib`.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from benchmarks.growth import company, plot
from benchmarks.harness import RESULTS, write

ROOT: Final = Path(__file__).parents[2]
STAGES: Final = (
    *("ingest", "snapshot", "featurize", "train", "evaluate", "leaks", "promote", "card"),
    *("score", "profile", "splits"),
)
SIZES: Final = (10_000, 100_000, 1_000_000)
_WARM: Final = 2_000
_OPTIONS: Final = {"score": ("--model", "artifacts/growth/model")}
"""The model of a company that promotes none is scored all the same."""


def measured(folder: Path, stage: str, limit_gib: float) -> dict[str, Any]:
    """Run one stage; return its processor seconds and the most memory of its processes, in MiB."""
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "pipelines", stage, *_OPTIONS.get(stage, ())],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"{stage}.log").open("w"),
        preexec_fn=lambda: _limited(limit_gib),  # noqa: PLW1509 - sets a limit, no more
    )
    peak = 0
    while True:
        peak = max(peak, _most_memory_kib(process.pid))
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "exit_code": process.returncode,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "wall_seconds": time.perf_counter() - begun,
        "peak_mib": peak / 1024,
    }


def _limited(gib: float) -> None:
    most = int(gib * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _most_memory_kib(pid: int) -> int:
    """Read the most memory of a process that still runs; `ru_maxrss` would count its parent's."""
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def grown(folder: Path, leads: int, stages: tuple[str, ...], limit_gib: float) -> dict[str, Any]:
    """Run all stages on a company of so many leads, which is written first unless it is there."""
    if not (folder / "params.yaml").is_file():
        company.write(folder, leads)
    figures: dict[str, Any] = {}
    for stage in stages:
        figures[stage] = measured(folder, stage, limit_gib)
        print(leads, stage, figures[stage], flush=True)
    return {"leads": leads, "rows": _rows(folder), "stages": figures}


def _rows(folder: Path) -> dict[str, int]:
    data = folder / "data" / "growth"
    counted = {"activities": "tables/activities", "snapshots": "snapshots", "features": "features"}
    return {
        name: sum(pq.read_metadata(one).num_rows for one in (data / place).glob("part-*.parquet"))
        for name, place in counted.items()
    }


def exponents(sizes: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Compute, stage by stage, the power of the leads by which time and memory grow."""
    if len(sizes) <= 1:
        return {}
    last, before = sizes[-1], sizes[-2]
    wider = np.log(last["leads"] / before["leads"])
    return {
        stage: {
            what: float(np.log(one[what] / before["stages"][stage][what]) / wider)
            for what in ("cpu_seconds", "peak_mib")
        }
        for stage, one in last["stages"].items()
        if stage in before["stages"]
    }


def main(argv: list[str] | None = None) -> None:
    """Measure and write the result and its plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--stages", nargs="+", default=list(STAGES), choices=STAGES)
    parser.add_argument("--folder", type=Path, help="Where companies are kept for another time.")
    parser.add_argument("--limit-gib", type=float, default=16.0, help="A stage fails beyond it.")
    options = parser.parse_args(argv)
    stages = tuple(options.stages)
    with tempfile.TemporaryDirectory() as temporary:
        place = options.folder or Path(temporary)
        if not (place / str(_WARM)).is_dir():
            grown(place / str(_WARM), _WARM, STAGES, options.limit_gib)
        sizes = [
            grown(place / str(count), count, stages, options.limit_gib) for count in options.leads
        ]
    write("growth", {"sizes": sizes, "exponents": exponents(sizes)}, "numpy", "pyarrow")
    plot.draw(sizes, RESULTS)


if __name__ == "__main__":
    main()
