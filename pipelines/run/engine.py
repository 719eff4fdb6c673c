"""Where the partitions are processed: in this process, in several, or on a Dask cluster.

Decided here: a stage is a task of one partition that reads and writes files which all workers see,
and returns something small. So a cluster needs no second implementation: it calls the same task,
and a result does not depend on the process that computed it (`tests/parity/test_dask.py`). That the
workers see the same files is checked before each task: `pipelines.run.shared_task`.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Literal, TypeVar

from features.errors import BadParams
from models.training import tree_growth
from models.training.cluster_growth import ClusterGrowth
from models.training.tree_growth import Grow
from pipelines.run.cluster import connected, gathered
from pipelines.run.engine_settings import EngineSettings

Result = TypeVar("Result")


def each(
    task: Callable[[int], Result], parts: Iterable[int], settings: EngineSettings
) -> Iterator[Result]:
    """Run the task for every partition, and return each result when it is there, in any order.

    Parameters
    ----------
    task
        What is done to partition number n; for a cluster it must be sendable, so a module's
        function or a `functools.partial` of one.
    parts
        Numbers of the partitions.
    settings
        The engine.

    Raises
    ------
    BadInput
        If a worker of a cluster reaches other files, or runs other code.
    ClusterLost
        If a cluster is not there, or is lost meanwhile.

    Examples
    --------
    >>> list(each(abs, [-1, -2], EngineSettings()))
    [1, 2]
    """
    if settings.kind == "local":
        yield from map(task, parts)
        return
    if settings.kind == "processes":
        yield from _side_by_side(task, list(parts), settings.workers)
        return
    with connected(settings) as client:
        yield from gathered(client, task, list(parts))


@contextmanager
def growing(grown: Literal["here", "workers"], settings: EngineSettings) -> Iterator[Grow]:
    """Return what grows trees: this process, or the workers of the cluster.

    Parameters
    ----------
    grown
        Where the trees are grown.
    settings
        The engine; for workers it must be a Dask cluster.

    Raises
    ------
    BadParams
        If workers are requested and there is no cluster.
    """
    if grown == "here":
        yield tree_growth.grow
        return
    if settings.kind != "dask":
        raise BadParams.of(
            f"train.grown: workers with engine.kind: {settings.kind}",
            "a Dask cluster",
            "set engine: {kind: dask, scheduler: tcp://host:port}, or train.grown: here",
        )
    with connected(settings) as client:
        yield ClusterGrowth(client)


def _side_by_side(
    task: Callable[[int], Result], parts: list[int], workers: int
) -> Iterator[Result]:
    """Run the task in new processes; what has not begun is cancelled when the caller stops."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, min(workers, len(parts))), fresh, _beside) as pool:
        try:
            for done in as_completed([pool.submit(task, part) for part in parts]):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _beside() -> None:
    """Leave interrupts to the parent, which lets a part that was begun finish; exit with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """Exit at once when the parent has gone: another run may be working on its parts."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
