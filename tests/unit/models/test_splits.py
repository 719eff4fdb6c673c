"""Splits at their borders, by hand."""

import numpy as np
import pytest

from features.errors import NotEnoughEvidence
from features.timeline import DAY
from models.stats.settings import SplitSettings
from models.stats.splits import folds_by_lead, latest, split_by_cutoff

DAYS = np.arange(10) * DAY


def test_a_row_whose_horizon_ends_with_the_first_test_cutoff_is_learned_from() -> None:
    split = split_by_cutoff(DAYS, SplitSettings(horizon_days=2, test_share=0.3))
    assert split.test.tolist() == [7, 8, 9]
    whole = split_by_cutoff(DAYS, SplitSettings(horizon_days=3, test_share=0.3))
    assert whole.learning.tolist() == [0, 1, 2, 3, 4]  # row 4 plus 3 days is day 7
    part = split_by_cutoff(DAYS, SplitSettings(horizon_days=3, embargo_days=3.01, test_share=0.3))
    assert part.learning.tolist() == [0, 1, 2, 3]


def test_the_test_may_start_at_a_stated_moment() -> None:
    stated = SplitSettings(horizon_days=1, test_from=5 * DAY)
    split = split_by_cutoff(DAYS, stated)
    assert split.test.tolist() == [5, 6, 7, 8, 9]
    assert split.learning.tolist() == [0, 1, 2, 3, 4]


def test_one_row_on_each_side_suffices() -> None:
    split = split_by_cutoff(
        np.array([0, 2 * DAY]), SplitSettings(horizon_days=2, calibration_share=0.5)
    )
    assert (split.learning.tolist(), split.test.tolist()) == ([0], [1])


@pytest.mark.parametrize("cutoff", [np.array([], dtype=np.int64), DAYS[:1]])
def test_too_little_is_refused_with_the_distance_that_is_missing(cutoff: np.ndarray) -> None:
    with pytest.raises(NotEnoughEvidence, match="some of each, 90 days apart"):
        split_by_cutoff(cutoff, SplitSettings(horizon_days=90))


def test_rows_of_the_border_itself_are_not_the_latest() -> None:
    assert latest(np.array([1, 2, 2, 3]), 0.5).tolist() == [False, False, False, True]
    assert latest(np.array([4]), 0.5).tolist() == [False]
    assert latest(np.array([], dtype=np.int64), 0.5).tolist() == []


def test_few_conversions_lie_in_different_folds() -> None:
    label = np.zeros(9)
    label[[1, 4, 7]] = 1.0
    for seed in range(5):
        fold = folds_by_lead(np.arange(9), label, 3, seed)
        assert sorted(fold[[1, 4, 7]].tolist()) == [0, 1, 2]
