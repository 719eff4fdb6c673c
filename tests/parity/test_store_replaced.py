"""A SQLite file replaced, cut or removed under a running server: noticed, refused, recovered."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from serve import app as application
from serve.errors import StoreReplaced
from serve.store import file_watch
from serve.store.engine import forget, open_engine, sqlite_place
from tests import served
from tests.clocked import Clock, serving
from tests.parity.test_store import lead
from tests.parity.test_store_gone import WRITES, receipt, statuses, wait_for

pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "_KEY_SECONDS", 0.05)


def removed(place: Path) -> None:
    place.unlink()


def emptied(place: Path) -> None:
    place.unlink()
    place.touch()


def cut(place: Path) -> None:
    with place.open("r+b") as file:
        file.truncate(4_096)


def without_log(place: Path) -> None:
    place.with_name(place.name + "-wal").unlink()


FAULTS = [removed, emptied, cut]


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_is_acknowledged_into_a_file_that_is_gone(
    models: Path, url: str, clock: Clock, fault: Callable[[Path], None], tmp_path: Path
) -> None:
    place = Path(sqlite_place(url))
    with serving(models, url, clock) as client:
        assert statuses(client, WRITES) == {200}
        first = receipt(client)
        client.app.state.parts.receipts._engine.dispose()  # type: ignore[attr-defined]
        checkpoint(client)
        copy = shutil.copyfile(place, tmp_path / "copy.db")
        fault(place)
        assert statuses(client, WRITES) == {503}
        wait_for(client, 503)
        assert client.get("/healthz").status_code == 200
        put_back(copy, place)
        wait_for(client, 200)
        assert statuses(client, WRITES) == {200}
        assert client.post(f"/v1/receipts/{first}/replay").status_code == 200


def checkpoint(client: TestClient) -> None:
    server: Any = client.app.state.parts.receipts  # type: ignore[attr-defined]
    with server._engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")


def put_back(copy: Path, place: Path) -> None:
    for side in ("-wal", "-shm"):
        place.with_name(place.name + side).unlink(missing_ok=True)
    shutil.copyfile(copy, place.with_name("fresh"))
    place.with_name("fresh").replace(place)


def test_a_log_that_was_removed_is_noticed(models: Path, url: str, clock: Clock) -> None:
    with serving(models, url, clock) as client:
        assert statuses(client, WRITES) == {200}
        without_log(Path(sqlite_place(url)))
        assert client.post("/v1/score", json=served.body(2)).status_code == 503
        assert client.put("/v1/leads/L-2", json=lead()).status_code in (200, 503)


@pytest.mark.parametrize("watched", [True, False])
def test_planted_fault_a_connection_whose_file_nobody_watches(
    url: str, monkeypatch: pytest.MonkeyPatch, *, watched: bool
) -> None:
    if not watched:
        monkeypatch.setattr(file_watch.FileWatch, "listen", lambda *_: None)
    engine = open_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE written (number INTEGER)")
        connection.commit()
        removed(Path(sqlite_place(url)))
        if watched:
            with pytest.raises(StoreReplaced, match="no database file any more"):
                connection.exec_driver_sql("INSERT INTO written VALUES (1)")
        else:
            connection.exec_driver_sql("INSERT INTO written VALUES (1)")
            connection.commit()
            assert not Path(sqlite_place(url)).exists(), "acknowledged into nothing"
    engine.dispose()


def test_a_file_replaced_while_it_is_opened_is_refused(url: str) -> None:
    """Else the connection would write into the file that is gone and know the other one."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE written (number INTEGER)")
    engine.dispose()
    event.listen(
        engine, "connect", lambda *_: emptied(Path(sqlite_place(url))), insert=True, once=True
    )
    with pytest.raises(StoreReplaced, match="while it was opened"), engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO written VALUES (1)")
    engine.dispose()


def test_connections_that_waited_while_a_backup_was_put_back_refuse_nobody(
    url: str, tmp_path: Path
) -> None:
    engine, place = open_engine(url), Path(sqlite_place(url))
    with engine.connect() as other, engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE written (number INTEGER)")
        connection.commit()
        assert other.exec_driver_sql("SELECT * FROM written").all() == []
    assert forget(engine)
    put_back(shutil.copyfile(place, tmp_path / "copy.db"), place)
    with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            connection.exec_driver_sql("INSERT INTO written VALUES (1)")
            connection.commit()
    engine.dispose()


def test_every_commit_waits_for_the_disk_if_it_is_set(models: Path, url: str, clock: Clock) -> None:
    for setting, level in (("normal", 1), ("full", 2)):
        with serving(models, url, clock, synchronous=setting) as client:
            engine: Any = client.app.state.parts.receipts._engine  # type: ignore[attr-defined]
            with engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
