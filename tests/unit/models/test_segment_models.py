"""A segment earns its own model if its leads follow rules of their own, and not by chance."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation.groups.segment_models import SegmentCase, judge
from models.evaluation.settings import SegmentSettings
from models.model.settings import ScorecardSettings, TrainSettings
from models.stats.log_odds import expit
from models.stats.training_set import TrainingSet
from models.training import scorecard_fit

TRAIN = TrainSettings(folds=3)
SETTINGS = SegmentSettings(min_conversions=20)


def drawn(count: int, seed: int, *, opposite: bool, shift: float = 0.0) -> TrainingSet:
    """Draw rows of three segments, two a lead; in the small one a feature may work backwards."""
    rng = np.random.default_rng(seed)
    segment = np.repeat(rng.choice([1, 2, 3], count // 2, p=[0.44, 0.12, 0.44]), 2).astype(float)
    own = rng.normal(size=count)
    sign = np.where(opposite & (segment == 2), -1.0, 1.0)
    margin = -1.2 + 1.0 * sign * own + 0.3 * (segment == 3) + shift
    return TrainingSet(
        values=np.column_stack([segment, own, rng.normal(size=count)]).astype(np.float32),
        label=(rng.random(count) < expit(margin)).astype(float),
        lead=np.arange(count) // 2,
        cutoff=np.arange(count, dtype=np.int64),
        names=("segment", "own", "noise"),
        categorical=np.array([True, False, False]),
    )


def case(*, opposite: bool, shift: float = 0.0) -> SegmentCase:
    learning = drawn(6000, 0, opposite=opposite)
    test = drawn(4000, 1, opposite=opposite, shift=shift)
    card = scorecard_fit.fit(learning, 30.0, ScorecardSettings(), None)

    def of(rows: TrainingSet) -> dict[str, np.ndarray]:
        return {
            "industry": np.array(["", "retail", "finance", "health"])[rows.values[:, 0].astype(int)]
        }

    return SegmentCase(learning, test, card.margin(test.values), of(learning), of(test))


def test_a_segment_with_opposite_effects_is_detected() -> None:
    judged = judge(case(opposite=True), TRAIN, SETTINGS)
    assert [one.value for one in judged if one.earns] == ["finance"]
    first = judged[0]
    assert first.own_loss < first.shared_loss
    assert first.gain.low > first.wanted == pytest.approx(0.01 * first.shared_loss)


def test_where_one_rule_holds_for_all_none_earns() -> None:
    judged = judge(case(opposite=False), TRAIN, SETTINGS)
    assert len(judged) == 3
    assert not any(one.earns for one in judged)


def test_a_base_rate_that_moved_for_all_is_nobodys_merit() -> None:
    judged = judge(case(opposite=False, shift=1.0), TRAIN, SETTINGS)
    assert not any(one.earns for one in judged)


def test_segments_with_few_outcomes_are_not_tested() -> None:
    few = case(opposite=True)
    judged = judge(few, TRAIN, replace(SETTINGS, min_conversions=5000))
    assert judged == ()
