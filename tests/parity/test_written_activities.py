"""Activities coded as they stand in a body are those of the records of the same body, to the bit.

What compiled code does not accept is read as records: whichever way a body is read, it gives the
same codes and has the same faults.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from features.encoders import from_json
from features.encoders.from_json import CodedActivities
from features.encoders.from_records import LeadEncoder
from features.encoders.unknown_words import WrittenWords, unknown_words
from serve.errors import BadBody
from serve.wire import bodies
from serve.wire.bodies import ScoreBody, read, request_from_body, request_from_bytes
from serve.wire.records import CodedScoreRequest, ScoreRequest
from tests.builders import TEXTS as WRITTEN
from tests.builders import Company, company, learned, snapshots
from tests.parity.test_single_encoding import MOMENTS, SENT, TEXTS

NOW = datetime(2026, 7, 1, tzinfo=UTC)
WHOLE = company(Company(leads=8, activities=300, seed=1))
ENCODER = LeadEncoder(learned(WHOLE, snapshots(WHOLE, 1)).vocabulary)
BOOK = ENCODER.book
Coder = Callable[[Any], CodedActivities | None]

ODD = st.fixed_dictionaries(
    {},
    optional={
        "activity_id": TEXTS,
        "text": st.one_of(TEXTS, st.text(max_size=9), st.sampled_from(WRITTEN)),
        "campaign": st.one_of(TEXTS, st.booleans(), st.floats(allow_nan=False), st.integers()),
        "dwell_seconds": st.one_of(st.floats(-1e13, 1e13), st.integers(-(10**13), 10**13)),
        "amount": st.one_of(st.none(), st.floats(0.0, 1e6), st.decimals(0, 10**6, places=2)),
        "topic": st.sampled_from([*(topic for _, topic in BOOK.topics), "unheard of", " "]),
        "activity_type": st.sampled_from(sorted(map(str, BOOK.types))),
        "direction": st.sampled_from(sorted(map(str, BOOK.directions))),
        "nested": st.just({"a": [1, {"b": None}]}),
    },
)
ACTIVITY = st.builds(lambda one, more: one | more, SENT, ODD)
WAYS = st.builds(
    dict,
    ensure_ascii=st.booleans(),
    indent=st.sampled_from([None, 1]),
    sort_keys=st.booleans(),
)


def in_json(sent: list[dict[str, Any]], way: dict[str, Any]) -> bytes:
    request = {"lead_id": "L-1", "created_at": "2026-04-01T00:00:00+09:00", "activities": sent}
    return json.dumps(request, default=float, **way).encode()


def of_records(body: bytes) -> list[Any]:
    """Return what the records of a body give: its faults, or what is coded and unknown."""
    try:
        request = request_from_body(read(ScoreBody, body), NOW)
    except BadBody as error:
        return [error.faults]
    history = request.histories[0]
    coded = ENCODER.coded(request.histories, request.account)
    rows = history.activities
    words = ([getattr(one, name) for one in rows] for name in WrittenWords._fields)
    unknown = unknown_words(BOOK, WrittenWords(*words))
    return [*coded, unknown, history.lead, request.cutoff, request.account]


def as_written(body: bytes, coder: Coder = ENCODER.written.coded) -> tuple[list[Any], bool]:
    """Return the same by the quick way, and whether it was taken."""
    try:
        request: ScoreRequest | CodedScoreRequest = request_from_bytes(body, NOW, coder)
    except BadBody as error:
        return [error.faults], False
    if isinstance(request, ScoreRequest):
        return of_records(body), False
    coded = ENCODER.coded_with_activities(request, request.account)
    return [
        *coded,
        request.activities.unknown,
        request.lead,
        request.cutoff,
        request.account,
    ], True


def assert_same(body: bytes, coder: Coder = ENCODER.written.coded) -> bool:
    """Compare both ways; return whether the quick one was taken."""
    (ours, taken), theirs = as_written(body, coder), of_records(body)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, np.ndarray):
            assert (one.dtype, one.shape) == (
                other.dtype,
                other.shape,
            ) or one.size == other.size == 0
            assert one.tobytes() == other.tobytes()
        else:
            assert one == other
    return taken


@settings(max_examples=150, deadline=None)
@given(st.lists(ACTIVITY, max_size=8), WAYS)
def test_whatever_is_sent_is_coded_the_same_both_ways(
    sent: list[dict[str, Any]], way: dict[str, Any]
) -> None:
    assert_same(in_json(sent, way))


PLAIN = [
    {
        "activity_type": "page_view",
        "occurred_at": "2026-05-01T09:30:00.25+09:00",
        "known_at": "2026-05-02T00:00:00Z",
        "topic": "pricing",
        "direction": "inbound",
        "dwell_seconds": 12.5,
        "amount": None,
        "text": '「見積」 "quoted" 🙂',
    },
    {"activity_type": "会議", "occurred_at": "2024-02-29T23:59:59Z", "actor": "佐藤"},
    {"activity_type": " fax ", "occurred_at": "2026-06-30T00:00:00-03:30", "amount": 120},
]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
@pytest.mark.parametrize("indent", [None, 2])
def test_what_a_crm_sends_is_read_the_quick_way(count: int, indent: int | None) -> None:
    assert assert_same(in_json(PLAIN[:count], {"ensure_ascii": False, "indent": indent}))


@pytest.mark.parametrize("name", ["campaign", "Topic", "topic ", "x" * 80])
@pytest.mark.parametrize("value", ["spring", None, True, 1.5, {"a": []}])
def test_an_unknown_name_in_an_activity_is_refused_both_ways(name: str, value: Any) -> None:
    body = in_json([*PLAIN, PLAIN[1] | {name: value}], {})
    assert not assert_same(body)
    (faults,) = of_records(body)
    assert [fault.observed for fault in faults] == [f"$.activities[{len(PLAIN)}].{name}"]


BODY = in_json(PLAIN, {"ensure_ascii": False})
PIECES = (
    b'"', b"\\", b"\\u0061", b"\\u0000", b"\\ud800", b",", b"{", b"}", b"[", b"]", b":", b"null",
    b"true", b"1e3", b"-0", b"00", b".5", b"5.", b"1e400", b"9007199254740993",
    b"0.1000000000000000055",
    b" ", b"\n", b"\x00", b"\xff", b"\xe3", b"activities", b'"activities":[],', b'"actor":"x",',
    b'"amount":1,', b"2026-02-30T00:00:00Z", b"1969-12-31T00:00:00Z", b"2026-05-01T24:00:00Z",
    b"2026-05-01T09:30:60Z", b"2026-05-01T09:30:00", b"2026-05-01T09:30:00.1234567Z",
    b"2026-05-01t09:30:00z", b"2026-05-01T09:30:00+24:00", "\u3000".encode(), "é".encode(),
)  # fmt: skip
MOVES = st.tuples(st.integers(0, len(BODY)), st.integers(0, 12), st.sampled_from((b"", *PIECES)))


@settings(max_examples=400, deadline=None)
@given(st.lists(MOVES, min_size=1, max_size=3))
@example([(BODY.index(b'"activities"'), 0, b'"activities":5,')])
@example([(BODY.index(b'"activities"'), 0, b'"activit\\u0069es":5,')])
@example([(len(BODY) - 1, 0, b',"activities":[]')])
def test_a_broken_body_is_coded_the_same_both_ways(moves: list[tuple[int, int, bytes]]) -> None:
    broken = BODY
    for at, size, piece in moves:
        broken = broken[:at] + piece + broken[at + size :]
    assert_same(broken)


NUMBERS = st.one_of(
    st.floats(-1e12, 1e12).map(repr),
    st.integers(-(10**17), 10**17).map(str),
    st.decimals(-(10**9), 10**9, places=3).map(str),
    st.from_regex(r"-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,18})?", fullmatch=True),
)


@settings(max_examples=300, deadline=None)
@given(NUMBERS, MOMENTS)
def test_numbers_and_moments_are_those_of_any_reader(number: str, at: str) -> None:
    values = f'"dwell_seconds":{number},"amount":{number}'
    one = f'{{"activity_type":"call","occurred_at":"{at}",{values}}}'
    lead = '"lead_id":"L","created_at":"2026-04-01T00:00:00Z"'
    assert_same(f'{{{lead},"activities":[{one}]}}'.encode())


def test_all_days_are_those_of_the_calendar() -> None:
    days = [f"{year}-{month:02d}-{day:02d}" for year in (1971, 1972, 2000, 2100, 9997)
            for month in range(1, 13) for day in (1, 28, 29, 30, 31)]  # fmt: skip
    for day in days:
        sent = [{"activity_type": "call", "occurred_at": f"{day}T12:00:00Z"}]
        assert_same(in_json(sent, {}))


def changed(coded: CodedActivities | None) -> CodedActivities | None:
    """Return the activities with one moment in place of another."""
    if coded is None:
        return None
    table = coded.activities.copy()
    table[2] = table[1]
    return coded._replace(activities=table)


def test_planted_fault_an_activity_is_visible_before_it_is_known() -> None:
    with pytest.raises(AssertionError):
        assert_same(BODY, lambda sent: changed(ENCODER.written.coded(sent)))


def test_planted_fault_activities_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = BODY.replace(b'"activities"', b'"activities": 5, "activities"')
    assert not assert_same(twice)
    monkeypatch.setattr(bodies, "_has_one_activities_field", lambda _body, _activities: True)
    with pytest.raises(AssertionError):
        assert_same(twice)


def test_planted_fault_text_that_is_no_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = BODY.replace(b"pricing", b"pric\xffng")
    assert not assert_same(broken)
    monkeypatch.setattr(from_json, "_is_utf8", lambda _sent: True)
    with pytest.raises(UnicodeDecodeError):
        assert_same(broken)
