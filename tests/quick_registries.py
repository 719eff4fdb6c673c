"""What makes registries in the process of a test start quickly; `mikomi` has none of it.

Tests begin a registry some fifty times, and MLflow runs all its migrations for each: they are run
once for all workers of a run, and the empty database is copied from then on. A database that is not
empty, or not SQLite, goes MLflow's own way; so does every command in a process of its own.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from filelock import FileLock

from models.registry import mlflow_client, registry, runs


def quicken(patch: pytest.MonkeyPatch, shared: Path) -> None:
    """Make the registries of this process start quickly, until the patch is undone.

    Parameters
    ----------
    patch
        What changes the product's modules and changes them back.
    shared
        A folder that all workers of the run have in common.
    """
    real = mlflow_client.mlflow_module

    def quick() -> ModuleType:
        module = real()
        from mlflow.store.db import utils  # noqa: PLC0415 - when MLflow is needed

        if not isinstance(utils._initialize_tables, QuickTables):
            patch.setattr(
                utils, "_initialize_tables", QuickTables(utils._initialize_tables, shared)
            )
        return module

    for place in (mlflow_client, registry, runs):
        if hasattr(place, "mlflow_module"):
            patch.setattr(place, "mlflow_module", quick)


class QuickTables:
    """The tables of an empty SQLite registry, made by MLflow once and then copied."""

    def __init__(self, real: Callable[[Any], None], shared: Path) -> None:
        self._real = real
        self._template = shared / "empty-registry.db"

    def __call__(self, engine: Any) -> None:
        """Make the tables, as `mlflow.store.db.utils._initialize_tables`."""
        place = engine.url.database
        if engine.dialect.name != "sqlite" or not place or not _is_empty(Path(place)):
            self._real(engine)
            return
        with FileLock(f"{self._template}.lock"):
            if not self._template.exists():
                self._real(engine)
                self._keep(Path(place))
                return
        _copy(self._template, Path(place))

    def _keep(self, made: Path) -> None:
        half = self._template.with_suffix(".half")
        _copy(made, half)
        shutil.move(half, self._template)


def _is_empty(place: Path) -> bool:
    with closing(sqlite3.connect(place)) as database:
        return not database.execute("select count(*) from sqlite_master").fetchone()[0]


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
