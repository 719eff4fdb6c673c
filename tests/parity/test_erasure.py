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
from serve.store.leads import erasure, ingest
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
    client: TestClient, url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2)
    tell_everything(client)
    store: Any = client.app.state.parts.store  # type: ignore[attr-defined]
    engine = engines.open_engine(url)
    with engines.reading(engine).begin() as reader:
        assert reader.execute(text("select count(*) from leads")).scalar() == 2
        assert client.delete(f"/v1/leads/{WHO}").status_code == 200
        assert list(traces(url)) != []
    store.look_again(clock())
    assert list(traces(url)) == []
    engine.dispose()


def test_an_answer_under_way_is_emptied_when_it_is_logged(client: TestClient, clock: Clock) -> None:
    parts: Any = client.app.state.parts  # type: ignore[attr-defined]
    reply = client.post("/v1/score", json=served.body(2) | {"lead_id": WHO}).json()
    scoring = parts.receipts.of(reply["receipt_id"])
    client.delete(f"/v1/leads/{WHO}")
    clock.at += timedelta(seconds=1)
    again = client.post("/v1/score", json=served.body(2) | {"lead_id": WHO}).json()["receipt_id"]
    late = msgspec.structs.replace(scoring, receipt_id="late")
    parts.receipts.append_now([late])
    assert client.get("/v1/receipts/late").status_code == 200
    assert parts.store.look_again(clock.at) == 1
    assert client.get("/v1/receipts/late").status_code == 410
    assert client.get(f"/v1/receipts/{again}").status_code == 200, "told after the erasure: new"
    clock.at += erasure.SEARCH_TIME
    parts.store.look_again(clock.at)
    parts.receipts.append_now([msgspec.structs.replace(late, receipt_id="very late")])
    assert parts.store.look_again(clock.at) == 0


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
