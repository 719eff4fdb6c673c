"""Tables that change while others work: two that migrate, a way back, servers of two versions."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, inspect, text

from features.errors import BadRequest
from serve import app as application
from serve.errors import NoStore, SchemaMismatch
from serve.store import schema_versions
from serve.store.engine import open_engine
from serve.store.expected_tables import lacking
from serve.store.schema_versions import REVISIONS, is_current, made, upgrade
from tests import served
from tests.clocked import Clock, serving

OLDER, NEWEST, FUTURE = REVISIONS[-3], REVISIONS[-1], "v9999_of_the_future"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = made(url)
    yield engine
    engine.dispose()


def change(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for one in statements:
            connection.execute(text(one))


def name(engine: Engine, version: str) -> None:
    """Let the tables say that they are of another version."""
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :of"), {"of": version})


@pytest.mark.parametrize("begin", [None, OLDER])
def test_whoever_migrates_second_waits_and_has_nothing_to_do(
    url: str, begin: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(schema_versions.migrate, "real", schema_versions.migrate)
    monkeypatch.setattr(schema_versions, "migrate", real)
    engines = [open_engine(url) for _ in range(4)]
    if begin is not None:
        upgrade(engines[0])
        schema_versions.downgrade(engines[0], begin, lose=True)
    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(upgrade, engines))
    assert is_current(engines[0])
    assert lacking(engines[0]) == ()
    for one in engines:
        one.dispose()


def test_tables_do_not_go_back_while_somebody_uses_them(url: str, engine: Engine) -> None:
    server = open_engine(url)
    assert is_current(server)  # and its connection stays open
    with pytest.raises(BadRequest, match="is using"):
        schema_versions.downgrade(engine, OLDER, lose=True)
    assert is_current(engine)
    server.dispose()
    assert schema_versions.downgrade(engine, OLDER.partition("_")[0], lose=True) == OLDER


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_log_that_begins_again_is_no_other_database(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends_log(driver: sqlite3.Connection) -> bool:
        driver.execute("PRAGMA journal_mode=DELETE")
        (tmp_path / "takes the inode of the log").touch()
        driver.execute("PRAGMA journal_mode=WAL")
        return True

    monkeypatch.setattr(schema_versions, "_ends_log", ends_log)
    assert schema_versions.downgrade(engine, OLDER, lose=True) == OLDER


def test_what_is_lacking_is_named(engine: Engine) -> None:
    change(engine, "drop table feedback", "alter table ranking drop column margin")
    state = schema_versions.state(engine)
    assert set(state.lacking) == {"table feedback", "column ranking.margin"}
    assert not state.current
    assert all(one in state.sentence for one in state.lacking)


def test_tables_that_no_migration_made_are_not_touched(url: str) -> None:
    engine = open_engine(url)
    change(engine, "create table leads (lead_id varchar(9))", "create table others (n integer)")
    assert "tables without a version (leads)" in schema_versions.state(engine).sentence
    with pytest.raises(SchemaMismatch, match="were not changed"):
        upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"leads", "others"}
    engine.dispose()


def test_tables_ahead_of_their_version_are_not_touched(engine: Engine) -> None:
    name(engine, OLDER)
    with pytest.raises(SchemaMismatch, match="were not changed"):
        upgrade(engine)
    assert schema_versions.version_of(engine) == OLDER
    name(engine, NEWEST)
    assert schema_versions.state(engine).current


def test_an_update_says_what_it_runs(engine: Engine) -> None:
    schema_versions.downgrade(engine, OLDER, lose=True)
    to_run = schema_versions.state(engine).to_run
    assert [one.partition(":")[0] for one in to_run] == list(REVISIONS[-2:])
    assert all(len(one.partition(": ")[2]) > 20 for one in to_run)


def wait_for(client: TestClient, status: int) -> None:
    for _ in range(500):
        answer = client.get("/readyz")
        if answer.status_code == status:
            return
        time.sleep(0.02)
    raise AssertionError(answer.text)


def test_a_running_server_never_migrates_again(
    models: Path,
    url: str,
    engine: Engine,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(application, "_KEY_SECONDS", 0.05)
    with serving(models, url, clock) as client:
        wait_for(client, 200)
        name(engine, OLDER)
        wait_for(client, 503)
        assert f"tables of the older version {OLDER}" in capfd.readouterr().err
        assert schema_versions.version_of(engine) == OLDER
        name(engine, FUTURE)
        wait_for(client, 200)
        time.sleep(0.3)
        assert client.get("/readyz").status_code == 200, "a newer server migrated: this one goes on"
        assert client.post("/v1/score", json=served.body(2)).status_code == 200


def test_a_server_does_not_start_on_tables_of_the_future(engine: Engine) -> None:
    name(engine, FUTURE)
    with pytest.raises(SchemaMismatch):
        upgrade(engine)
    change(engine, "delete from alembic_version")
    with pytest.raises(NoStore, match="an empty database"):
        schema_versions.check_usable(engine)
