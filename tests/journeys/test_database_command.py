"""`mikomi database`: looking changes nothing, and what cannot be used is reported in words."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from serve.store.schema_versions import REVISIONS
from tests.small_company import mikomi

DIFFERS, REFUSED, FAILED = 1, 2, 5
PLACE = "place/server.db"
OTHERS = "create table leads (n integer)"


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", f"sqlite:///{PLACE}")


def content(folder: Path) -> dict[str, bytes | None]:
    paths = sorted(folder.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in paths}


def made(folder: Path, kind: str) -> None:
    """Put something where the database belongs."""
    file = folder / PLACE
    if kind != "no folder":
        file.parent.mkdir()
    if kind == "an empty file":
        file.touch()
    elif kind == "a text":
        file.write_text("name,called\n" * 900, "utf-8")
    elif kind == "a database of others":
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(OTHERS)


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("no folder", DIFFERS, "no tables"),
        ("no file", DIFFERS, "no tables"),
        ("an empty file", DIFFERS, "no tables"),
        ("a text", REFUSED, "file is not a database"),
        ("a database of others", DIFFERS, "tables without a version (leads)"),
    ],
)
def test_a_check_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, code: int, words: str
) -> None:
    made(tmp_path, kind)
    before = content(tmp_path)
    assert mikomi(tmp_path, "database", "check") == code
    printed = capsys.readouterr()
    assert words in " ".join(f"{printed.out} {printed.err}".split())
    assert content(tmp_path) == before


def test_a_check_of_a_server_that_was_killed_reads_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path, "no file")
    with closing(sqlite3.connect(tmp_path / PLACE)) as writer:
        writer.execute("pragma journal_mode=wal")
        writer.execute("create table alembic_version (version_num varchar(32))")
        writer.execute("insert into alembic_version values ('v0005_reasons')")
        writer.commit()
        assert mikomi(tmp_path, "database", "check") == DIFFERS
    printed = capsys.readouterr().out
    assert "tables of version v0005_reasons" in printed
    assert [line.split(":")[0].strip() for line in printed.splitlines()[1:]] == list(REVISIONS[5:])


def test_up_and_down_and_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mikomi(tmp_path, "database", "upgrade") == 0
    assert mikomi(tmp_path, "database", "check") == 0
    assert mikomi(tmp_path, "database", "downgrade", "v0005") == REFUSED
    assert "v0005_reasons without --lose" in " ".join(capsys.readouterr().err.split())
    assert mikomi(tmp_path, "database", "downgrade", "v0005", "--lose") == 0
    assert mikomi(tmp_path, "database", "check") == DIFFERS
    assert mikomi(tmp_path, "database", "upgrade") == 0


def test_broken_tables_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mikomi(tmp_path, "database", "upgrade") == 0
    with closing(sqlite3.connect(tmp_path / PLACE)) as connection, connection:
        connection.execute("drop table leads")
    assert mikomi(tmp_path, "database", "check") == DIFFERS
    assert mikomi(tmp_path, "database", "upgrade") == DIFFERS
    assert "without table leads" in capsys.readouterr().out
    assert mikomi(tmp_path, "database", "downgrade", "v0005", "--lose") == REFUSED
    assert "were not changed" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["check", "upgrade", "downgrade v0005 --lose"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "mysql://localhost/x",
        "postgresql+psycopg2://localhost/x",
        "postgresql://127.0.0.1:1/x",
        "sqlite://",
        "sqlite:////proc/nowhere/x.db",
        "sqlite:///.",
    ],
)
def test_a_database_that_cannot_be_reached_is_reported(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
    words: str,
) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", address)
    code = mikomi(tmp_path, "database", *words.split())
    printed = capsys.readouterr()
    if code == DIFFERS:
        assert words == "check"
        assert "no tables" in printed.out
    else:
        assert code in (REFUSED, FAILED)
        assert all(word in printed.err for word in ("found", "expected", "do "))
