"""Putting scorecard and trees together: by held-out gain beyond luck, on few folds if need be."""

from dataclasses import replace

import numpy as np

from models.model.settings import BoosterSettings, TrainSettings
from models.stats.splits import folds_by_lead
from models.stats.training_set import TrainingSet
from models.training import combine, fit_model
from models.training.gain import beats
from models.training.penalty import choose_penalty
from models.training.time.period_folds import Folds

SETTINGS = TrainSettings(folds=3, booster=BoosterSettings(max_trees=60))


def crossed(rows: int, seed: int, strength: float = 3.0) -> TrainingSet:
    """Draw rows whose label hangs on whether two columns agree: nothing for a scorecard."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 3)).astype(np.float32)
    agree = (values[:, 0] > 0) == (values[:, 1] > 0)
    chance = 1.0 / (1.0 + np.exp(-strength * (agree - 0.5)))
    return TrainingSet(
        values=values,
        label=(rng.random(rows) < chance).astype(np.float64),
        lead=np.arange(rows, dtype=np.int64),
        cutoff=np.zeros(rows, dtype=np.int64),
        names=("a", "b", "c"),
        categorical=np.zeros(3, dtype=np.bool_),
    )


def test_trees_join_where_they_pay_and_only_there() -> None:
    assert fit_model.fit(crossed(3000, 0), SETTINGS).booster is not None
    assert fit_model.fit(crossed(3000, 0, strength=0.0), SETTINGS).booster is None


def pays(right: int, wrong: int, *, rows_a_lead: int = 1, distinct: bool = False) -> bool:
    """Return whether a margin wins that is right for some leads and wrong for others."""
    leads = right + wrong
    label = np.repeat(np.arange(leads) % 2 * 1.0, rows_a_lead)
    side = np.repeat(np.where(np.arange(leads) < right, 1.0, -1.0), rows_a_lead)
    lead = np.arange(len(label)) // (1 if distinct else rows_a_lead)
    rows = replace(crossed(len(label), 0), label=label, lead=lead)
    margin = 0.02 * side * (2.0 * label - 1.0)
    return beats(0.5, np.zeros(len(label)), margin, rows)


def test_a_gain_that_luck_explains_is_none() -> None:
    assert pays(65, 35)
    assert not pays(52, 48)
    assert not pays(52, 48, rows_a_lead=10)
    assert pays(52, 48, rows_a_lead=10, distinct=True), "the planted fault: a row is a witness"


def test_many_rows_are_judged_on_two_folds() -> None:
    rows = crossed(3000, 1)
    few = replace(SETTINGS, max_judged_rows=1000)
    fold = folds_by_lead(rows.lead, rows.label, few.folds, 0)
    plan, margin = combine.decide(rows, Folds(fold), (few, None, 0))
    np.testing.assert_array_equal(np.isnan(margin), fold < 1)
    assert plan.trees > 0
    assert fit_model.fit(rows, few).booster is not None


def test_the_penalty_is_weakened_until_the_loss_rises() -> None:
    rows = crossed(600, 2, strength=0.0)
    folds = Folds(folds_by_lead(rows.lead, rows.label, SETTINGS.folds, 0))
    penalty, margin = choose_penalty(rows, folds, (SETTINGS, None, 0))
    assert penalty == max(SETTINGS.scorecard.penalties)
    assert margin is not None
    drawn = replace(SETTINGS, scorecard=replace(SETTINGS.scorecard, max_choice_rows=300))
    assert choose_penalty(rows, folds, (drawn, None, 0))[1] is None


def test_threads_do_not_change_the_model() -> None:
    rows = crossed(2000, 3)
    one = replace(SETTINGS, booster=replace(SETTINGS.booster, threads=1))
    first, second = fit_model.fit(rows, one), fit_model.fit(rows, SETTINGS)
    np.testing.assert_array_equal(first.margin(rows.values), second.margin(rows.values))
