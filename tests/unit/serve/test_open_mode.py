"""Without keys: programs of this machine are answered, web pages and proxies are not."""

from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from features.errors import BadParams
from serve.app import Server
from serve.cli import command
from serve.settings import Settings
from serve.store.people import keys_required
from serve.store.people.api_keys import ApiKeys
from serve.store.schema_versions import made
from tests import served
from tests.unit.serve.test_api import NOW, serving, settings

EVIL = "http:" + "//evil.test"
FOREIGN: dict[str, dict[str, str]] = {
    "a page elsewhere": {"origin": EVIL, "content-type": "text/plain"},
    "a page without an origin": {"origin": "null"},
    "a site by its own word": {"sec-fetch-site": "cross-site"},
    "a name that points here": {"host": "evil.test"},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "a text": {"content-type": "text/plain;charset=UTF-8"},
    "a proxy": {"x-forwarded-for": "192.0.2.7"},
    "another proxy": {"forwarded": "for=192.0.2.7"},
    "a third proxy": {"x-real-ip": "192.0.2.7"},
}
LEAD = {"created_at": NOW.isoformat()}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("open")
    with serving(settings(folder, folder, access_log="no")) as ready:
        ready.put("/v1/leads/L-1", json=LEAD)
        yield ready


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_no_foreign_request_reads_writes_or_erases(client: Any, headers: dict[str, str]) -> None:
    answers = [
        client.put("/v1/leads/L-2", json=LEAD, headers=headers),
        client.post("/v1/score", json=served.body(1), headers=headers),
        client.get("/v1/leads/L-1", headers=headers),
        client.get("/metrics", headers=headers),
        client.delete("/v1/leads/L-1", headers=headers),
    ]
    assert {one.status_code for one in answers} == {403}
    assert {one.json()["type"] for one in answers} == {"/problems/foreign-request"}
    assert client.get("/v1/leads/L-2").status_code == 404
    assert client.get("/healthz", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http:" + "//localhost", "sec-fetch-site": "same-origin"},
        {"host": "127.0.0.1:8000"},
        {"content-type": "application/json; charset=utf-8"},
    ],
    ids=str,
)
def test_programs_and_pages_of_this_machine_are_answered(
    client: Any, headers: dict[str, str]
) -> None:
    assert client.put("/v1/leads/L-1", json=LEAD, headers=headers).status_code == 200


def test_keys_may_be_required_though_there_are_none(tmp_path: Path) -> None:
    server = Server(settings(tmp_path, tmp_path, require_keys="yes"), lambda: NOW)
    server.gate.use([])
    assert not server.gate.is_open


def test_an_empty_database_in_the_place_of_one_with_keys_opens_nothing(tmp_path: Path) -> None:
    configured = settings(tmp_path, tmp_path)
    engine = made(configured.database_url)
    ApiKeys(engine).create("crm", frozenset({"score"}), 60, NOW)
    engine.dispose()
    with serving(configured) as client:
        assert client.get("/v1/model").status_code == 401
    for file in tmp_path.glob("mikomi.db*"):
        if not file.name.endswith("required"):
            file.unlink()
    with serving(configured) as client:
        assert client.get("/v1/model").status_code == 401
    with pytest.raises(BadParams, match="no key"):
        command._warn_about_access(configured)


def test_set_up_makes_the_first_key_of_the_administrator_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    monkeypatch.setenv("MIKOMI_DATABASE_URL", url)
    app = typer.Typer()
    command.add(app)
    first = CliRunner().invoke(app, ["setup"], obj=lambda: NOW)
    assert first.exit_code == 0
    assert first.stdout.startswith("mk_")
    engine = made(url)
    assert [key.scopes for key in ApiKeys(engine).all()] == [frozenset({"admin"})]
    engine.dispose()
    command._warn_about_access(Settings(database_url=url, require_keys="yes"))
    assert CliRunner().invoke(app, ["setup"], obj=lambda: NOW).exit_code != 0


@pytest.mark.parametrize("required", [{"require_keys": "yes"}, {"host": "192.0.2.1"}], ids=str)
def test_a_server_that_requires_keys_starts_without_one_and_warns(
    tmp_path: Path, required: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    configured = Settings.model_validate({"database_url": url, **required})
    command._warn_about_access(configured)
    assert "NO KEYS YET: nobody is answered until `mikomi setup`" in capsys.readouterr().err
    engine = made(url)
    keys = ApiKeys(engine)
    key_id, _ = keys.create("crm", frozenset({"score"}), 60, NOW)
    command._warn_about_access(configured)
    assert "KEY" not in capsys.readouterr().err
    keys.revoke(key_id, NOW)
    engine.dispose()
    for revoked in (configured, Settings(database_url=url)):
        command._warn_about_access(revoked)
        assert "NO KEY IN USE: nobody is answered" in capsys.readouterr().err


def test_a_server_that_requires_keys_and_lost_them_starts_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    keys_required.write_note(url)
    command._warn_about_access(Settings(database_url=url, require_keys="yes"))
    assert "THE KEYS ARE GONE" in capsys.readouterr().err


def test_over_tls_browsers_are_bound_to_it(client: Any) -> None:
    name = "strict-transport-security"
    assert name not in client.get("/healthz").headers
    secure = client.get("https:" + "//localhost/healthz")
    assert secure.headers[name] == "max-age=31536000"
