"""Workers of a cluster in another folder: they work on the files of the run, or refuse."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from features.errors import BadInput
from pipelines.run import cluster as dask_cluster
from pipelines.run import shared_task
from pipelines.run.engine import EngineSettings, each
from pipelines.run.shared_task import SharedTask

TABLES = Path("data/small/tables")


def store(folder: Path, content: str) -> Path:
    tables = folder / TABLES
    tables.mkdir(parents=True)
    (tables / "manifest.json").write_text(f'{{"rows": "{content}"}}', "utf-8")
    (tables / "rows").write_text(content, "utf-8")
    return folder


def rows(part: int, tables: Path) -> str:
    return f"{(tables / 'rows').read_text('utf-8')} {part}"


@dataclass(frozen=True)
class Places:
    tables: Path
    others: tuple[Path, ...] = ()


def rows_of(part: int, places: Places) -> str:
    return rows(part, places.tables)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(store(tmp_path / "here", "3533 open leads"))
    store(tmp_path / "elsewhere", "248 open leads")
    return tmp_path


TASKS: list[Callable[[int], str]] = [
    partial(rows, tables=TABLES),
    partial(rows_of, places=Places(TABLES, (TABLES,))),
]


@pytest.mark.parametrize("task", TASKS)
def test_a_task_reads_the_files_of_the_run_in_any_folder(
    here: Path, task: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = SharedTask(task)
    monkeypatch.chdir(here / "elsewhere")
    assert sent(1) == "3533 open leads 1"
    assert task(1) == "248 open leads 1", "the planted fault: paths as they were"


def test_a_worker_that_reaches_another_store_refuses(here: Path) -> None:
    sent = SharedTask(TASKS[0])
    shutil.copytree(here / "elsewhere", here / "here", dirs_exist_ok=True)
    with pytest.raises(BadInput, match=r"manifest \w+.*mount the folders of the run"):
        sent(1)
    shutil.rmtree(here / "here" / TABLES)
    with pytest.raises(BadInput, match="nothing"):
        sent(1)


@pytest.mark.usefixtures("here")
def test_a_worker_with_other_code_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = SharedTask(TASKS[0])
    assert sent(0) == "3533 open leads 0", here
    monkeypatch.setattr(shared_task, "code", lambda: "another")
    with pytest.raises(BadInput, match="runs other code of mikomi"):
        sent(0)


@contextmanager
def cluster_in(folder: Path) -> Iterator[str]:
    """Start a scheduler here, and one worker that was started in another folder."""
    with LocalCluster(
        n_workers=0,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs=dask_cluster.NO_FIXED_PORT,
    ) as cluster:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        worker = subprocess.Popen(  # noqa: S603 - fixed words
            [*command, *options], cwd=folder, env=environment, stderr=subprocess.DEVNULL
        )
        try:
            with Client(cluster.scheduler_address, set_as_default=False) as client:
                client.wait_for_workers(1, timeout=60)
            yield cluster.scheduler_address
        finally:
            worker.kill()  # one that closes may wait for its scheduler
            worker.wait(30)


def test_a_cluster_whose_worker_started_elsewhere(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cluster_in(here / "elsewhere") as scheduler:
        settings = EngineSettings("dask", scheduler)
        assert list(each(TASKS[0], [1], settings)) == ["3533 open leads 1"]
        unshared: Any = lambda task: task  # noqa: E731
        monkeypatch.setattr(dask_cluster, "SharedTask", unshared)
        assert list(each(TASKS[0], [1], settings)) == ["248 open leads 1"], "the planted fault"
