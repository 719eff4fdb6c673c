"""An erased person is gone: from every table, from the file, and from what was under way."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from serve.store import engine as engines
from serve.store.leads import erasure, ingest, retention
from serve.store.schema_versions import made
from serve.store.tables import METADATA
from tests import served
from tests.clocked import NOW, Clock, serving
from tests.parity.test_store import activities, lead, send

TELLTALE = "telltale"
WHO = f"{TELLTALE}-id@example.invalid"


def tell_everything(client: TestClient) -> list[str]:
    """Send a person's data to every place that takes it; return their receipts and a mate's."""
    mine = lead(account_id="acme", attributes={"industry": f"{TELLTALE}-industry"})
    mine |= {"display": {"name": f"{TELLTALE}-name"}}
    client.put("/v1/leads/mate", json=lead(account_id="acme"))
    client.put(f"/v1/leads/{WHO}", json=mine)
    client.put(f"/v1/leads/{WHO}", json=mine | {"attributes": {"job": f"{TELLTALE}-job"}})
    done = [one | {"text": f"{TELLTALE}-text", "topic": TELLTALE} for one in activities(5, WHO)]
    send(client, done)
    deal = {"lead_id": WHO, "outcome": "opened", "deal_id": f"{TELLTALE}-deal"}
    deals = {"outcomes": [deal | {"occurred_at": "2026-05-01T00:00:00Z"}]}
    client.post("/v1/outcomes", json=deals)
    answers = [
        client.get(f"/v1/leads/{WHO}/score"),
        client.post("/v1/score", json=served.body(2) | {"lead_id": WHO}),
        client.get("/v1/leads/mate/score"),
    ]
    receipts = [answer.json()["receipt_id"] for answer in answers]
    note = {"verdict": "agreed", "note": f"{TELLTALE}-note"}
    for receipt in receipts[:2]:
        client.post(f"/v1/receipts/{receipt}/feedback", json=note)
    return receipts


def traces(url: str) -> Iterator[str]:
    """Return where a trace is left: tables and, of SQLite, its files."""
    engine = engines.open_engine(url)
    with engines.reading(engine).connect() as connection:
        for table in METADATA.sorted_tables:
            if TELLTALE in str(connection.execute(table.select()).all()):
                yield table.name
    engine.dispose()
    if url.startswith("sqlite"):
        place = Path(url.partition("///")[2])
        for file in place.parent.glob(f"{place.name}*"):
            if TELLTALE.encode() in file.read_bytes():
                yield file.name.removeprefix(place.name) or "the file"


def test_nothing_of_an_erased_person_is_left(client: TestClient, url: str) -> None:
    receipts = tell_everything(client)
    assert {"leads", "activities", "outcomes", "receipts", "feedback"} <= set(traces(url))
    reply = client.delete(f"/v1/leads/{WHO}").json()
    assert list(traces(url)) == []
    assert reply == {
        "activities": 5,
        "outcomes": 1,
        "attribute_changes": 1,
        "leads": 1,
        "receipts": 2,
    }
    statuses = [client.get(f"/v1/receipts/{one}").status_code for one in receipts]
    assert statuses == [410, 410, 200]
    replayed = [client.post(f"/v1/receipts/{one}/replay").status_code for one in receipts]
    assert replayed == [410, 410, 410]
    judged = client.post(f"/v1/receipts/{receipts[0]}/feedback", json={"verdict": "junk"})
    assert judged.status_code == 410
    engine = engines.open_engine(url)
    with engine.connect() as connection:
        stored = connection.execute(text("select count(*), count(erased_at) from receipts")).one()
        assert tuple(stored) == (3, 2)
        assert connection.execute(text("select count(*) from audit")).scalar() == 1
    engine.dispose()


def test_the_last_moment_of_a_lead_is_one_in_every_database(client: TestClient, url: str) -> None:
    """A day before the feedback, its change and its import the outcome is what happened last."""
    tell_everything(client)
    engine = engines.open_engine(url)
    assert retention.last_moments(engine, NOW + timedelta(hours=1))[WHO] >= NOW
    earlier = retention.last_moments(engine, NOW - timedelta(days=1))
    assert earlier[WHO] < NOW - timedelta(days=1)
    assert "mate" in earlier
    engine.dispose()


def test_a_table_that_names_a_lead_is_erased_whatever_it_is_for(tmp_path: Path) -> None:
    """One row about a lead in every table that has the column; erasing empties them all."""
    engine = made(f"sqlite:///{tmp_path / 'm.db'}")
    tables = [table for table in METADATA.sorted_tables if "lead_id" in table.c]
    assert len(tables) >= 9
    with engine.begin() as connection:
        for table in tables:
            connection.execute(table.insert().values(_row_of(table)))
    erasure.Eraser(engine).erase(WHO, NOW)
    with engine.connect() as connection:
        rows = {table.name: connection.execute(table.select()).all() for table in tables}
    assert [name for name, left in rows.items() if TELLTALE in str(left)] == []
    engine.dispose()


def _row_of(table: Any) -> dict[str, Any]:
    """Return a row about the lead, with something in every column."""
    values: dict[str, Any] = {}
    for column in table.c:
        kind = column.type.python_type
        values[column.name] = {str: "x", bytes: b"x", dict: {}}.get(kind, 1)
    return values | {"lead_id": WHO}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["nothing is overwritten", "the log of writes is kept"])
def test_planted_fault_a_file_that_remembers(
    models: Path, url: str, clock: Clock, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "nothing is overwritten":
        stored = [one.replace("secure_delete=ON", "secure_delete=OFF") for one in engines.PRAGMAS]
        monkeypatch.setattr(engines, "PRAGMAS", stored)
    else:
        monkeypatch.setattr(erasure, "forget", lambda _engine: None)
    with serving(models, url, clock) as client:
        tell_everything(client)
        client.delete(f"/v1/leads/{WHO}")
        assert list(traces(url)) != []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_reader_holds_forgetting_up_and_no_longer(
    client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2)
    tell_everything(client)
    store: Any = client.app.state.parts.store  # type: ignore[attr-defined]
    engine = engines.open_engine(url)
    with engines.reading(engine).begin() as reader:
        assert reader.execute(text("select count(*) from leads")).scalar() == 2
        assert client.delete(f"/v1/leads/{WHO}").status_code == 200
        assert list(traces(url)) != []
    store.look_again()
    assert list(traces(url)) == []
    engine.dispose()


def score(client: TestClient, lead_id: str) -> str:
    reply = client.post("/v1/score", json=served.body(2) | {"lead_id": lead_id}).json()
    return str(reply["receipt_id"])


def test_an_answer_under_way_is_emptied_when_it_is_logged(client: TestClient) -> None:
    parts: Any = client.app.state.parts  # type: ignore[attr-defined]
    mine = tell_everything(client)[2]  # a mate's, which names all leads of the account
    begun = parts.receipts.erasures
    under_way = [
        msgspec.structs.replace(parts.receipts.of(one), receipt_id=f"late {one}", erasures=begun)
        for one in (score(client, WHO), mine)
    ]
    client.delete(f"/v1/leads/{WHO}")
    new = score(client, WHO)
    parts.receipts.append_now(under_way)
    receipts = [one.receipt_id for one in under_way]
    statuses = [client.get(f"/v1/receipts/{one}").status_code for one in (new, *receipts)]
    assert statuses == [200, 410, 200], "who is scored after the erasure is new"
    assert client.post(f"/v1/receipts/{receipts[1]}/replay").status_code == 410
    client.delete(f"/v1/leads/{WHO}")


def test_an_id_with_a_sign_of_patterns_erases_no_more_than_itself(client: TestClient) -> None:
    for one in ("mate", "AX1"):
        client.put(f"/v1/leads/{one}", json=lead(account_id="acme"))
    before = client.get("/v1/leads/mate/score").json()["receipt_id"]
    client.put("/v1/leads/A_1", json=lead(account_id="acme"))
    after = client.get("/v1/leads/mate/score").json()["receipt_id"]
    assert client.delete("/v1/leads/A_1").status_code == 200
    replayed = [client.post(f"/v1/receipts/{one}/replay").status_code for one in (before, after)]
    assert replayed == [200, 410], "the first receipt names AX1 and never A_1"
    for one in ("mate", "AX1"):
        client.delete(f"/v1/leads/{one}")


@pytest.mark.parametrize("hours", [-9, 9])
def test_an_erasure_at_any_hour_of_the_clock(client: TestClient, clock: Clock, hours: int) -> None:
    """The clock was set back after the answer, or another server is ahead."""
    receipt = score(client, WHO)
    clock.at += timedelta(hours=hours)
    assert client.delete(f"/v1/leads/{WHO}").json()["receipts"] == 1
    assert client.get(f"/v1/receipts/{receipt}").status_code == 410


def test_an_erasure_of_nothing_stored_still_empties_what_is_under_way(client: TestClient) -> None:
    parts: Any = client.app.state.parts  # type: ignore[attr-defined]
    begun = parts.receipts.erasures
    one = parts.receipts.of(score(client, "L-9"))
    assert client.delete(f"/v1/leads/{WHO}").status_code == 404
    late = msgspec.structs.replace(one, receipt_id="late", lead_id=WHO, erasures=begun)
    parts.receipts.append_now([late])
    assert client.get("/v1/receipts/late").status_code == 410


def erase_while_writing(
    client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """Erase a lead while activities of it are being written; give what is left of it."""
    store: Any = client.app.state.parts.store  # type: ignore[attr-defined]
    writing, erasing = Event(), Event()
    plain, locked = ingest.stored_rows, erasure._locked

    def slowly(*arguments: Any) -> Any:
        writing.set()
        erasing.wait(10)
        time.sleep(0.3)
        return plain(*arguments)

    def noted(*arguments: Any) -> Any:
        erasing.set()
        return locked(*arguments)

    client.put("/v1/leads/L-1", json=lead())
    monkeypatch.setattr(ingest, "stored_rows", slowly)
    monkeypatch.setattr(erasure, "_locked", noted)
    with ThreadPoolExecutor(2) as pool:
        sent = pool.submit(send, client, activities(5))
        assert writing.wait(10)
        if url.startswith("sqlite"):
            erasing.set()  # there the whole database is the lock
        gone = pool.submit(store.erase, "L-1", NOW)
        sent.result(20)
        gone.result(20)
    engine = engines.open_engine(url)
    with engine.connect() as connection:
        left = [
            connection.execute(text(f"select count(*) from {name}")).scalar_one()  # noqa: S608
            for name in ("leads", "activities")
        ]
    engine.dispose()
    return left[0], left[1]


def test_what_is_being_written_is_erased_too(
    client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert erase_while_writing(client, url, monkeypatch) == (0, 0)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_planted_fault_an_erasure_that_does_not_wait(
    client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_locked", lambda _connection, _lead_id: None)
    assert erase_while_writing(client, url, monkeypatch) == (0, 5)
