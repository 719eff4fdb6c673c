"""Before all tests are run, what numba compiles is compiled once, by a process for each part.

Otherwise each worker would find no cache and compile all of it for itself, for two minutes. In a
new clone another process collects the tests meanwhile, so that Python's own bytecode is written
once, not by each worker. A run of chosen tests compiles only what they need.

Linear algebra has one thread in each process: where processes share cores, threads of OpenBLAS that
wait turn in circles, and take up to fifty times the time of the work itself.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
threadpool_limits(1, "blas")  # of what is loaded already
_PARTS = ("models", "features", "sample")
_COLLECTING = ("pytest", "--collect-only", "-qq", "-p", "no:cacheprovider", "-p", "no:xdist")
_SELDOM = (50_000, 20, 20)
"""Garbage is collected seldom, as a process of tests holds millions of objects for good."""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    gc.set_threshold(*_SELDOM)
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if hasattr(config, "workerinput") or not everything or config.option.collectonly:
        return
    words: list[tuple[str, ...]] = [("tests.compiled", part) for part in _PARTS]
    if _is_new(config.rootpath):
        words.append(_COLLECTING)
    begun = [
        subprocess.Popen(  # noqa: S603 - our own words
            [sys.executable, "-m", *one], cwd=config.rootpath, stdout=subprocess.DEVNULL
        )
        for one in words
    ]
    ended = [one.wait() for one in begun][: len(_PARTS)]
    if any(ended):
        raise pytest.UsageError("what numba compiles could not be compiled: see above")


def _is_new(root: Path) -> bool:
    """Return whether no test was collected here before: there is no bytecode of one."""
    return not (sys.dont_write_bytecode or any(root.glob("tests/docs/__pycache__/*-pytest-*")))


@pytest.fixture(scope="session", autouse=True)
def quick_registries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let registries in this process start quickly, if any test of the run has one."""
    if "models.registry" not in sys.modules:
        yield
        return
    from tests.quick_registries import quicken  # noqa: PLC0415 - it imports the registry

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with pytest.MonkeyPatch.context() as patch:
        quicken(patch, shared)
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_servers() -> Iterator[None]:
    """Let servers in this process start quickly, if any test of the run has one."""
    if "serve.app" not in sys.modules:
        yield
        return
    from tests.quick_servers import quicken  # noqa: PLC0415 - it imports the server

    with pytest.MonkeyPatch.context() as patch:
        quicken(patch)
        yield
