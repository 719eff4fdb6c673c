"""The state of a connection on bad days: damaged, newer, locked, on a full disk."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from features.errors import BadInput, FileDamaged, MachineFault, NoRoom
from pipelines.connect import state
from pipelines.connect.state import State


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_damaged_file_is_named_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"name,called\n" * 500)
    with pytest.raises(FileDamaged, match=r"state\.db: file is not a database"):
        State(path)
    assert path.read_bytes() == b"name,called\n" * 500


def test_a_file_of_a_later_version_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    State(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 2")
    before = path.read_bytes()
    with pytest.raises(BadInput, match="of version 2; expected version 1 or earlier"):
        State(path)
    assert path.read_bytes() == before


def test_a_file_of_before_there_were_versions_is_taken_up(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    State(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma user_version = 0")
        connection.execute("insert into facts values ('x', 'y')")
        connection.commit()
    with closing(State(path)) as made:
        assert made.fact("x") == "y"


def test_a_locked_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "_WAIT_SECONDS", 0.1)
    path = tmp_path / "state.db"
    with closing(State(path)) as made, closing(sqlite3.connect(path)) as other:
        other.execute("begin immediate")
        with (
            pytest.raises(MachineFault, match=r"state\.db: another process holds it"),
            made.transaction(),
        ):
            pass
        other.execute("rollback")
        with made.transaction() as db:
            db.execute("insert into gone values ('L-1', '')")
        assert made.db.execute("select * from gone").fetchall() == [("L-1", "")]


def add_many(made: State) -> None:
    with made.transaction() as db:
        rows = [(str(n), "x" * 1000) for n in range(5_000)]
        db.executemany("insert into gone values (?, ?)", rows)


def test_a_full_disk_undoes_the_whole_transaction(tmp_path: Path) -> None:
    with closing(State(tmp_path / "state.db")) as made:
        with no_file_above(0), pytest.raises(NoRoom):
            add_many(made)
        assert made.db.execute("select count(*) from gone").fetchone() == (0,)
        with made.transaction() as db:
            db.execute("insert into gone values ('L-1', '')")


def test_a_defect_passes_as_it_is(tmp_path: Path) -> None:
    with (
        closing(State(tmp_path / "state.db")) as made,
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        made.transaction() as db,
    ):
        db.execute("insert into nowhere values (1)")
