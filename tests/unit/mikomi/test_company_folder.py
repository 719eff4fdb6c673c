"""`mikomi.read` without a folder works in one of its own, and leaves nothing behind."""

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import mikomi
from features.errors import BadMapping
from mikomi import company

MAPPING = Path(__file__).parents[3] / "examples/sample/mapping.yaml"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setattr(company, "mkdtemp", lambda **_: str(folder))
    return folder


def test_the_folder_outlives_the_company_and_ends_with_the_process(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_end: list[Any] = []
    monkeypatch.setattr(company, "ingest", lambda *_: SimpleNamespace())
    monkeypatch.setattr(company.atexit, "register", lambda *one, **_: at_the_end.append(one))
    mikomi.read(MAPPING)
    gc.collect()
    assert made.is_dir(), "its snapshots may be read yet"
    remove, folder = at_the_end[0]
    remove(folder)
    assert not made.exists()


def test_the_folder_goes_with_a_reading_that_fails(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: Any) -> None:
        raise BadMapping.of("no export", "one", "bring it")

    monkeypatch.setattr(company, "ingest", refusing)
    with pytest.raises(BadMapping):
        mikomi.read(MAPPING)
    assert not made.exists()


def test_a_folder_that_was_named_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(company, "ingest", lambda *_: SimpleNamespace())
    one: Any = mikomi.read(MAPPING, folder=tmp_path)
    del one
    gc.collect()
    assert tmp_path.is_dir()
