"""A lead with a very long history: read part by part, and others have their turn meanwhile."""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, insert

from serve.http.garbage import GarbageCollection
from serve.scoring.loaded_model import LoadedModel
from serve.store import id_list
from serve.store.engine import moment
from serve.store.leads.history import HistoryReader
from serve.store.schema_versions import made
from serve.store.tables import ACTIVITIES, LEADS
from tests import served
from tests.clocked import NOW
from tests.slices import longest_slice

LONG = 100_000
MOST_SECONDS = 0.04
"""Of CPU; then `/healthz` answers within 100 ms on a machine of half the speed too."""
_DAY = 86_400_000_000
_KINDS = (("page_view", "pricing"), ("call", None), ("inquiry", "demo"))


def store_history(engine: Engine, count: int) -> None:
    """Store a lead with so many activities, a few of them later than its revision."""
    created = moment(NOW) - 300 * _DAY
    lead = {
        "lead_id": "L-1", "revision": 2, "created_at": created, "known_at": created,
        "received_at": created,
        "attributes": {"industry": "製造業"}, "known": True,
    }  # fmt: skip
    names = ("activity_id", "lead_id", "revision", "occurred_at", "known_at")
    rows = [
        dict(zip(names, (f"{n}", "L-1", 1 + n % 3, at, at + n % 5), strict=True))
        | {"activity_type": _KINDS[n % 3][0], "topic": _KINDS[n % 3][1], "direction": None}
        | {"actor": f"a-{n % 7}", "text": None, "dwell_seconds": n / 8, "amount": None}
        for n in range(count)
        for at in (created + 1 + n * 80_000_000,)
    ]
    with engine.begin() as connection:
        connection.execute(insert(LEADS), [lead])
        connection.execute(insert(ACTIVITIES), rows)


@pytest.fixture(autouse=True)
def young_garbage() -> Iterator[None]:
    """Collect garbage as the server does."""
    thresholds = gc.get_threshold()
    GarbageCollection.begin()
    yield
    gc.set_threshold(*thresholds)


@pytest.fixture(scope="module")
def long_lead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    place: Path = tmp_path_factory.mktemp("long") / "mikomi.db"
    engine = made(f"sqlite:///{place}")
    store_history(engine, LONG)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("rows", [1, 7, 1_000])
def test_parts_make_the_same_columns(url: str, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = made(url)
    store_history(engine, 21)
    whole, _ = HistoryReader(engine).question("L-1", NOW)
    monkeypatch.setattr(id_list, "PART_ROWS", rows)
    parts, _ = HistoryReader(engine).question("L-1", NOW)
    assert len(parts.columns.activities.lead) == 14
    for one, other in zip(parts.columns.activities, whole.columns.activities, strict=True):
        np.testing.assert_array_equal(one, other)
        assert type(one) is type(other)
    engine.dispose()


def test_a_score_of_a_long_history_lets_others_have_their_turn(long_lead: Engine) -> None:
    reader, loaded = HistoryReader(long_lead), LoadedModel(served.artifact())
    loaded.warm()

    def score() -> None:
        request, _ = reader.question("L-1", NOW)
        loaded.answer(request, "en", "")

    taken, where = longest_slice(score)
    assert taken < MOST_SECONDS, where


def test_rows_are_fetched_some_at_a_time() -> None:
    many = 2 * id_list.PART_ROWS + 5_000
    count = (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?) "
        "select i from n"
    )
    with closing(sqlite3.connect(":memory:")) as database:
        rows = database.execute(count, [many])
        sizes = [len(part) for part in id_list._parts(rows)]
    assert sizes == [id_list.PART_ROWS, id_list.PART_ROWS, 5_000]
    assert id_list.PART_ROWS <= 10_000


def test_planted_fault_one_long_step_is_measured() -> None:
    assert longest_slice(lambda: sum(range(20_000_000)))[0] > MOST_SECONDS
