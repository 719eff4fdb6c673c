"""Law: the log holds no erased person, whatever the clocks said and whoever was answered."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from serve.errors import ErasedMeanwhile
from serve.store import erasures as numbers
from serve.store.engine import moment
from serve.store.erasures import Erasures
from serve.store.leads import erasure
from serve.store.leads.erasure import Eraser
from serve.store.leads.ingest import Ingest
from serve.store.receipts.receipts import Receipts
from serve.store.schema_versions import made
from serve.store.tables import RECEIPTS
from serve.wire.receipt import Scoring
from serve.wire.stored_bodies import LeadBody

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
LEADS = ("a", "b", "c")
"""All of one account, so an answer about one names the others."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("begin", "begin stored", "log", "erase", "forget")),
        st.sampled_from(LEADS),
        st.integers(0, 1),
        st.integers(-3_600, 3_600),
    ),
    min_size=4,
    max_size=14,
)


class Process:
    """One of two servers, with a clock and a knowledge of erasures of its own."""

    def __init__(self, engine: Engine) -> None:
        self.steady = 0.0
        self.erasures = Erasures(engine, lambda: self.steady)
        self.erasures.read()
        self.receipts = Receipts(engine, self.erasures)
        self.eraser = Eraser(engine, self.erasures)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    database = made(f"sqlite:///{tmp_path_factory.mktemp('erased') / 'm.db'}")
    yield database
    database.dispose()


class Race:
    """Two servers of one store; `gone` names who was erased after each receipt began."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with engine.begin() as connection:
            connection.execute(delete(RECEIPTS))
        self.put()
        self.processes = [Process(engine), Process(engine)]
        self.under_way: list[tuple[Process, Scoring]] = []
        self.gone: dict[str, set[str]] = {}

    def run(self, steps: list[tuple[str, str, int, int]]) -> list[str]:
        """Run the steps; return the receipts that name a person who was erased after they began."""
        for number, (what, lead_id, which, skew) in enumerate(steps):
            process, at = self.processes[which], NOW + timedelta(seconds=skew)
            match what:
                case "begin" | "begin stored":
                    begun = scoring(f"{number}", lead_id, what, at)
                    begun = msgspec.structs.replace(begun, erasures=process.receipts.erasures)
                    self.under_way.append((process, begun))
                case "erase":
                    self.erase(process, lead_id, at)
                case "forget":
                    process.steady += numbers.FORGOTTEN_AFTER
                    process.eraser.look_again()
                case _:
                    self.log(1)
        self.log(len(self.under_way))
        for process in self.processes:
            process.receipts.close()
        return [row.receipt_id for row in self.receipts() if self.named(row)]

    def named(self, row: Any) -> set[str]:
        mates = {one for one in LEADS if f'"{one}"' in (row.revisions or "")}
        return {row.lead_id, *mates} & self.gone.get(row.receipt_id, set())

    def put(self) -> None:
        body = LeadBody(created_at=NOW, account_id="acme")
        for lead_id in LEADS:
            Ingest(self.engine).put_lead(lead_id, body, NOW)

    def erase(self, process: Process, lead_id: str, at: datetime) -> None:
        begun = [one.receipt_id for _, one in self.under_way]
        for receipt_id in (*begun, *(row.receipt_id for row in self.receipts())):
            self.gone.setdefault(receipt_id, set()).add(lead_id)
        process.eraser.erase(lead_id, at)
        self.put()

    def log(self, most: int) -> None:
        for process, one in self.under_way[:most]:
            with suppress(ErasedMeanwhile):  # the caller is answered 503, and nothing is logged
                process.receipts.append_now([one])
        del self.under_way[:most]

    def receipts(self) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(select(RECEIPTS)).all()


def scoring(receipt_id: str, lead_id: str, what: str, at: datetime) -> Scoring:
    stored = what == "begin stored"
    return Scoring(
        receipt_id=receipt_id,
        at=at,
        lead_id=lead_id,
        key_id=None,
        kind="stored" if stored else "score",
        model_version=1,
        model_fingerprint="f",
        cutoff=at,
        feature_sha256="s",
        language="en",
        input=None if stored else b"{}",
        revisions=dict.fromkeys(LEADS, 1) if stored else None,
        answer=b"{}",
    )


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(STEPS)
def test_no_receipt_names_who_was_erased_after_it_began(
    engine: Engine, steps: list[tuple[str, str, int, int]]
) -> None:
    assert Race(engine).run(steps) == []


UNDER_WAY = [
    ("begin", "a", 0, 60),
    ("begin stored", "b", 0, 0),
    ("erase", "a", 1, -60),
]


def test_planted_fault_a_log_that_looks_at_no_number(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Receipts, "_write", Receipts._write_emptied)
    monkeypatch.setattr(Erasures, "emptied", lambda _self, _connection, scorings: scorings)
    assert Race(engine).run(UNDER_WAY) == ["0", "1"]


def test_planted_fault_erased_by_the_clock(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_clock(connection: Any, lead_id: str, at: datetime) -> int:
        old = (RECEIPTS.c.lead_id == lead_id) & (RECEIPTS.c.at <= moment(at))
        return int(connection.execute(update(RECEIPTS).where(old).values(lead_id="")).rowcount)

    monkeypatch.setattr(erasure, "_empty_receipts", by_clock)
    logged = [UNDER_WAY[0], ("log", "a", 0, 0), UNDER_WAY[-1]]
    assert Race(engine).run(logged) == ["0"]


def test_an_answer_older_than_all_that_is_known_is_refused(engine: Engine) -> None:
    process = Process(engine)
    begun = scoring("old", "a", "begin", NOW)
    begun = msgspec.structs.replace(begun, erasures=process.receipts.erasures)
    Race(engine).run([("erase", "b", 0, 0), ("forget", "", 0, 0)])
    with pytest.raises(ErasedMeanwhile):
        process.receipts.append_now([begun])
    process.receipts.close()
