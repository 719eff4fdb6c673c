"""Folds that are periods: what holds for one moment alone is not learned for the next."""

from dataclasses import replace

import numpy as np

from features.timeline import DAY
from models.model.settings import BoosterSettings, TrainSettings
from models.stats.splits import folds_by_lead
from models.stats.training_set import TrainingSet
from models.training import combine, fit_model
from models.training.time import period_folds
from models.training.time.base_rate_shift import levelled_losses

SETTINGS = TrainSettings(
    horizon_days=1.0, booster=BoosterSettings(max_trees=150, learning_rate=0.1, threads=1)
)
PERIODS = 5


def passing(rows: int, seed: int, moments: tuple[int, ...]) -> TrainingSet:
    """Draw rows of some moments: one column always counts, others say what held at a moment."""
    rng = np.random.default_rng(seed)
    lasting, fleeting = rng.normal(size=rows), rng.integers(0, 12, rows)
    moment = rng.choice(np.array(moments), rows)
    effect = np.random.default_rng(99).normal(size=(max(moments) + 1, 12))[moment, fleeting]
    chance = 1.0 / (1.0 + np.exp(-(0.8 * lasting + 1.5 * effect)))
    return TrainingSet(
        values=np.column_stack([lasting, moment * 12 + fleeting + 1]).astype(np.float32),
        label=(rng.random(rows) < chance).astype(np.float64),
        lead=np.arange(rows, dtype=np.int64),
        cutoff=moment.astype(np.int64) * 30 * DAY,
        names=("lasting", "fleeting"),
        categorical=np.array([False, True]),
    )


def test_leads_of_a_moment_share_a_period_and_periods_are_of_like_size() -> None:
    rows = passing(6000, 0, tuple(range(20)))
    fold = period_folds.periods(rows, PERIODS)
    assert fold is not None
    assert np.bincount(fold).min() > 900
    for moment in np.unique(rows.cutoff):
        assert len(np.unique(fold[rows.cutoff == moment])) == 1
    order = np.argsort(rows.cutoff, kind="stable")
    assert (np.diff(fold[order]) >= 0).all()


def test_folds_are_drawn_where_periods_would_be_too_few_or_leads_live_long() -> None:
    rows = passing(6000, 1, tuple(range(20)))
    assert period_folds.periods(rows.take(np.arange(800)), PERIODS) is None, "few conversions"
    assert period_folds.periods(passing(6000, 1, (0, 1)), PERIODS) is None, "two moments"
    undated = replace(rows, cutoff=np.zeros_like(rows.cutoff))
    assert period_folds.periods(undated, PERIODS) is None
    long = replace(rows, lead=rows.lead % 1200)
    assert period_folds.periods(long, PERIODS) is None, "a lead lives through all periods"
    assert not period_folds.assign(long, SETTINGS, 0).periods
    assert len(np.unique(period_folds.assign(long, SETTINGS, 0).fold)) == SETTINGS.folds


def test_the_base_rate_of_a_period_is_not_judged() -> None:
    rows = passing(6000, 2, tuple(range(5)))
    folds = period_folds.assign(rows, SETTINGS, 0)
    assert folds.periods
    margin = rows.values[:, 0].astype(np.float64)
    moved = margin + folds.fold
    levelled = [folds.level(one, rows) for one in (margin, moved)]
    np.testing.assert_allclose(levelled[0], levelled[1], atol=0.02)
    assert np.abs(margin - moved).max() > 1.0
    assert np.isnan(folds.level(np.where(folds.fold == 0, np.nan, margin), rows)).any()


def test_what_holds_for_a_moment_alone_is_not_carried_to_the_next() -> None:
    rows, later = passing(5000, 3, tuple(range(5))), passing(4000, 4, (5,))
    how = (SETTINGS, None, 0)

    def loss(folds: period_folds.Folds) -> float:
        plan, _ = combine.decide(rows, folds, how)
        margin = fit_model.carry_out(rows, plan, *how).margin(later)
        return float(levelled_losses(margin, later.label).mean())

    drawn = period_folds.Folds(folds_by_lead(rows.lead, rows.label, SETTINGS.folds, 0))
    by_period = loss(period_folds.assign(rows, SETTINGS, 0))
    assert by_period < loss(drawn) - 0.002, "the planted fault: leads of the same moment judge"
