"""A Dask cluster: connecting to it, running tasks on it, and its loss in words.

Decided here: a scheduler that is not there, a connection that is lost and workers that are gone end
the stage with a message, within a minute. The parts that were finished stay, and the same command
goes on with the others, on the cluster or without one.
"""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from features.errors import ClusterLost, MikomiError
from pipelines.run.engine_settings import EngineSettings
from pipelines.run.shared_task import SharedTask

Result = TypeVar("Result")
NO_FIXED_PORT: Final = {"dashboard_address": "127.0.0.1:0"}
"""A scheduler started here serves its state on a free port of loopback, so that several can run."""
WORKERLESS_SECONDS: Final = 60.0
"""How long a cluster may be without any worker."""
_LOOK_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.02


@contextmanager
def connected(settings: EngineSettings) -> Iterator[Any]:
    """Connect to the cluster of the settings, or start one here.

    Raises
    ------
    ClusterLost
        If the scheduler does not answer, or is lost meanwhile.
    """
    quiet = logging.getLogger("distributed")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # its tracebacks would stand beside our message
    try:
        yield from _client(settings)
    except Exception as error:
        raised = _lost(error, settings)
        if raised is None:
            raise
        raise raised from error
    finally:
        quiet.setLevel(level)


def _client(settings: EngineSettings) -> Iterator[Any]:
    from distributed import Client, LocalCluster  # noqa: PLC0415 - slow to import, rarely used

    if settings.scheduler is not None:
        with Client(settings.scheduler, set_as_default=False) as client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=1,
            dashboard_address=None,
            scheduler_kwargs=NO_FIXED_PORT,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def gathered(client: Any, task: Callable[[int], Result], parts: list[int]) -> Iterator[Result]:
    """Run a task for every partition on the workers; return each result when it is there.

    Parameters
    ----------
    client
        Of the cluster.
    task
        What is done to partition number n.
    parts
        Numbers of the partitions.

    Raises
    ------
    ClusterLost
        If the cluster has no worker for a minute.
    """
    from distributed import as_completed  # noqa: PLC0415 - as above

    shared = SharedTask(task)
    futures = [client.submit(shared, part, pure=False) for part in parts]
    waiting = as_completed(futures, loop=client.loop)
    since = looked = time.monotonic()
    while waiting.count():
        if waiting.has_ready():
            yield next(waiting).result()
            since = time.monotonic()
            continue
        time.sleep(_PAUSE_SECONDS)
        if (now := time.monotonic()) - looked >= _LOOK_SECONDS:
            looked = now
            since = now if client.scheduler_info(n_workers=-1)["workers"] else since
            if now - since > WORKERLESS_SECONDS:
                raise fault("without a worker", "start workers")


def _lost(error: Exception, settings: EngineSettings) -> MikomiError | None:
    """Return the loss of the cluster in words; None if the error is of the task."""
    from distributed import KilledWorker  # noqa: PLC0415 - as above
    from distributed.comm import CommClosedError  # noqa: PLC0415

    place = settings.scheduler or "started here"
    if isinstance(error, KilledWorker):
        why = "workers that ended several times in one part, for want of memory perhaps"
        return fault(f"{place} with {why}", "give the workers more memory")
    if isinstance(error, CommClosedError | CancelledError):
        return fault(f"{place}, whose scheduler was lost", "start it again")
    is_silent = isinstance(error, OSError) and error.errno is None
    if is_silent and "connect" in str(error):
        return fault(f"{place}, whose scheduler does not answer", "start it, or correct `engine`")
    return None


def fault(observed: str, do: str) -> MikomiError:
    """Return the error of a cluster that cannot work.

    Parameters
    ----------
    observed
        What is wrong with it, after "a cluster".
    do
        What to do about it.
    """
    return ClusterLost.of(
        f"a cluster {observed}",
        "a scheduler and workers that answer until the stage has ended",
        f"{do}, or set engine: {{kind: local}}; then run the command again: it goes on with the "
        "parts that are not finished",
    )
