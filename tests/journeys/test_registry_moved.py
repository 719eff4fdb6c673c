"""A local registry that was renamed, copied or restored elsewhere still has its files."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from features.errors import ArtifactMissing
from models.artifact import artifact
from models.registry import moved
from models.registry.mlflow_client import addressed, mlflow_module
from models.registry.registry import Registry
from models.registry.registry_types import RegistrySettings, Run
from tests import carried_code, served
from tests.raw_leads import leads


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a registry with a champion."""
    folder = tmp_path_factory.mktemp("first place")
    artifact.save(folder / "model", served.artifact())
    registry = Registry(RegistrySettings(), folder / "mlflow")
    run_id = registry.log(Run(served.artifact().fingerprint), {"model": folder / "model"})
    registry.crown(registry.register(run_id, folder / "model"), {})
    carried_code.warm(folder / "mlflow" / "files")
    return folder / "mlflow"


def addresses(registry: Path) -> str:
    with contextlib.closing(sqlite3.connect(registry / "mlflow.db")) as connection:
        return "\n".join(connection.iterdump())


def champion(registry: Path, into: Path) -> str:
    Registry(RegistrySettings(), registry).fetch("champion", into)
    return artifact.load(into).fingerprint


def test_a_copy_reads_its_own_files_and_a_moved_one_has_them_yet(
    first: Path, tmp_path: Path
) -> None:
    copy, last = tmp_path / "a copy", tmp_path / "moved"
    shutil.copytree(first, copy)
    assert first.as_uri() in addresses(copy)
    assert champion(copy, tmp_path / "one") == served.artifact().fingerprint
    assert first.as_uri() not in addresses(copy)
    copy.rename(last)
    assert champion(last, tmp_path / "other") == served.artifact().fingerprint
    assert copy.as_uri() not in addresses(last)
    mlflow = mlflow_module()
    with addressed(mlflow, Registry(RegistrySettings(), last).url):
        assert len(mlflow.pyfunc.load_model("models:/mikomi@champion").predict(leads())) == 6
    assert addresses(first).count(first.as_uri()) > 2


def test_a_registry_in_its_place_is_not_touched(first: Path, tmp_path: Path) -> None:
    before = addresses(first)
    (tmp_path / "link").symlink_to(first.parent)
    assert Registry(RegistrySettings(), tmp_path / "link" / "mlflow").champion() is not None
    assert addresses(first) == before
    assert moved.follow(tmp_path / "nowhere" / "mlflow.db") == 0


def test_planted_fault_addresses_that_stay_lose_the_files(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(first, tmp_path / "copy")
    assert Registry(RegistrySettings(), tmp_path / "copy").champion() is not None
    (tmp_path / "copy").rename(tmp_path / "moved")
    monkeypatch.setattr(moved, "follow", lambda _: 0)
    with pytest.raises(ArtifactMissing, match="version 1 without an artifact"):
        champion(tmp_path / "moved", tmp_path / "one")
