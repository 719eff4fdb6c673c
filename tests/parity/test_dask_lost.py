"""A cluster that is not there, or is lost in the middle: a message, and the rest is done later."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import distributed  # noqa: F401 - its settings are there before one is changed for a while
import pytest

from features.errors import ClusterLost
from pipelines.run import cluster
from pipelines.run.engine import EngineSettings, each
from pipelines.run.params_file import parse
from pipelines.run.stage_context import Job
from pipelines.run.workspace import Workspace
from pipelines.scoring import score
from tests.parity.test_dask import LIGHT, Watched, job, question, store, worked
from tests.served import free_port


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return worked(job(tmp_path_factory.mktemp("here")))


@contextmanager
def scheduler_process() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start a scheduler as an administrator would; yield its process and address."""
    port = free_port()
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
    process = subprocess.Popen(  # noqa: S603 - fixed words
        [*command, "--port", str(port), "--no-dashboard"], stderr=subprocess.DEVNULL
    )
    try:
        yield process, f"tcp://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(30)


@contextmanager
def worker_process(address: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    process = subprocess.Popen(  # noqa: S603 - fixed words
        [*command, "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def test_a_scheduler_that_does_not_answer() -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(ClusterLost, match="whose scheduler does not answer") as raised,
    ):
        list(each(abs, [1], EngineSettings("dask", address)))
    (fault,) = raised.value.faults
    assert address in fault.observed
    assert "run the command again" in fault.do


def test_a_cluster_without_workers(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WORKERLESS_SECONDS", 0.1)
    monkeypatch.setattr(cluster, "_LOOK_SECONDS", 0.05)
    with (
        scheduler_process() as (_, address),
        pytest.raises(ClusterLost, match="without a worker"),
    ):
        list(each(abs, [1], EngineSettings("dask", address)))
    assert list(each(abs, [-1], EngineSettings("dask", scheduler))) == [1]


class Killing:
    """Kills a process when the first partition is scored; from then on a worker is missed soon.

    Not before: on a busy machine the worker may take seconds to come.
    """

    def __init__(self, process: subprocess.Popen[bytes], patch: pytest.MonkeyPatch) -> None:
        self._process, self._patch = process, patch

    def __call__(self, things: Iterable[Any], title: str, _total: int) -> Iterator[Any]:
        for thing in things:
            yield thing
            if title == "score":
                self._process.kill()
                self._patch.setattr(cluster, "WORKERLESS_SECONDS", 1.0)


@pytest.mark.parametrize("lost", ["scheduler", "worker"])
def test_a_cluster_that_is_lost_midway(
    here: Workspace, lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_LOOK_SECONDS", 0.2)
    places = Workspace("small", tmp_path)
    store(places)
    with scheduler_process() as (scheduler, address), worker_process(address) as worker:
        engine = f"engine: {{kind: dask, scheduler: '{address}'}}"
        made = Job(parse(LIGHT + engine), places)
        killing = Killing(scheduler if lost == "scheduler" else worker, monkeypatch)
        with pytest.raises(ClusterLost, match=r"lost|without a worker"):
            score.run(replace(made, track=killing), question(places, here.model))
    assert not places.scores.exists()
    again = Watched()
    made = replace(Job(parse(LIGHT), places), track=again)
    score.run(made, question(places, here.model))
    assert again.done < 3, "what was finished is not done again"
    assert places.scores.read_bytes() == here.scores.read_bytes()
