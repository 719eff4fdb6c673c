"""What a body may hold: every fault at once, with its place, at a bounded price."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest

from serve.errors import BadBody
from serve.wire import bodies, body_faults, value_limits
from serve.wire.bodies import ScoreBody, read
from serve.wire.stored_bodies import ActivitiesBody, checked
from tests import served


def answer(kind: Any, body: bytes) -> dict[str, str]:
    """Return what is expected, by the place of the fault."""
    try:
        result = read(kind, body)
        if kind is ActivitiesBody:
            checked("activities", result.activities)
    except BadBody as refused:
        return {fault.observed.partition(": ")[0]: fault.expected for fault in refused.faults}
    return {}


def activity(**more: Any) -> dict[str, Any]:
    return served.body(1)["activities"][0] | {"lead_id": "L-1", "activity_id": "a"} | more


def bulk(*activities: dict[str, Any]) -> bytes:
    return json.dumps({"activities": activities}).encode()


def test_faults_of_type_time_and_value_are_reported_at_once() -> None:
    body = served.body(3) | {"created_at": "yesterday", "attributes": {"a": [], "b": "\0", "c": 1}}
    body["activities"][0] = 5
    body["activities"][1] |= {"occurred_at": "1969-12-31T00:00:00Z", "amount": 1e13}
    body["outcomes"] = [{"outcome": "won"}]
    del body["lead_id"]
    assert set(answer(ScoreBody, json.dumps(body).encode())) == {
        "$.lead_id",
        "$.created_at",
        "$.attributes.a",
        "$.attributes.b",
        "$.activities[0]",
        "$.activities[1].occurred_at",
        "$.activities[1].amount",
        "$.outcomes[0].occurred_at",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("occurred_at", "9999-12-31T23:59:59-14:00"),
        ("occurred_at", "1970-01-01T00:00:00+09:00"),
        ("occurred_at", "2026-05-01T00:00:00"),
        ("known_at", "0001-01-01T00:00:00Z"),
        ("amount", -2e12),
        ("dwell_seconds", 1e300),
        ("lead_id", " 　"),
        ("activity_id", ""),
        ("activity_id", "x" * 513),
        ("activity_id", "ﷺ" * 16),
        ("topic", "a\0"),
        ("text", "\0"),
    ],
)
def test_what_no_database_or_zone_can_hold_is_refused(field: str, value: Any) -> None:
    assert set(answer(ActivitiesBody, bulk(activity(), activity(**{field: value})))) == {
        f"$.activities[1].{field}"
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("occurred_at", "9998-12-31T23:59:59Z"),
        ("occurred_at", "1970-01-01T00:00:00Z"),
        ("activity_id", "x" * 512),
        ("activity_id", "🎌" * 15),
        ("text", "\\u0000 is no NUL"),
        ("activity_type", "訪問 🛸"),
        ("amount", 1e12),
    ],
)
def test_values_within_the_limits_are_accepted(field: str, value: Any) -> None:
    assert answer(ActivitiesBody, bulk(activity(**{field: value}))) == {}


@pytest.mark.parametrize(
    "body",
    [
        b'{"lead_id": NaN}',
        b'{"lead_id": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"lead_id": "\\ud800"}',
        b'{"lead_id": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"null",
    ],
)
def test_what_is_no_json_of_ours_is_refused_in_one_line(body: bytes) -> None:
    assert len(answer(ScoreBody, body)) == 1


def test_a_million_faults_cost_no_more_than_a_million_values() -> None:
    body = json.dumps(served.body(0) | {"activities": [1] * 1_000_000}).encode()
    began = time.process_time()
    assert len(answer(ScoreBody, body)) == value_limits.MOST_FAULTS
    assert time.process_time() - began < 3.0


def test_planted_fault_a_quick_look_that_sees_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    far = bulk(activity(occurred_at="9999-12-31T23:59:59-14:00"))
    assert answer(ActivitiesBody, far) != {}
    monkeypatch.setattr("serve.wire.stored_bodies.plain", lambda _record: True)
    assert answer(ActivitiesBody, far) == {}


def test_planted_fault_a_walk_that_stops_at_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    two = bulk(activity(topic=1), activity(topic=2))
    assert len(answer(ActivitiesBody, two)) == 2
    monkeypatch.setattr(body_faults, "MOST_FAULTS", 1)
    assert len(answer(ActivitiesBody, two)) == 1


def most_at_once(monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the threads that make decoders at once when all need new ones."""
    making, most = [0], [0]

    def slow(kind: Any) -> Any:
        making[0] += 1
        most[0] = max(most[0], making[0])
        time.sleep(0.02)
        making[0] -= 1
        return kind

    monkeypatch.setattr(bodies, "_cached_decoder", slow)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bodies._decoder, range(4)))
    return most[0]


def test_one_decoder_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that decodes what another is still making would kill the process."""
    assert most_at_once(monkeypatch) == 1


def test_planted_fault_decoders_made_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_MAKING", nullcontext())
    assert most_at_once(monkeypatch) > 1
