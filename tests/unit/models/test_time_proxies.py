"""Rows in order of time: what the moment tells is not learned, the level is that of today."""

from dataclasses import replace

import numpy as np
import pytest

from features.timeline import DAY
from models.model.settings import BoosterSettings, TrainSettings
from models.stats.training_set import Floats, TrainingSet
from models.training import combine, fit_model
from models.training.time import base_rate_shift, time_proxies

SETTINGS = TrainSettings(horizon_days=1.0, folds=3, booster=BoosterSettings(max_trees=20))
ROWS = 3000


def drifting(seed: int = 0) -> TrainingSet:
    """Draw rows over 300 days with an index that rises, a month, and two columns that do not."""
    rng = np.random.default_rng(seed)
    day = np.sort(rng.integers(0, 300, ROWS))
    hot = rng.normal(size=ROWS)
    index = day + rng.normal(size=ROWS) * 0.1
    chance = 1.0 / (1.0 + np.exp(2.0 - hot + 1.5 * np.sin(day / 40.0)))
    values = np.column_stack([index, day // 30 + 1, hot, rng.integers(1, 4, ROWS)])
    return TrainingSet(
        values=values.astype(np.float32),
        label=(rng.random(ROWS) < chance).astype(np.float64),
        lead=np.arange(ROWS),
        cutoff=day.astype(np.int64) * DAY,
        names=("index", "month", "hot", "kind"),
        categorical=np.array([False, True, False, True]),
    )


def test_what_the_moment_tells_is_a_clock() -> None:
    assert time_proxies.mark_proxies(drifting(), 0).tolist() == [True, True, False, False]


def test_the_order_of_rows_of_one_moment_is_not_time() -> None:
    rows = drifting()
    at_once = replace(rows, cutoff=np.zeros(ROWS, dtype=np.int64))
    assert not time_proxies.mark_proxies(at_once, 0).any()
    assert time_proxies.silence(at_once, SETTINGS, 0) is at_once


def moved_by_time(rows: TrainingSet) -> float:
    """Return how far margins move when today's columns take the values of the last day."""
    model = fit_model.fit(rows, SETTINGS)
    later = rows.values.copy()
    later[:, :2] = rows.values[-1, :2]
    return float(np.abs(model.margin(later) - model.margin(rows.values)).max())


def test_nothing_is_learned_from_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert moved_by_time(drifting()) == 0.0
    monkeypatch.setattr(time_proxies, "silence", lambda rows, *_: rows)
    assert moved_by_time(drifting()) > 0.5, "the planted fault: time proxies are learned from"


def test_a_clock_that_foretells_stays() -> None:
    rows = drifting()
    weekend = (rows.cutoff // DAY) // 3 % 2
    values = rows.values.copy()
    values[:, 1] = weekend
    chance = np.random.default_rng(1).random(ROWS)
    predicted = replace(
        rows, values=values, label=(chance < 0.2 + 0.4 * weekend).astype(np.float64)
    )
    only = np.array([False, True, False, False])
    assert time_proxies.predict_later(predicted, only, SETTINGS)
    assert not time_proxies.predict_later(replace(predicted, label=rows.label), only, SETTINGS)


def test_a_clock_that_is_ahead_by_a_hair_foretells_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One lucky quarter of three is no proof, whatever it adds up to."""
    ahead = iter([0.001, 0.001, 0.3] * 2)

    def lucky(_: TrainingSet, later: TrainingSet, *__: object) -> Floats:
        return next(ahead) + np.where(np.arange(len(later)) % 2 == 0, 1.0, -1.0)

    monkeypatch.setattr(time_proxies, "_gain", lucky)
    index = np.array([True, False, False, False])
    assert not time_proxies.predict_later(drifting(), index, SETTINGS)
    monkeypatch.setattr(time_proxies, "_EACH", 0.0)
    assert time_proxies.predict_later(drifting(), index, SETTINGS), (
        "the planted fault: ahead by a hair is ahead"
    )


def levelled(rate_now: float) -> float:
    """Return the shift learned where the newest quarter converts at another rate."""
    rows = drifting()
    newest = rows.cutoff >= 225 * DAY
    chance = np.random.default_rng(2).random(ROWS)
    label = (chance < np.where(newest, rate_now, 0.1)).astype(np.float64)
    margin = np.full(ROWS, np.log(0.1 / 0.9))
    return base_rate_shift.newest(margin, replace(rows, label=label), 0.25)


def test_the_level_follows_the_newest_rows_and_not_luck() -> None:
    assert 1.0 < levelled(0.3) < 1.5
    assert levelled(0.1) == 0.0


def test_a_handful_of_conversions_that_come_together_do_not_move_the_level_far() -> None:
    """Two leads of six rows each converted lately: two in luck, not twelve."""
    margin = np.full(300, np.log(0.03 / 0.97))
    lead = np.append(np.arange(288), np.repeat([288, 289], 6))
    rows = drifting().take(np.arange(300))
    label = (lead >= 288).astype(np.float64)
    together = base_rate_shift.newest(margin, replace(rows, label=label, lead=lead), 0.25)
    apart = base_rate_shift.newest(margin, replace(rows, label=label, lead=np.arange(300)), 0.25)
    shift = [together, apart]
    assert shift[0] < 0.5
    assert shift[1] > 1.0, "the planted fault: each row a lead of its own"


def test_trees_that_do_not_last_go() -> None:
    rows = drifting()
    good = np.where(rows.label == 1.0, 0.5, -0.5)
    assert combine.lasts(np.zeros(ROWS), good, rows)
    assert not combine.lasts(np.zeros(ROWS), -good, rows)
    level_alone = np.full(ROWS, 1.0) - good
    assert not combine.lasts(np.zeros(ROWS), level_alone, rows), "a level is no merit"
