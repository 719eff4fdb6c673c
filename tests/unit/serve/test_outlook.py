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
from serve.insight.silent_forecast import DAYS, first_fall, silent_forecast
from serve.scoring.inputs.point_in_time import visible_only
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers
from serve.wire.bodies import ScoreBody, read, request_from_body
from serve.wire.records import ScoreRequest
from tests import served

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENTS = [NOW - timedelta(days=days, hours=5) for days in (0, 3, 9, 20, 40)]


@cache
def loaded(seed: int = 0) -> LoadedModel:
    return LoadedModel(served.artifact(seed))


def question(activities: int = 24, **more: Any) -> ScoreRequest:
    body = msgspec.json.encode(served.body(activities) | more)
    return request_from_body(read(ScoreBody, body), NOW)


def probability(model: LoadedModel, request: ScoreRequest) -> float:
    return model.answer(request, "en", "").probability


def at(request: ScoreRequest, cutoff: datetime) -> ScoreRequest:
    return msgspec.structs.replace(request, cutoff=cutoff)


CHANGES = [
    {"attribute": "industry", "occurred_at": "2026-05-20T00:00:00Z", "value": "it"},
    {"attribute": "industry", "occurred_at": "2026-05-29T00:00:00Z", "value": "製造業"},
]


@pytest.mark.parametrize("since", MOMENTS)
@pytest.mark.parametrize("models", [(0, 0), (0, 1)])
def test_the_parts_are_the_change_exactly(since: datetime, models: tuple[int, int]) -> None:
    request = question(changes=CHANGES)
    old, new = (loaded(seed) for seed in models)
    result = split(Side(old, at(request, since)), Side(new, request))
    for order in itertools.permutations(part.change for part in result.parts):
        assert math.fsum(order) == sum(order) == result.change
    assert result.before.probability == probability(old, visible_only(at(request, since)))
    assert result.after.probability == probability(new, request)
    moved = result.after.probability - result.before.probability
    assert result.change == pytest.approx(moved, abs=1e-15)
    assert [part.cause for part in result.parts] == list(CAUSES)
    assert (result.parts[0].change == 0.0) == (models[0] == models[1])


@pytest.mark.parametrize("since", MOMENTS[1:])
def test_every_part_is_a_scoring_of_its_own(since: datetime) -> None:
    request = question(changes=CHANGES)
    model = loaded()
    result = split(Side(model, at(request, since)), Side(model, request))
    before = visible_only(at(request, since))
    later = at(before, NOW)
    (history,) = later.histories
    changed = msgspec.structs.replace(history, changes=request.histories[0].changes)
    steps = [before, before, later, msgspec.structs.replace(later, histories=[changed]), request]
    scored = [probability(model, step) for step in steps]
    for part, (one, other) in zip(result.parts, itertools.pairwise(scored), strict=True):
        assert part.change == pytest.approx(other - one, abs=1e-15)


def test_nothing_new_is_passing_time_alone() -> None:
    quiet = question(0)
    result = split(Side(loaded(), at(quiet, MOMENTS[3])), Side(loaded(), quiet))
    assert [part.change != 0.0 for part in result.parts][0::2] == [False, False]
    assert result.parts[3].change == 0.0


def test_planted_fault_attributes_counted_as_activities(monkeypatch: pytest.MonkeyPatch) -> None:
    request = question(0, changes=CHANGES[:1])
    sides = Side(loaded(), at(request, MOMENTS[4])), Side(loaded(), request)
    assert split(*sides).parts[2].change != 0.0
    assert split(*sides).parts[3].change == 0.0
    monkeypatch.setattr(change, "_with_attributes", lambda old, _new: old)
    assert split(*sides).parts[2].change == 0.0
    assert split(*sides).parts[3].change != 0.0


def test_hot_until_is_what_each_day_says() -> None:
    request, model = question(), loaded()
    result = silent_forecast(model, request)
    days = [visible_only(at(request, NOW + timedelta(days=n)), NOW) for n in range(DAYS + 1)]
    by_day = [numbers(model.scorer, model.values(day)) for day in days]
    codes = [int(one.band_code[0]) for one in by_day]
    falls = next((n for n, code in enumerate(codes) if code < codes[0]), None)
    assert falls is not None
    assert result.falls_at == NOW + timedelta(days=falls)
    assert result.falls_to == by_day[falls].band(0)
    for silent in result.silent:
        assert silent.probability == float(by_day[silent.days].probability[0])


def test_the_lowest_band_never_falls() -> None:
    by_day = numbers(loaded().scorer, loaded().values(question(), [NOW, NOW + timedelta(days=200)]))
    assert first_fall(by_day._replace(band_code=np.array([0, 0], np.int8))) is None


def test_planted_fault_a_fall_a_day_late() -> None:
    request, model = question(), loaded()
    moments = [NOW + timedelta(days=n) for n in range(DAYS + 1)]
    by_day = numbers(model.scorer, model.values(visible_only(request), moments))
    late = by_day._replace(band_code=np.concatenate([by_day.band_code[:1], by_day.band_code[:-1]]))
    assert first_fall(late) != first_fall(by_day)


def test_what_is_entered_for_later_has_not_happened() -> None:
    planned = served.body(24)
    planned["activities"].append(
        {"activity_type": "call", "occurred_at": "2026-06-20T00:00:00Z"},
    )
    with_plan = request_from_body(read(ScoreBody, msgspec.json.encode(planned)), NOW)
    assert silent_forecast(loaded(), with_plan) == silent_forecast(loaded(), question())


def test_history_is_what_was_visible_then() -> None:
    request, model = question(), loaded()
    result = trend.past(model, request)
    assert [point.at for point in result.points] == sorted(point.at for point in result.points)
    assert result.points[-1].probability == probability(model, request)
    for point in result.points:
        assert point.probability == probability(model, visible_only(at(request, point.at)))


@pytest.mark.parametrize(
    ("margins", "expected"),
    [
        ([-3.0, -2.6, -2.1, -1.5, -1.0], "improving"),
        ([-1.0, -1.6, -2.1, -2.4, -3.0], "declining"),
        ([-2.0, -2.01, -2.02, -2.03, -2.04], "steady"),
        ([-2.0, -1.0, -2.2, -0.9, -2.1], "steady"),
        ([-2.0, -1.0, 0.0], "not_enough_information"),
    ],
)
def test_trend(margins: list[float], expected: str) -> None:
    assert trend.trend_of(np.array(margins)) == expected


def test_a_lead_that_did_nothing_has_no_trend() -> None:
    assert trend.past(loaded(), question(0)).trend == "not_enough_information"
