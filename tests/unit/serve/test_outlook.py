"""Why a score changed and when it falls: held against scoring every moment by itself."""

import itertools
import math
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest

from serve.insight import change, trend
from serve.insight.change import CAUSES, Side, split
from serve.insight.silent_forecast import DAYS, first_fall, until
from serve.scoring.loaded_model import Loaded
from serve.scoring.numbers import numbers
from serve.scoring.point_in_time import seen_only
from serve.wire.bodies import ScoreBody, asked_of, read
from serve.wire.records import Asked
from tests import served

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENTS = [NOW - timedelta(days=days, hours=5) for days in (0, 3, 9, 20, 40)]


@cache
def loaded(seed: int = 0) -> Loaded:
    return Loaded(served.artifact(seed))


def question(activities: int = 24, **more: Any) -> Asked:
    body = msgspec.json.encode(served.body(activities) | more)
    return asked_of(read(ScoreBody, body), NOW)


def probability(model: Loaded, asked: Asked) -> float:
    return model.answer(asked, "en", "").probability


def at(asked: Asked, cutoff: datetime) -> Asked:
    return msgspec.structs.replace(asked, cutoff=cutoff)


CHANGES = [
    {"attribute": "industry", "occurred_at": "2026-05-20T00:00:00Z", "value": "it"},
    {"attribute": "industry", "occurred_at": "2026-05-29T00:00:00Z", "value": "製造業"},
]


@pytest.mark.parametrize("since", MOMENTS)
@pytest.mark.parametrize("models", [(0, 0), (0, 1)])
def test_the_parts_are_the_change_exactly(since: datetime, models: tuple[int, int]) -> None:
    asked = question(changes=CHANGES)
    old, new = (loaded(seed) for seed in models)
    told = split(Side(old, at(asked, since)), Side(new, asked))
    for order in itertools.permutations(part.change for part in told.parts):
        assert math.fsum(order) == sum(order) == told.change
    assert told.before.probability == probability(old, seen_only(at(asked, since)))
    assert told.after.probability == probability(new, asked)
    moved = told.after.probability - told.before.probability
    assert told.change == pytest.approx(moved, abs=1e-15)
    assert [part.cause for part in told.parts] == list(CAUSES)
    assert (told.parts[0].change == 0.0) == (models[0] == models[1])


@pytest.mark.parametrize("since", MOMENTS[1:])
def test_every_part_is_a_scoring_of_its_own(since: datetime) -> None:
    asked = question(changes=CHANGES)
    model = loaded()
    told = split(Side(model, at(asked, since)), Side(model, asked))
    before = seen_only(at(asked, since))
    later = at(before, NOW)
    (history,) = later.histories
    changed = msgspec.structs.replace(history, changes=asked.histories[0].changes)
    steps = [before, before, later, msgspec.structs.replace(later, histories=[changed]), asked]
    scored = [probability(model, step) for step in steps]
    for part, (one, other) in zip(told.parts, itertools.pairwise(scored), strict=True):
        assert part.change == pytest.approx(other - one, abs=1e-15)


def test_nothing_new_is_passing_time_alone() -> None:
    quiet = question(0)
    told = split(Side(loaded(), at(quiet, MOMENTS[3])), Side(loaded(), quiet))
    assert [part.change != 0.0 for part in told.parts][0::2] == [False, False]
    assert told.parts[3].change == 0.0


def test_planted_fault_attributes_told_as_activities(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(0, changes=CHANGES[:1])
    sides = Side(loaded(), at(asked, MOMENTS[4])), Side(loaded(), asked)
    assert split(*sides).parts[2].change != 0.0
    assert split(*sides).parts[3].change == 0.0
    monkeypatch.setattr(change, "_with_attributes", lambda old, _new: old)
    assert split(*sides).parts[2].change == 0.0
    assert split(*sides).parts[3].change != 0.0


def test_hot_until_is_what_each_day_says() -> None:
    asked, model = question(), loaded()
    told = until(model, asked)
    days = [seen_only(at(asked, NOW + timedelta(days=n)), NOW) for n in range(DAYS + 1)]
    found = [numbers(model.scorer, model.values(day)) for day in days]
    codes = [int(one.band_code[0]) for one in found]
    falls = next((n for n, code in enumerate(codes) if code < codes[0]), None)
    assert falls is not None
    assert told.falls_at == NOW + timedelta(days=falls)
    assert told.falls_to == found[falls].band(0)
    for silent in told.silent:
        assert silent.probability == float(found[silent.days].probability[0])


def test_the_lowest_band_never_falls() -> None:
    found = numbers(loaded().scorer, loaded().values(question(), [NOW, NOW + timedelta(days=200)]))
    assert first_fall(found._replace(band_code=np.array([0, 0], np.int8))) is None


def test_planted_fault_a_fall_told_a_day_late() -> None:
    asked, model = question(), loaded()
    moments = [NOW + timedelta(days=n) for n in range(DAYS + 1)]
    found = numbers(model.scorer, model.values(seen_only(asked), moments))
    late = found._replace(band_code=np.concatenate([found.band_code[:1], found.band_code[:-1]]))
    assert first_fall(late) != first_fall(found)


def test_what_is_entered_for_later_has_not_happened() -> None:
    planned = served.body(24)
    planned["activities"].append(
        {"activity_type": "call", "occurred_at": "2026-06-20T00:00:00Z"},
    )
    with_plan = asked_of(read(ScoreBody, msgspec.json.encode(planned)), NOW)
    assert until(loaded(), with_plan) == until(loaded(), question())


def test_history_is_what_was_seen_then() -> None:
    asked, model = question(), loaded()
    told = trend.past(model, asked)
    assert [point.at for point in told.points] == sorted(point.at for point in told.points)
    assert told.points[-1].probability == probability(model, asked)
    for point in told.points:
        assert point.probability == probability(model, seen_only(at(asked, point.at)))


@pytest.mark.parametrize(
    ("margins", "said"),
    [
        ([-3.0, -2.6, -2.1, -1.5, -1.0], "improving"),
        ([-1.0, -1.6, -2.1, -2.4, -3.0], "declining"),
        ([-2.0, -2.01, -2.02, -2.03, -2.04], "steady"),
        ([-2.0, -1.0, -2.2, -0.9, -2.1], "steady"),
        ([-2.0, -1.0, 0.0], "not_enough_information"),
    ],
)
def test_trend(margins: list[float], said: str) -> None:
    assert trend.trend_of(np.array(margins)) == said


def test_a_lead_that_did_nothing_has_no_trend() -> None:
    assert trend.past(loaded(), question(0)).trend == "not_enough_information"
