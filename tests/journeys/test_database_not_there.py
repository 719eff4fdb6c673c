"""A command that reads a server's database refuses one that is not there, and leaves nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.small_company import ROOT, mikomi

REFUSED = 2
PARAMS = f"workspace: small\nsource: {{mapping: {ROOT}/examples/sample/mapping.yaml}}\n"
BY_OPTION = (
    "shadow --database",
    "lift --database",
    "ingest --server-database",
    "run --server-database",
)
BY_ENVIRONMENT = (
    "shadow",
    "lift",
    "key list",
    "key revoke k1",
    "user list",
    "user call ann Ann",
    "user disable ann",
    "user password ann",
)
PLACES = ("mistyped.db", "nowhere/mistyped.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command that has to be refused; return its error message as one line."""
    assert mikomi(folder, *words) == REFUSED
    message = capsys.readouterr().err
    assert "Traceback" not in message
    assert "found " in message
    assert "expected " in message
    return " ".join(message.split())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", BY_OPTION)
def test_a_mistyped_option_is_reported_and_makes_no_file(
    folder: Path, words: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(folder)
    message = refused(folder, capsys, *words.split(), f"sqlite:///{place}")
    assert f"sqlite:///{place}: no file" in message
    assert words.rsplit(maxsplit=1)[-1] in message.rpartition("expected")[2]
    assert files(folder) == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", BY_ENVIRONMENT)
def test_a_mistyped_environment_is_reported_and_makes_no_file(
    folder: Path,
    words: str,
    place: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", f"sqlite:///{place}")
    monkeypatch.setattr("serve.cli.user_command._secret", lambda: "a long enough secret")
    before = files(folder)
    message = refused(folder, capsys, *words.split())
    assert f"sqlite:///{place}: no file" in message
    assert "MIKOMI_DATABASE_URL" in message
    assert files(folder) == before


@pytest.mark.parametrize("content", [b"", b"name,called\n1,2\n" * 100], ids=["empty", "text"])
@pytest.mark.parametrize("words", ["shadow", "lift", "key list", "user list"])
def test_a_file_of_something_else_is_reported_and_stays_as_it_is(
    folder: Path,
    words: str,
    content: bytes,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (folder / "other.db").write_bytes(content)
    monkeypatch.setenv("MIKOMI_DATABASE_URL", "sqlite:///other.db")
    before = files(folder)
    assert "the database of `mikomi serve`" in refused(folder, capsys, *words.split())
    assert files(folder) == before
    assert (folder / "other.db").read_bytes() == content


@pytest.mark.parametrize(
    "words", ["shadow", "lift", "key list", "ingest --server-database nonsense"]
)
def test_an_address_nobody_understands_is_reported(
    folder: Path,
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", "nonsense")
    refused(folder, capsys, *words.split())


@pytest.mark.parametrize("words", ["key create crm", "key list", "user list", "serve"])
def test_tables_of_another_version_are_refused(
    folder: Path, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(folder / "former.db")) as connection, connection:
        connection.execute("create table alembic_version (version_num varchar(32))")
        connection.execute("insert into alembic_version values ('0009')")
    monkeypatch.setenv("MIKOMI_DATABASE_URL", "sqlite:///former.db")
    message = refused(folder, capsys, *words.split())
    assert "tables of version 0009" in message
    with closing(sqlite3.connect(folder / "former.db")) as connection:
        tables = connection.execute("select name from sqlite_master").fetchall()
    assert tables == [("alembic_version",)]


def test_what_adds_makes_the_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", "sqlite:///new/server.db")
    assert mikomi(folder, "key", "create", "crm") == 0
    assert mikomi(folder, "key", "list") == 0
