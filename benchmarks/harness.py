"""How everything here is measured: in turns, medians, with the machine, into one JSON file.

Decided here: rivals run interleaved in the same process (A B C, A B C, ...), so that a slow minute
of the machine hits them all; the median is quoted; ratios are what README quotes. In its turn every
rival runs three times in a row and the last run is timed: on a virtual machine the first ones after
another rival also pay for memory that the host took back meanwhile, which says nothing of either
(measured: features of 100,000 leads took 0.85, 0.30 and 0.25 s after Polars, 0.23 s left alone).
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
IN_A_ROW = 3


@dataclass(frozen=True)
class Timing:
    """Median, least and most seconds of several runs, on the wall and on the processors."""

    wall_seconds: float
    wall_least: float
    wall_most: float
    cpu_seconds: float
    runs: int


def interleave(rivals: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, Timing]:
    """Time every rival once a round, in turn: the last of `IN_A_ROW` runs."""
    walls: dict[str, list[float]] = {name: [] for name in rivals}
    cpus: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            for _ in range(IN_A_ROW - 1):
                run()
            wall, cpu = _clocked(run)
            walls[name].append(wall)
            cpus[name].append(cpu)
    return {name: _timing(walls[name], cpus[name]) for name in rivals}


def _clocked(run: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


def _timing(walls: list[float], cpus: list[float]) -> Timing:
    return Timing(
        wall_seconds=statistics.median(walls),
        wall_least=min(walls),
        wall_most=max(walls),
        cpu_seconds=statistics.median(cpus),
        runs=len(walls),
    )


def machine(*packages: str) -> dict[str, object]:
    """Describe where it was measured: processor, cores, memory, Python, package versions."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30, 1),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(name: str, result: Mapping[str, object], *packages: str) -> Path:
    """Write `benchmarks/results/<name>.json`: the machine, then what was measured."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {"machine": machine(*packages), **result}
    path.write_text(json.dumps(content, indent=2, default=_plain) + "\n")
    return path


def _plain(value: object) -> object:
    return asdict(value) if isinstance(value, Timing) else float(value)  # type: ignore[arg-type]
