"""Law 6: last training cutoff + horizon <= first test cutoff; folds never part a lead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import BadParams, NotEnoughEvidence
from features.timeline import DAY
from models.stats.settings import SplitSettings
from models.stats.splits import Split, folds_by_lead, split_by_cutoff


def holds(split: Split, cutoff: np.ndarray, horizon_days: float) -> bool:
    learning, test = cutoff[split.learning], cutoff[split.test]
    embargo = bool(learning.max() + round(horizon_days * DAY) <= test.min())
    parts = [split.train, split.calibration, split.test]
    disjoint = len(np.unique(np.concatenate(parts))) == sum(map(len, parts))
    in_order = len(split.calibration) == 0 or len(split.train) == 0
    in_order = in_order or bool(cutoff[split.train].max() < cutoff[split.calibration].min())
    return embargo and disjoint and in_order


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(0, 700), min_size=5, max_size=80),
    horizon=st.floats(1, 120),
    share=st.floats(0.1, 0.6),
)
def test_the_embargo_is_respected(days: list[int], horizon: float, share: float) -> None:
    cutoff = np.array(days, dtype=np.int64) * DAY
    try:
        split = split_by_cutoff(cutoff, SplitSettings(horizon_days=horizon, test_share=share))
    except NotEnoughEvidence:
        return
    assert holds(split, cutoff, horizon)


def test_the_law_bites() -> None:
    cutoff = np.arange(100) * DAY
    split = split_by_cutoff(cutoff, SplitSettings(horizon_days=10, test_share=0.2))
    assert holds(split, cutoff, 10)
    late = Split(np.append(split.train, split.test[0] - 5), split.calibration, split.test)
    assert not holds(late, cutoff, 10)


def test_an_embargo_shorter_than_the_horizon_is_refused_with_all_faults() -> None:
    with pytest.raises(BadParams) as refused:
        SplitSettings(horizon_days=90, embargo_days=30, test_share=1.5)
    assert len(refused.value.faults) == 2


def test_a_history_that_is_too_short_is_named() -> None:
    with pytest.raises(NotEnoughEvidence, match="0 training"):
        split_by_cutoff(np.arange(10) * DAY, SplitSettings(horizon_days=90))


@settings(max_examples=40, deadline=None)
@given(
    lead=st.lists(st.integers(0, 30), min_size=10, max_size=120),
    seed=st.integers(0, 99),
    n_folds=st.integers(2, 5),
)
def test_a_lead_lies_in_one_fold(lead: list[int], seed: int, n_folds: int) -> None:
    codes = np.array(lead, dtype=np.int64)
    label = (np.random.default_rng(seed).random(len(codes)) < 0.2).astype(float)
    fold = folds_by_lead(codes, label, n_folds, seed)
    assert all(len(np.unique(fold[codes == one])) == 1 for one in np.unique(codes))
    assert np.array_equal(fold, folds_by_lead(codes, label, n_folds, seed))


def test_folds_share_out_the_conversions() -> None:
    label = np.zeros(1000)
    label[:50] = 1.0
    fold = folds_by_lead(np.arange(1000), label, 5, seed=1)
    assert np.bincount(fold, label).tolist() == [10.0] * 5
