"""What keeps a lead from `mikomi retention`: what happened, not that it was received or scored."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, insert

from serve.store.engine import moment
from serve.store.leads import retention
from serve.store.schema_versions import made
from serve.store.tables import (
    ACTIVITIES,
    CHANGES,
    FEEDBACK,
    LEAD_STEPS,
    LEADS,
    OUTCOMES,
    RECEIPTS,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO, LATELY = NOW - timedelta(days=2000), NOW - timedelta(days=3)
LATER = NOW + timedelta(days=9000)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = made(f"sqlite:///{tmp_path / 'mikomi.db'}")
    yield opened
    opened.dispose()


def put(engine: Engine, table: Table, **values: Any) -> None:
    row = {n: moment(v) if isinstance(v, datetime) else v for n, v in values.items()}
    with engine.begin() as connection:
        connection.execute(insert(table), [row])


def lead(engine: Engine, created_at: datetime | None = LONG_AGO, **more: Any) -> None:
    facts = {"lead_id": "l", "revision": 1, "known": True, "attributes": {}, "received_at": LATELY}
    put(engine, LEADS, created_at=created_at, **facts | more)


def receipt(engine: Engine, at: datetime = LATELY) -> None:
    put(
        engine, RECEIPTS, receipt_id="r", at=at, lead_id="l", kind="stored", cutoff=at,
        model_fingerprint="m", feature_sha256="0", language="en", answer=b"",
    )  # fmt: skip


def last(engine: Engine) -> datetime:
    return retention.last_moments(engine, NOW)["l"]


def test_an_import_does_not_begin_the_time_anew(engine: Engine) -> None:
    lead(engine)
    assert last(engine) == LONG_AGO


def test_a_lead_that_is_scored_daily_ends(engine: Engine) -> None:
    lead(engine, received_at=LONG_AGO)
    receipt(engine)
    assert last(engine) == LONG_AGO


HAPPENED: list[tuple[Table, str, dict[str, Any]]] = [
    (ACTIVITIES, "occurred_at", {"activity_id": "a", "revision": 1, "activity_type": "call"}),
    (OUTCOMES, "occurred_at", {"deal_id": "", "outcome": "won", "revision": 1}),
    (CHANGES, "occurred_at", {"revision": 1, "attribute": "size"}),
    (LEAD_STEPS, "at", {"kind": "assigned"}),
]


@pytest.mark.parametrize(("table", "time", "more"), HAPPENED)
def test_what_happened_counts(
    engine: Engine, table: Table, time: str, more: dict[str, Any]
) -> None:
    lead(engine)
    known = {"known_at": LATELY} if "known_at" in table.c else {}
    put(engine, table, lead_id="l", **{time: LATELY}, **more, **known)
    assert last(engine) == LATELY


def test_feedback_counts_and_so_does_taking_a_step_back(engine: Engine) -> None:
    lead(engine)
    receipt(engine, LONG_AGO)
    put(engine, FEEDBACK, receipt_id="r", verdict="good", at=LATELY)
    assert last(engine) == LATELY
    step = {"lead_id": "l", "kind": "assigned", "at": LONG_AGO}
    put(engine, LEAD_STEPS, **step, undone_at=LATELY + timedelta(days=1))
    assert last(engine) == LATELY + timedelta(days=1)


def test_the_future_has_not_happened_but_counts_when_it_became_known(engine: Engine) -> None:
    """A meeting that was planned lately counts as of then; a date of 2050 of an import never."""
    lead(engine)
    row = {"lead_id": "l", "revision": 1, "activity_type": "meeting", "occurred_at": LATER}
    put(engine, ACTIVITIES, activity_id="a", known_at=LATER, **row)
    assert last(engine) == LONG_AGO
    put(engine, ACTIVITIES, activity_id="b", known_at=LATELY, **row)
    assert last(engine) == LATELY


@pytest.mark.parametrize("created", [None, LATER])
def test_a_lead_without_a_moment_counts_from_its_receipt_of_data(
    engine: Engine, created: datetime | None
) -> None:
    lead(engine, created, received_at=LONG_AGO)
    receipt(engine)
    assert last(engine) == LONG_AGO


def test_a_lead_of_receipts_alone_counts_from_the_last(engine: Engine) -> None:
    receipt(engine)
    assert last(engine) == LATELY
