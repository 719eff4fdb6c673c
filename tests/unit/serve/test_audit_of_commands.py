"""What commands do to keys and users stands in the audit, as what the pages do does."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from serve.cli import command
from serve.store.audit import Audit
from serve.store.people.api_keys import ApiKeys
from serve.store.schema_versions import made
from tests.unit.serve.test_api import NOW

WORDS = "correct horse battery"


def run(*words: str, entered: str | None = None) -> Result:
    application = typer.Typer()
    command.add(application)
    return CliRunner().invoke(application, list(words), obj=lambda: NOW, input=entered)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    monkeypatch.setenv("MIKOMI_DATABASE_URL", url)
    return url


def lines(url: str) -> list[tuple[str | None, str]]:
    engine = made(url)
    try:
        return [(line.who, line.what) for line in Audit(engine).lines()]
    finally:
        engine.dispose()


def test_keys_that_are_made_and_revoked(url: str) -> None:
    assert run("setup").exit_code == 0
    assert run("key", "create", "crm", "--scopes", "score,read").exit_code == 0
    engine = made(url)
    first, second = (key.key_id for key in ApiKeys(engine).all())
    engine.dispose()
    assert run("key", "revoke", second).exit_code == 0
    assert run("key", "revoke", second).exit_code != 0
    assert lines(url) == [
        ("command", f"made key {first} (admin) for administrator"),
        ("command", f"made key {second} (read,score) for crm"),
        ("command", f"revoked key {second}"),
    ]
    assert f"command  revoked key {second}" in run("audit-log").stdout


def test_users_that_are_made_changed_and_disabled(url: str) -> None:
    for words, entered in (
        ("add Sato --role sales", WORDS),
        ("call sato Hanako", None),
        ("role sato manager", None),
        ("password sato", f"{WORDS} 2"),
        ("link sato --email sato@example.jp", None),
        ("unlink sato", None),
        ("disable sato", None),
        ("enable sato", None),
    ):
        assert run("user", *words.split(), entered=entered).exit_code == 0, words
    done = ("add", "call", "role", "password", "link", "unlink", "disable", "enable")
    assert lines(url) == [("command", f"changed user sato: {one}") for one in done]
    assert WORDS not in str(lines(url))


@pytest.mark.parametrize("name", ["", "  ", "\u3000"])
def test_a_key_without_a_name_is_refused(url: str, name: str) -> None:
    refused = run("key", "create", name)
    assert refused.exit_code != 0
    assert "a key without a name" in str(refused.exception)
    engine = made(url)
    assert ApiKeys(engine).all() == []
    engine.dispose()
