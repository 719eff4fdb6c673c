"""Window features against DuckDB, Polars and pandas; the floor; growth; memory; one lead.

    python -m benchmarks.features.features [--leads 100000] [--rounds 5] [--partitions 20]

Decided here: the same 117 features of the same rows, the results compared bit by bit before
anything is timed; in turns in one process, two threads for everyone; a peer's best plan is the one
that was fastest on a tenth of the leads. For Polars the plan of joins by lead is timed as well: its
other plans need lead and time packed into one number by hand. The result goes to
benchmarks/results/features.json.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import numpy as np

from benchmarks import harness
from benchmarks.features import (
    feature_data,
    feature_duckdb,
    feature_pandas,
    feature_peers,
    feature_polars,
    feature_store,
)
from features.build import CompiledCatalog, build
from features.records.histories import encode
from features.records.rows import rows_of

PACKAGES = ("numpy", "numba", "pandas", "duckdb", "polars", "pyarrow")
PEERS = {
    "duckdb": feature_duckdb.duckdb_plans,
    "polars": feature_polars.polars_plans,
    "pandas": feature_pandas.pandas_plans,
}


JOINS = "join_asof by lead and gather of running totals"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features.features")
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--partitions", type=int, default=20)
    options = parser.parse_args(arguments)
    chosen, plans = choose_plans(max(options.leads // 10, 500))
    result = {
        "leads": options.leads,
        "features": len(feature_data.catalog().features),
        "plans_on_a_tenth": plans,
        "in_memory": in_memory(options.leads, options.rounds, chosen),
        "from_parquet": from_parquet(options.leads, options.rounds),
        "growth": growth(options.leads, options.rounds),
        "one_lead_microseconds": one_lead(),
        "partitions": by_partitions(options.leads, options.partitions),
    }
    print(harness.write("features", result, *PACKAGES))


def choose_plans(leads: int) -> tuple[dict[str, str], dict[str, dict[str, float]]]:
    """Check every plan of every peer against ours; time each once; name the fastest."""
    work = feature_data.work(leads)
    expected = _ours(work)()
    seconds: dict[str, dict[str, float]] = {}
    for peer, plans in PEERS.items():
        for name, run in plans(work).items():
            same(feature_peers.matrix(run()), expected, f"{peer}: {name}")
            seconds.setdefault(peer, {})[name] = _seconds(run)
            print(f"{peer}: {name}: {seconds[peer][name]:.2f} s on {leads} leads", flush=True)
    return {peer: min(times, key=times.__getitem__) for peer, times in seconds.items()}, seconds


def in_memory(leads: int, rounds: int, chosen: dict[str, str]) -> dict[str, object]:
    """Time all in turns: from tables in memory to the matrix."""
    work = feature_data.work(leads)
    rivals: dict[str, Callable[[], object]] = {"mikomi": _ours(work)}
    rivals["duckdb"] = PEERS["duckdb"](work)[chosen["duckdb"]]
    polars = PEERS["polars"](work)
    rivals |= {"polars": polars[chosen["polars"]], "polars_joins": polars[JOINS]}
    timings = harness.interleave(rivals, rounds=rounds)
    timings |= harness.interleave({"pandas": PEERS["pandas"](work)[chosen["pandas"]]}, rounds=1)
    ours = timings["mikomi"]
    peers = {name: timing for name, timing in timings.items() if name != "mikomi"}
    return {
        "plans": chosen | {"polars_joins": JOINS},
        "timings": timings,
        "times_faster": {
            name: round(timing.wall_seconds / ours.wall_seconds, 1)
            for name, timing in peers.items()
        },
        "times_less_cpu": {
            name: round(timing.cpu_seconds / ours.cpu_seconds, 1) for name, timing in peers.items()
        },
    }


def from_parquet(leads: int, rounds: int) -> dict[str, object]:
    """Time reading the file and filling a matrix (the floor), and the same with the features."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        feature_store.write(store, feature_data.work(leads))
        compiled = CompiledCatalog(feature_data.catalog())
        shape = leads * feature_data.CUTOFFS, len(compiled.catalog.features)

        def floor() -> object:
            return feature_store.read(store), np.full(shape, 1.0, np.float32)

        def ours() -> object:
            tables, snapshots = feature_store.read(store)
            return build(tables, snapshots, compiled)

        timings = harness.interleave({"floor": floor, "mikomi": ours}, rounds=rounds)
    return {
        "timings": timings,
        "times_the_floor": round(timings["mikomi"].wall_seconds / timings["floor"].wall_seconds, 2),
    }


def growth(leads: int, rounds: int) -> dict[str, object]:
    """Time some leads and ten times as many, and beside it numpy's filling of such a matrix.

    The filling is the floor: fresh memory of many GB may come slower than that of few.
    """
    rivals: dict[str, Callable[[], object]] = {}
    for name, count in (("once", leads), ("tenfold", 10 * leads)):
        shape = count * feature_data.CUTOFFS, len(feature_data.catalog().features)
        rivals[name] = _ours(feature_data.work(count))
        rivals[f"fill_{name}"] = partial(np.full, shape, 1.0, np.float32)
    timings = harness.interleave(rivals, rounds=rounds)
    ratio, of_fill = (
        round(timings[f"{of}tenfold"].wall_seconds / timings[f"{of}once"].wall_seconds, 1)
        for of in ("", "fill_")
    )
    return {
        "leads": [leads, 10 * leads],
        "timings": timings,
        "times_longer": ratio,
        "fill_times_longer": of_fill,
    }


def one_lead(rounds: int = 2_000) -> dict[str, float]:
    """Time the kernels for one lead with some 50 activities, and its coding from tables."""
    tables, snapshots = feature_data.tables(feature_data.work(1))
    compiled = CompiledCatalog(feature_data.catalog())
    histories = encode(tables, compiled.catalog.vocabulary)
    rows = rows_of(histories, snapshots.iloc[-1:])
    values = partial(compiled.values, histories, rows)
    coding = partial(encode, tables, compiled.catalog.vocabulary)
    return {
        "histories_to_matrix": _median_microseconds(values, rounds),
        "tables_to_histories": _median_microseconds(coding, rounds // 10),
    }


def by_partitions(leads: int, partitions: int) -> dict[str, object]:
    """Work through partitions in a process of its own; tell the most memory it ever held."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.features.feature_store",
        str(leads),
        str(partitions),
    ]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own module)
    activities, seconds, gib = out.split()
    return {
        "partitions": partitions,
        "activities": int(activities),
        "seconds_in_build": float(seconds),
        "most_memory_gib": float(gib),
    }


def same(theirs: np.ndarray, ours: np.ndarray, who: str) -> None:
    """Refuse to time what does not give the same result."""
    if not np.array_equal(theirs.astype(np.float32), ours, equal_nan=True):
        sys.exit(f"{who}: other results than ours")


def _ours(work: feature_data.Work) -> Callable[[], np.ndarray]:
    tables, snapshots = feature_data.tables(work)
    compiled = CompiledCatalog(feature_data.catalog())
    return lambda: build(tables, snapshots, compiled).values


def _seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def _median_microseconds(run: Callable[[], object], rounds: int) -> float:
    return round(1e6 * float(np.median([_seconds(run) for _ in range(rounds)])), 1)


if __name__ == "__main__":
    main()
