"""Where the partitions are worked on: in this process, or on a Dask cluster.

Decided here: a stage is a task of one partition that reads and writes files which all workers see,
and returns something small. So a cluster needs no second implementation: it calls the same task,
and a result does not depend on who made it (`tests/parity/test_dask.py`).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from features.errors import BadParams

Result = TypeVar("Result")


@dataclass(frozen=True)
class EngineSettings:
    """Who works on the partitions.

    Attributes
    ----------
    kind
        `local`: this process, one partition after the other, with the threads that the kernels
        use. `dask`: a cluster.
    scheduler
        Address of the cluster, `tcp://host:port`; none starts one on this machine.
    workers
        Processes of a cluster that is started here.
    """

    kind: Literal["local", "dask"] = "local"
    scheduler: str | None = None
    workers: int = 2

    def __post_init__(self) -> None:
        """Refuse an address that would never be used, and a cluster of nobody."""
        if self.kind == "local" and self.scheduler is not None:
            raise BadParams.of(
                f"scheduler: {self.scheduler} with kind: local",
                "an address only for the kind `dask`",
                "set kind: dask, or remove the address",
            )
        if self.workers < 1:
            raise BadParams.of(f"workers: {self.workers}", "at least 1", "correct it")


def each(
    task: Callable[[int], Result], parts: Iterable[int], settings: EngineSettings
) -> Iterator[Result]:
    """Do the task for every partition, and give each result when it is there, in any order.

    Parameters
    ----------
    task
        What is done to partition number n; for a cluster it must be sendable, so a module's
        function or a `functools.partial` of one.
    parts
        Numbers of the partitions.
    settings
        Who does it.

    Examples
    --------
    >>> list(each(abs, [-1, -2], EngineSettings()))
    [1, 2]
    """
    if settings.kind == "local":
        yield from map(task, parts)
        return
    with _client(settings) as client:
        yield from _gather(client, task, list(parts))


@contextmanager
def _client(settings: EngineSettings) -> Iterator[Any]:
    from distributed import Client, LocalCluster  # noqa: PLC0415 - slow to import, rarely used

    if settings.scheduler is not None:
        with Client(settings.scheduler, set_as_default=False) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=settings.workers, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _gather(client: Any, task: Callable[[int], Result], parts: list[int]) -> Iterator[Result]:
    from distributed import as_completed  # noqa: PLC0415 - as above

    futures = [client.submit(task, part, pure=False) for part in parts]
    for future in as_completed(futures, loop=client.loop):
        yield future.result()
