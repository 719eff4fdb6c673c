"""Texts are read alike wherever they come from: a table, a request's records, its JSON, a store."""

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from features.encoders.codebook import Codebook
from features.encoders.from_columns import ColumnEncoder
from features.encoders.from_json import WrittenActivities
from features.encoders.from_records import LeadEncoder
from features.encoders.moments import moment_of
from features.kernel.coded_lead import OCCURRED_AT, TERMS
from features.kernel.inputs import Events
from features.records.histories import encode
from features.records.lead_columns import (
    ActivityColumns,
    ChangeColumns,
    LeadColumns,
    OutcomeColumns,
    StoredColumns,
)
from features.words.intents import INTENTS
from serve.wire.records import Activity
from tests.builders import Company, company, learned, only, snapshots
from tests.parity.test_single_encoding import records_of

LEAD = "lead-001"
WHOLE = company(Company(leads=8, activities=200, seed=5))
VOCABULARY = learned(WHOLE, snapshots(WHOLE, 5)).vocabulary
MINE = only(WHOLE, {LEAD})
DONE = records_of(MINE, [LEAD])[0].activities
Mentions = list[tuple[int, int]]


def of_events(events: Events) -> Mentions:
    return sorted(zip(events.occurred_at.tolist(), events.code.tolist(), strict=True))


def of_bits(moments: np.ndarray, bits: np.ndarray) -> Mentions:
    pairs = zip(moments.tolist(), bits.tolist(), strict=True)
    return sorted((at, n + 1) for at, terms in pairs for n in range(60) if terms >> n & 1)


def tables() -> Mentions:
    return of_events(encode(MINE, VOCABULARY).mentions)


def of_records() -> Mentions:
    return of_events(LeadEncoder(VOCABULARY).histories(records_of(MINE, [LEAD])).mentions)


def of_json() -> Mentions:
    # twice in one array means compared one by one, so each is coded alone
    reader, parts = WrittenActivities(Codebook(VOCABULARY)), []
    for one in DONE:
        coded = reader.coded(msgspec.json.encode([one]))
        assert coded is not None
        parts.append(coded.activities[[OCCURRED_AT, TERMS]])
    return of_bits(*np.concatenate(parts, axis=1))


def of_store() -> Mentions:
    none = np.empty(0, np.int64)
    at = np.array([moment_of(one.occurred_at) for one in DONE], np.int64)
    known_at = np.array([moment_of(one.known_at or one.occurred_at) for one in DONE], np.int64)
    names = ("activity_type", "topic", "direction", "actor", "dwell_seconds", "amount", "text")
    done = ActivityColumns(
        np.zeros(len(DONE), np.int32), at, np.maximum(at, known_at),
        *([getattr(one, name) for one in DONE] for name in names),
    )  # fmt: skip
    begun = np.zeros(1, np.int64)
    stored = StoredColumns(
        LeadColumns([LEAD], begun, begun, [None], [None], [{}]),
        done,
        OutcomeColumns(none.astype(np.int32), none, none, [], [], [], []),
        ChangeColumns(none.astype(np.int32), none, none, [], []),
        {},
    )
    return of_events(ColumnEncoder(VOCABULARY).encode(stored).mentions)


WAYS = [of_records, of_json, of_store]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_reads_the_same_terms(way: Callable[[], Mentions]) -> None:
    assert set(VOCABULARY.terms) <= set(INTENTS)
    assert way() == tables() != []


@pytest.mark.parametrize("way", WAYS)
def test_planted_fault_a_way_that_reads_no_texts(
    way: Callable[[], Mentions], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Codebook, "terms", lambda _, texts: [0] * len(texts))
    with pytest.raises(AssertionError):
        test_every_way_reads_the_same_terms(way)


def test_an_activity_of_another_text_is_another_activity() -> None:
    one = Activity(activity_type="call", occurred_at=DONE[0].occurred_at, text="予算")
    other = msgspec.structs.replace(one, text="他社")
    reader = WrittenActivities(Codebook(VOCABULARY))
    apart, alone = (reader.coded(msgspec.json.encode([one])) for one in (one, other))
    assert apart is not None
    assert alone is not None
    assert apart.activities[TERMS].tolist() != alone.activities[TERMS].tolist()
