"""Trees grown on a Dask cluster by `lightgbm.dask`: the same again, and as good as those from here.

Decided here: LightGBM listens on every network interface while workers grow trees together, so this
runs on a network of its own that is nothing but loopback (`unshare`, Linux), or not at all. Rows
are drawn from a law with curves, interactions and a category; trees start from the margin of a
line. Judged by log loss on other rows, in pairs, so that the difference has an error. Workers share
the cores of one machine: what a cluster gains in time cannot be seen here.
"""

import os
import subprocess
import sys
import time
from typing import Any, Final

import numpy as np
from distributed import Client, LocalCluster

from benchmarks.harness import write
from models.model.booster import Booster
from models.model.settings import BoosterSettings
from models.stats.metrics import margin_log_losses
from models.stats.training_set import Floats, TrainingSet
from models.training import tree_growth
from models.training.cluster_growth import ClusterGrowth
from models.training.tree_growth import Grow

ROWS, TEST_ROWS, FEATURES = 40_000, 100_000, 40
GROWTH: Final = (120, 0.1)
SEEDS: Final = (1, 2, 3)
WORKERS: Final = (1, 2, 3)
ALONE: Final = "MIKOMI_NETWORK_OF_ITS_OWN"


def draw(count: int, seed: int) -> tuple[TrainingSet, Floats]:
    """Draw rows and the margin that trees start from."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(count, FEATURES)).astype(np.float32)
    values[random.random(values.shape) < 0.2] = np.nan
    values[:, 0] = random.integers(0, 30, count)
    known = np.nan_to_num(values).astype(np.float64)
    margin = known[:, 1] + 0.7 * known[:, 2] * known[:, 3] + 0.5 * np.sin(3 * known[:, 4]) - 3.0
    margin += 0.4 * (known[:, 0] % 7 == 3) + 0.6 * (known[:, 5] > 1)
    rows = TrainingSet(
        values=values,
        label=(random.random(count) < 1 / (1 + np.exp(-margin))).astype(np.float64),
        lead=np.arange(count),
        cutoff=np.zeros(count, np.int64),
        names=tuple(f"f{k}" for k in range(FEATURES)),
        categorical=np.arange(FEATURES) == 0,
    )
    return rows, 0.8 * known[:, 1] - 3.0


def grown(grow: Grow, seeds: tuple[int, ...] = SEEDS) -> tuple[list[Booster], float]:
    """Grow trees once a seed; tell the seconds of the last."""
    rows, start = draw(ROWS, 0)
    trees = []
    begun = time.perf_counter()
    for seed in seeds:
        begun = time.perf_counter()
        trees.append(grow(rows, start, GROWTH, BoosterSettings(threads=1), seed))
    return trees, time.perf_counter() - begun


def losses(trees: list[Booster], judged: tuple[TrainingSet, Floats]) -> Floats:
    """Return the log loss of every other row, the mean over the seeds."""
    rows, start = judged
    return np.mean(
        [
            margin_log_losses(margin=start + one.margin(rows.values), label=rows.label)
            for one in trees
        ],
        axis=0,
    )


def on_workers(count: int, here: list[Booster], judged: tuple[TrainingSet, Floats]) -> Any:
    """Grow on so many workers, twice, each time on a cluster of its own."""
    texts = []
    for seeds in (SEEDS, SEEDS[:1]):
        with (
            LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                protocol="tcp://",
                host="127.0.0.1",
                dashboard_address=None,
            ) as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            trees, seconds = grown(ClusterGrowth(client), seeds)
            texts.append(trees[0].text)
            if seeds == SEEDS:
                own, took = losses(trees, judged), seconds
    worse = own - losses(here, judged)
    return {
        "log_loss": float(own.mean()),
        "worse_than_here": float(worse.mean()),
        "standard_error": float(worse.std() / np.sqrt(len(worse))),
        "same_trees_again": texts[0] == texts[1],
        "same_trees_as_here": texts[0] == here[0].text,
        "seconds": took,
    }


def main(_words: list[str] | None = None) -> None:
    """Measure and write the result, on a network of its own."""
    if ALONE in os.environ:
        measure()
        return
    up = f"ip link set lo up && exec {sys.executable} -m benchmarks.quality.cluster"
    command = ["unshare", "--map-root-user", "--net", "sh", "-c", up]
    subprocess.run(command, check=True, env=os.environ | {ALONE: "yes"})  # noqa: S603 - fixed words


def measure() -> None:
    """Measure and write the result."""
    judged = draw(TEST_ROWS, 99)
    here, seconds = grown(tree_growth.grow)
    alone = {"log_loss": float(losses(here, judged).mean()), "seconds": seconds}
    start = float(np.mean(margin_log_losses(margin=judged[1], label=judged[0].label)))
    by_workers = {str(count): on_workers(count, here, judged) for count in WORKERS}
    settings = {"rows": ROWS, "trees": GROWTH[0], "seeds": len(SEEDS), "start_log_loss": start}
    write(
        "cluster",
        {"settings": settings, "here": alone, "workers": by_workers},
        "lightgbm",
        "distributed",
    )


if __name__ == "__main__":
    main()
