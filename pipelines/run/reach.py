"""Whether the workers of a cluster reach what they will read and write.

Decided here: each worker compares what stands at the places with what stands there for this
process, as before every task (`pipelines.run.shared_task`); in a store of objects it also writes
and removes an empty object.
"""

from functools import partial
from pathlib import Path

from features.errors import Fault, MikomiError
from models.artifact import remote
from pipelines.run.cluster import connected, fault
from pipelines.run.engine_settings import EngineSettings
from pipelines.run.shared_task import SharedTask


def of_workers(settings: EngineSettings, places: tuple[Path, ...]) -> dict[str, list[Fault]]:
    """Let every worker of a cluster look at the places; return the faults of each, by its address.

    Parameters
    ----------
    settings
        The engine: a Dask cluster.
    places
        What workers read and write.

    Raises
    ------
    ClusterLost
        If the scheduler does not answer, or has no worker.
    """
    task = SharedTask(partial(_none, places=places))
    with connected(settings) as client:
        answers: dict[str, list[Fault]] = client.run(partial(_faults, task, places))
    if not answers:
        raise fault("without a worker", "start workers")
    return answers


def _none(_part: int, places: tuple[Path, ...]) -> None:
    del places


def _faults(task: SharedTask[None], places: tuple[Path, ...]) -> list[Fault]:
    try:
        for place in places:
            remote.check(place)
    except MikomiError as error:
        return list(error.faults)
    return list(task.faults())
