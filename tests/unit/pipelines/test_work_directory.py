"""Unfinished work is kept for the next run, and belongs to one run at a time."""

import fcntl
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from features.errors import InUse
from models.artifact.remote import place
from pipelines.storage.work_directory import work_directory

HOLDING = """
import sys, time
from pathlib import Path
from pipelines.storage.work_directory import work_directory
with work_directory(Path(sys.argv[1]), "a" * 64) as work:
    (work / "part").touch()
    print("held", flush=True)
    time.sleep(600)
"""


@contextmanager
def held_elsewhere(output: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the work directory of an output until it is killed."""
    words = [sys.executable, "-c", HOLDING, str(output)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ours
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def run(output: Path, made_from: str = "a") -> list[str]:
    """Take the work directory; tell what lay in it."""
    with work_directory(output, made_from * 64) as work:
        return [path.name for path in work.iterdir()]


def test_work_of_the_same_inputs_stays_and_of_others_is_removed(tmp_path: Path) -> None:
    with work_directory(tmp_path / "features", "a" * 64) as first:
        (first / "part").touch()
    assert run(tmp_path / "features") == ["part"]
    assert run(tmp_path / "features", "b") == []
    assert not first.exists()


def failed(output: Path, *parts: str) -> Path:
    """Fail after some parts; tell where they lay."""
    places: list[Path] = []
    with suppress(KeyboardInterrupt), work_directory(output, "a" * 64) as work:
        assert work.is_dir()
        places.append(work)
        for part in parts:
            (work / part).touch()
        raise KeyboardInterrupt
    return places[0]


def test_work_of_a_failed_run_stays_and_its_lock_does_not(tmp_path: Path) -> None:
    work = failed(tmp_path / "out", "part")
    assert [*tmp_path.iterdir()] == [work]


@pytest.mark.parametrize("store", ["", "file://"])
def test_work_that_failed_before_its_first_part_leaves_nothing(tmp_path: Path, store: str) -> None:
    if store:
        pytest.importorskip("upath", reason="a store of objects needs an extra")
    output = place(f"{store}{tmp_path}/out/scores.parquet")
    failed(output)
    assert [*(tmp_path / "out").iterdir()] == []


@pytest.mark.parametrize("made_from", ["a", "b"])
def test_a_second_run_is_refused_and_spoils_nothing(tmp_path: Path, made_from: str) -> None:
    with held_elsewhere(tmp_path / "out.parquet") as holder:
        with pytest.raises(InUse) as refused:
            run(tmp_path / "out.parquet", made_from)
        assert len(list(tmp_path.glob(".out.parquet.work-*/part"))) == 1
        assert run(tmp_path / "other.parquet") == []
    (fault,) = refused.value.faults
    assert fault.observed.startswith(f"process {holder.pid} on ")
    assert "UTC" in fault.observed
    assert "wait" in fault.do


def test_a_killed_run_blocks_nobody_and_leaves_its_work(tmp_path: Path) -> None:
    with held_elsewhere(tmp_path / "out.parquet") as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        assert run(tmp_path / "out.parquet") == ["part"]
    assert not (tmp_path / ".out.parquet.lock").exists()


def test_a_lock_that_was_taken_away_meanwhile_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its holder ended after the file was opened here: a third run would lock a new file."""
    real, calls = fcntl.flock, [0]

    def late(lock: Any, how: int) -> None:
        calls[0] += 1
        if calls[0] == 1:
            (tmp_path / ".out.lock").unlink()
        real(lock, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with work_directory(tmp_path / "out", "a" * 64), pytest.raises(InUse):
        run(tmp_path / "out")


def test_planted_fault_a_lock_that_holds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    with held_elsewhere(tmp_path / "out"):
        assert run(tmp_path / "out") == ["part"]
