"""A command that reads a server's database refuses one that is not there, and leaves nothing."""

from pathlib import Path

import pytest

from tests.small_company import ROOT, mikomi

REFUSED = 2
PARAMS = f"workspace: small\nsource: {{mapping: {ROOT}/examples/sample/mapping.yaml}}\n"
BY_OPTION = ("shadow --database", "lift --database", "ingest --source", "run --source")
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
    """Run a command that has to be refused; give what it said, in one line."""
    assert mikomi(folder, *words) == REFUSED
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "found " in said
    assert "expected " in said
    return " ".join(said.split())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", BY_OPTION)
def test_a_mistyped_option_is_said_and_makes_no_file(
    folder: Path, words: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(folder)
    said = refused(folder, capsys, *words.split(), f"sqlite:///{place}")
    assert f"sqlite:///{place}: no file" in said
    assert words.rsplit(maxsplit=1)[-1] in said.rpartition("expected")[2]
    assert files(folder) == before


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", BY_ENVIRONMENT)
def test_a_mistyped_environment_is_said_and_makes_no_file(
    folder: Path,
    words: str,
    place: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", f"sqlite:///{place}")
    monkeypatch.setattr("serve.cli.user_command._secret", lambda: "a long enough secret")
    before = files(folder)
    said = refused(folder, capsys, *words.split())
    assert f"sqlite:///{place}: no file" in said
    assert "MIKOMI_DATABASE_URL" in said
    assert files(folder) == before


@pytest.mark.parametrize("content", [b"", b"name,called\n1,2\n" * 100], ids=["empty", "text"])
@pytest.mark.parametrize("words", ["shadow", "lift", "key list", "user list"])
def test_a_file_of_something_else_is_said_and_stays_as_it_is(
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


@pytest.mark.parametrize("words", ["shadow", "lift", "key list", "ingest --source nonsense"])
def test_an_address_nobody_understands_is_said(
    folder: Path,
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", "nonsense")
    refused(folder, capsys, *words.split())


def test_what_adds_makes_the_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIKOMI_DATABASE_URL", "sqlite:///new/server.db")
    assert mikomi(folder, "key", "create", "crm") == 0
    assert mikomi(folder, "key", "list") == 0
