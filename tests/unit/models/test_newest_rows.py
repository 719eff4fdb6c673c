"""The newest rows: what they teach of the level, and what they cannot teach."""

from dataclasses import replace

import numpy as np
import pytest

from features.timeline import DAY
from models.model.conversion_curve import ConversionCurve
from models.stats.follow_up import FollowUp, ObservedRows
from models.stats.log_odds import expit, logit
from models.stats.training_set import Floats
from models.training.time import conversion_times, newest_rows
from models.training.time.newest_rows import LASTS
from tests.small_model import rows, small_model

HORIZON = 30.0
NUMBER = np.arange(4000)
EVENLY = conversion_times.learn(
    np.full(4000, 0.3),
    NUMBER,
    FollowUp(np.where(NUMBER % 10 < 3, NUMBER // 10 % 30 + 0.5, np.inf), np.full(4000, 90.0)),
    HORIZON,
)
"""Three in ten convert, on every day of the horizon as many."""


def young(level: float, leads: int = 3000, seed: int = 0) -> tuple[Floats, ObservedRows]:
    """Draw rows half a horizon old, whose true log-odds lie higher by `level`."""
    rng = np.random.default_rng(seed)
    z = rng.normal(-1.0, 1.0, leads)
    takes = np.where(rng.random(leads) < expit(z + level), rng.random(leads) * HORIZON, np.inf)
    drawn = replace(rows(leads, seed), lead=np.arange(leads))
    known = FollowUp.until(round(15 * DAY), np.zeros(leads, np.int64), takes)
    return z, ObservedRows(drawn, known)


@pytest.mark.parametrize("level", [-0.5, 0.5])
def test_a_level_that_moved_is_learned_before_the_horizon_is_over(level: float) -> None:
    assert isinstance(EVENLY, ConversionCurve)
    z, newest = young(level)
    assert newest_rows.level(z, newest, EVENLY) == pytest.approx(level * LASTS, abs=0.08)


def test_chance_moves_nothing() -> None:
    assert isinstance(EVENLY, ConversionCurve)
    moved = [newest_rows.level(*young(0.0, 300, seed), EVENLY) for seed in range(20)]
    assert sum(one != 0.0 for one in moved) <= 6
    assert np.abs(moved).max() < 0.4
    nobody = ObservedRows(rows(0, 0), FollowUp(np.zeros(0), np.zeros(0)))
    assert newest_rows.level(np.zeros(0), nobody, EVENLY) == 0.0


def test_what_happens_after_the_moment_teaches_nothing() -> None:
    cutoff, days = np.array([0, 10 * DAY]), np.array([25.0, 12.0])
    known = FollowUp.until(round(22 * DAY), cutoff, days)
    assert np.isinf(known.days).all()
    changed = FollowUp.until(round(22 * DAY), cutoff, np.array([np.nan, 300.0]))
    assert np.array_equal(known.days, changed.days)
    assert known.observed_days.tolist() == [22.0, 12.0]


def test_the_level_moves_probabilities_and_their_interval_and_no_order() -> None:
    small = small_model()
    later = rows(2000, 5)
    rng = np.random.default_rng(1)
    z = logit(small.model.probability(later.values))
    takes = np.where(rng.random(2000) < expit(z + 0.6), rng.random(2000) * HORIZON, np.inf)
    newest = ObservedRows(later, FollowUp.until(round(15 * DAY), np.zeros(2000, np.int64), takes))
    own = np.where(small.rows.label == 1.0, rng.random(len(small.rows)) * HORIZON, np.inf)
    learning = ObservedRows(small.rows, FollowUp(own, np.full(len(own), 60.0)))
    taught = newest_rows.teach(small.model, learning, newest, HORIZON)
    assert taught.curve is not None
    moved = taught.curve.newest_shift
    assert moved == pytest.approx(0.6 * LASTS, abs=0.1)
    after = taught.probability(later.values)
    assert logit(after) == pytest.approx(z + moved)
    assert np.array_equal(np.argsort(after), np.argsort(expit(z)))
    width = [one.of(np.array([0.3]))[1][0] for one in (small.model.interval, taught.interval)]
    assert width[0] == pytest.approx(width[1], abs=0.05)
    again = type(taught).from_json(
        taught.to_json(), small.model.booster and small.model.booster.text
    )
    assert again.curve == taught.curve
