"""What is written ahead is moved beside the requests, and the log of it does not grow for ever."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from serve.store.checkpoints import Checkpoints
from serve.store.engine import open_engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'mikomi.db'}")


def write(engine: Engine, rows: int) -> None:
    with engine.begin() as connection:
        connection.execute(text("create table if not exists kept (what text)"))
    for _ in range(rows):
        with engine.begin() as connection:
            connection.execute(text("insert into kept values (:what)"), {"what": "x" * 9_000})


def log_bytes(engine: Engine) -> int:
    return Path(f"{engine.url.database}-wal").stat().st_size


def test_who_commits_moves_nothing(engine: Engine) -> None:
    checkpoints = Checkpoints(engine)
    write(engine, 600)
    assert log_bytes(engine) > 1_500 * 4_096
    assert checkpoints.move() > 1_500


def test_planted_fault_without_them_a_commit_moves_what_was_written(engine: Engine) -> None:
    write(engine, 600)
    assert log_bytes(engine) < 1_500 * 4_096


def test_a_log_too_long_is_emptied_and_nothing_is_lost(engine: Engine) -> None:
    checkpoints = Checkpoints(engine, most_pages=100)
    write(engine, 60)
    checkpoints.move()
    assert log_bytes(engine) == 0
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from kept")).scalar() == 60


def test_another_database_needs_none() -> None:
    other: Any = create_engine("postgresql+psycopg://127.0.0.1:1/nothing")
    assert Checkpoints(other).move() == 0
