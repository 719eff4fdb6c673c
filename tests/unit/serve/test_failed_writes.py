"""A server whose database cannot be written says so until a write succeeds."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from serve.http.failed_writes import FailedWrites
from serve.scoring.pointer import point
from serve.store.engine import open_engine, reading
from tests import served
from tests.unit.serve.test_api import serving, settings

LEAD = {"created_at": "2026-04-01T00:00:00Z", "attributes": {"text": "a" * 9_000}}


def limit_pages(engine: Engine, most: int) -> None:
    """Let a SQLite database grow no further, as a full disk does."""

    def narrow(made: object, _record: object) -> None:
        made.execute(f"pragma max_page_count={most}")  # type: ignore[attr-defined]

    event.listen(engine, "connect", narrow)
    engine.dispose()


def test_readiness_names_a_full_disk_until_a_write_succeeds(tmp_path: Path) -> None:
    point(tmp_path, served.lay_down(tmp_path), 1)
    with serving(settings(tmp_path, tmp_path, access_log="no")) as client:
        while client.get("/readyz").status_code != 200:
            pass
        assert client.put("/v1/leads/L-0", json=LEAD).status_code == 200
        engine = client.app.state.parts.store.team._engine  # type: ignore[attr-defined]
        with engine.connect() as connection:
            pages = connection.execute(text("pragma page_count")).scalar_one()
        limit_pages(engine, pages)
        statuses = [client.put(f"/v1/leads/L-{n}", json=LEAD).status_code for n in range(1, 40)]
        assert statuses[-1] == 503
        client.get("/v1/leads/L-0")
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "ready")
        assert "the database cannot be written" in ready.json()["degraded"]
        limit_pages(engine, 1_000_000)
        client.get("/v1/leads/L-0")
        assert "degraded" in client.get("/readyz").json()
        assert client.put("/v1/leads/L-99", json=LEAD).status_code == 200
        assert client.get("/readyz").json() == {"status": "ready"}


def test_only_a_write_that_is_committed_counts(tmp_path: Path) -> None:
    engine, writes = open_engine(f"sqlite:///{tmp_path / 'm.db'}"), FailedWrites()
    writes.watch(engine)
    with engine.begin() as connection:
        connection.execute(text("create table a (b text)"))
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.execute(text("insert into nowhere values (1)"))
    assert not writes.is_failing, "a mistake is no full disk"
    limit_pages(engine, 2)
    insert = text("insert into a values (:b)")
    with pytest.raises(OperationalError, match="full"), engine.begin() as connection:
        connection.execute(insert, {"b": "x" * 100_000})
    assert writes.is_failing
    with engine.connect() as connection:
        connection.execute(insert, {"b": "x"})
        connection.rollback()
    with reading(engine).begin() as connection:
        connection.execute(text("select * from a"))
    assert writes.is_failing
    with engine.begin() as connection:
        connection.execute(insert, {"b": "x"})
    assert not writes.is_failing
    engine.dispose()
