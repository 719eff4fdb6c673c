"""Running a stage or a command by its name, so that only what runs is imported."""

from importlib import import_module
from typing import Any, Final

from pipelines.run.stage_context import Job

_ROOMS: Final = {
    "backtest": "pipelines.lifecycle.backtest.stage",
    "recalibrate": "pipelines.lifecycle.recalibrate",
    "tune": "pipelines.lifecycle.tune",
}
"""Where commands stand that are no stages of dvc.yaml."""


def run_by_name(name: str, job: Job, *more: str | None) -> Any:
    """Run a stage of dvc.yaml, or a command that is run like one, and return its summary.

    Parameters
    ----------
    name
        Of the stage or command, e.g. `train`.
    job
        Parameters, places, time and progress.
    more
        Passed on, e.g. the address of a server's database to `ingest`.
    """
    module = import_module(_ROOMS.get(name, f"pipelines.stages.{name}"))
    return module.run(job, *more)
