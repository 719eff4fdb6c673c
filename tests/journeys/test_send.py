"""`mikomi send` puts a company into a server, with its dates or moved to today."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pandas as pd
import pytest
from sqlalchemy import func, select

from features.errors import BadRequest
from pipelines.lifecycle import send_to_server
from pipelines.run.stage_context import silently
from pipelines.storage import partitions
from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.leads.history import HistoryReader
from serve.store.tables import ACTIVITIES, LEADS, OUTCOMES
from tests import builders
from tests.browsing import site
from tests.clocked import LOCAL

UNTIL = pd.Timestamp("2026-05-05T00:00:00Z")
NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SIZE = builders.Company(leads=30, activities=400, outcomes=20, changes=25, late_share=0.3, seed=4)


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Any:
    tables = builders.company(SIZE)
    names = [name for name in tables.leads if name not in send_to_server._LISTED["leads"]]
    kinds = {
        name: "number" if pd.api.types.is_numeric_dtype(tables.leads[name]) else "category"
        for name in names
    }
    folder = tmp_path_factory.mktemp("job") / "tables"
    manifest = partitions.Manifest(
        name="x", partitions=2, observed_until=UNTIL.isoformat(), attributes=kinds
    )
    partitions.write(tables, folder, manifest)
    return SimpleNamespace(
        places=SimpleNamespace(tables=folder), now=pd.Timestamp(NOW), track=silently
    )


@pytest.fixture
def served_at(tmp_path: Path) -> Iterator[tuple[str, str]]:
    url = f"sqlite:///{tmp_path / 'mikomi.db'}"
    settings = Settings(models=tmp_path, database_url=url, access_log="no")
    with site(settings, lambda: NOW) as address:
        yield address, url


def test_all_of_it_arrives_once_and_moved(job: Any, served_at: tuple[str, str]) -> None:
    address, url = served_at
    tables = partitions.read_all(job.places.tables)
    for _ in range(2):
        with closing(send_to_server.ServerClient(address, None)) as server:
            counts = send_to_server.run(job, server, today=True)
    assert counts["leads"] == len(tables.leads)
    assert counts["activities"] == len(tables.activities)
    engine = open_engine(url)
    with engine.connect() as connection:
        for table, frame in ((ACTIVITIES, tables.activities), (LEADS, tables.leads)):
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            assert count == len(frame)
        assert connection.execute(select(func.count()).select_from(OUTCOMES)).scalar_one() > 0
    first = tables.leads.iloc[0]
    lookup, _ = HistoryReader(engine).request(first["lead_id"], NOW)
    stored = lookup.histories[0].lead
    assert stored.created_at - first["created_at"] == timedelta(days=57)
    assert stored.known_at is not None
    engine.dispose()


def test_no_server_and_no_address_are_reported(monkeypatch: Any) -> None:
    with pytest.raises(BadRequest, match="an http address"):
        send_to_server.ServerClient("ftp:nowhere", None)
    monkeypatch.setattr(send_to_server, "_WAIT_SECONDS", 0.1)
    with pytest.raises(BadRequest, match="mikomi serve"):
        send_to_server.ServerClient("http://127.0.0.1:9", None).wait()


def test_a_refusal_is_reported(served_at: tuple[str, str]) -> None:
    with closing(send_to_server.ServerClient(served_at[0], None)) as server:
        server.wait()
        with pytest.raises(BadRequest, match="422"):
            server.send("PUT", "/v1/leads/x", {"created_at": "never"})


def refusing(statuses: list[int], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[Any]]:
    """Make a client of a server that refuses so often, and what it does meanwhile."""
    noted: list[Any] = []
    client = send_to_server.ServerClient(LOCAL, None, noted.append, noted.append)

    def answered(_request: httpx.Request) -> httpx.Response:
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        problem = {"detail": "found too much at once"}
        return httpx.Response(status, json=problem, headers={"retry-after": "7"})

    own = httpx.Client(transport=httpx.MockTransport(answered), base_url=LOCAL)
    monkeypatch.setattr(client, "_client", own)
    return client, noted


def test_a_limit_of_the_key_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    client, noted = refusing([429, 503, 429, 204], monkeypatch)
    client.send("PUT", "/v1/leads/x", {})
    assert noted == ["waiting: the limit of the key is reached; sending goes on by itself", 7, 7, 7]


def test_a_limit_that_is_never_over_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    client, noted = refusing([429], monkeypatch)
    with pytest.raises(BadRequest, match="--per-minute"):
        client.send("PUT", "/v1/leads/x", {})
    assert 180 <= sum(noted[1:]) < 200
