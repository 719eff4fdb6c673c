"""What a server that starts says of a database that it cannot read: damaged, held, or not there."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from serve.cli import command
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.people.api_keys import ApiKeys


def start(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    command._warn_about_access(Settings.read({"MIKOMI_DATABASE_URL": f"sqlite:///{path}"}))
    return capsys.readouterr().err


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "mikomi.db"
    command._warn_about_access(Settings.read({"MIKOMI_DATABASE_URL": f"sqlite:///{path}"}))
    engine = open_engine(f"sqlite:///{path}")
    assert ApiKeys(engine).all() == []
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    return path


def test_a_damaged_database_is_named(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = database.read_bytes()
    database.write_bytes(good[:4_096] + b"\x55" * (len(good) - 4_096))
    assert "DAMAGED: put back a whole one (`mikomi restore`)" in start(database, capsys)
    database.write_bytes(good)
    assert "DAMAGED" not in start(database, capsys)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (sqlite3.OperationalError("database is locked"), "HELD by another program"),
        (sqlite3.DatabaseError("file is not a database"), "DAMAGED"),
        (ConnectionRefusedError("nobody listens"), "NO DATABASE (ConnectionRefusedError)"),
    ],
)
def test_what_is_wrong_is_named(error: Exception, text: str) -> None:
    assert text in command._unusable(error)
