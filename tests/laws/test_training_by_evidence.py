"""Held-out data decide: trees where they help, none where not, and no cliff when data are few."""

from dataclasses import replace

import numpy as np
import pytest

from features.timeline import DAY
from models.explain import scorecard_parts
from models.model import scorecard
from models.model.lead_model import LeadModel
from models.model.points import Points, Rule
from models.model.settings import BoosterSettings, TrainSettings
from models.stats import metrics
from models.stats.training_set import TrainingSet
from models.training import fit_model

SETTINGS = TrainSettings(
    horizon_days=30.0, booster=BoosterSettings(max_trees=80, learning_rate=0.1, threads=1)
)


def world(n: int, margin_of: str, seed: int = 0, noise: int = 4) -> TrainingSet:
    source = np.random.default_rng(seed)
    signal = source.normal(size=(n, 2))
    margins = {
        "linear": -1.0 + signal @ np.array([1.0, -0.7]),
        "interaction": -0.5 + 2.0 * np.sign(signal[:, 0] * signal[:, 1]),
        "nothing": np.full(n, -1.0),
    }
    chance = 1 / (1 + np.exp(-margins[margin_of]))
    values = np.column_stack([signal, source.normal(size=(n, noise))]).astype(np.float32)
    return TrainingSet(
        values=values,
        label=(source.random(n) < chance).astype(float),
        lead=np.arange(n),
        cutoff=np.zeros(n, dtype=np.int64),
        names=tuple(f"x{i}" for i in range(2 + noise)),
        categorical=np.zeros(2 + noise, dtype=np.bool_),
    )


def quality(model: LeadModel, test: TrainingSet) -> tuple[float, float]:
    probability = model.probability(test.values)
    return metrics.auc(label=test.label, probability=probability), metrics.log_loss(
        label=test.label, probability=probability
    )


def test_trees_stay_where_features_interact() -> None:
    model = fit_model.fit(world(1500, "interaction"), SETTINGS)
    assert model.evidence_level == "scorecard_and_trees"
    test = world(3000, "interaction", seed=1)
    alone = metrics.auc(label=test.label, probability=model.scorecard.margin(test.values))
    assert quality(model, test)[0] > alone + 0.2


def test_nothing_is_learned_where_nothing_is_to_be_learned() -> None:
    rows, test = world(1500, "nothing"), world(3000, "nothing", seed=1)
    model = fit_model.fit(rows, SETTINGS)
    flat = metrics.log_loss(label=test.label, probability=np.full(len(test), rows.label.mean()))
    assert quality(model, test)[1] < flat + 0.004


def test_a_linear_world_does_not_suffer_from_trees() -> None:
    rows, test = world(1500, "linear"), world(3000, "linear", seed=1)
    model = fit_model.fit(rows, SETTINGS)
    card = replace(model, booster=None, weights=replace(model.weights, scorecard=1.0, shift=0.0))
    assert quality(model, test)[1] < quality(card, test)[1] + 0.002


@pytest.mark.parametrize("conversions", [0, 1, 5, 10, 25])
def test_few_conversions_still_make_a_model_that_is_not_worse_than_none(conversions: int) -> None:
    rows = world(800, "linear", seed=2)
    keep = np.concatenate(
        [np.flatnonzero(rows.label == 0), np.flatnonzero(rows.label == 1)[:conversions]]
    )
    few = rows.take(np.sort(keep))
    model = fit_model.fit(few, SETTINGS)
    assert model.counts.conversions == conversions
    assert (model.evidence_level == "points_only") == (conversions == 0)
    probability = model.probability(few.values)
    assert ((probability > 0) & (probability < 1)).all()
    flat = np.full(len(few), max(conversions, 0.05) / len(few))
    gained = metrics.log_loss(label=few.label, probability=flat) - metrics.log_loss(
        label=few.label, probability=probability
    )
    assert gained > -0.002
    if conversions >= 10:
        assert quality(model, world(2000, "linear", seed=3))[0] > 0.6


@pytest.mark.parametrize("conversions", [1, 10, 19])
def test_points_stand_alone_until_there_is_enough_to_correct_them(
    conversions: int,
) -> None:
    rows = world(800, "linear", seed=2)
    keep = np.append(np.flatnonzero(rows.label == 0), np.flatnonzero(rows.label == 1)[:conversions])
    few, by_hand_points = rows.take(np.sort(keep)), Points((Rule(0, 1.0, low=0.0),))
    by_hand = scorecard.from_points(few, by_hand_points).margin(rows.values)
    model = fit_model.fit(few, SETTINGS, by_hand_points)
    assert model.calibration.kind == "none"
    assert np.array_equal(model.margin(rows.values), by_hand)
    assert not np.allclose(
        fit_model.fit(rows, SETTINGS, by_hand_points).margin(rows.values), by_hand
    )


def test_with_no_rows_at_all_the_points_rank() -> None:
    rows = world(5, "linear")
    model = fit_model.fit(rows.take(np.arange(0)), SETTINGS, Points((Rule(0, 1.0, low=0.0),)))
    margin = model.margin(np.array([[-1.0] + [0.0] * 5, [1.0] + [0.0] * 5], dtype=np.float32))
    assert model.evidence_level == "points_only"
    assert margin[1] - margin[0] == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_model() -> None:
    rows, values = world(600, "interaction"), world(50, "linear", seed=9).values
    first, second = (fit_model.fit(rows, SETTINGS, seed=4) for _ in range(2))
    assert np.array_equal(first.margin(values), second.margin(values))
    assert first.to_json() == second.to_json()


def test_it_comes_back_from_plain_data_to_the_bit() -> None:
    rows = world(1000, "interaction")
    model = fit_model.fit(rows, SETTINGS)
    assert model.booster is not None
    again = LeadModel.from_json(model.to_json(), model.booster.text)
    assert np.array_equal(again.probability(rows.values), model.probability(rows.values))
    assert again.base_margin == model.base_margin


def test_scorecard_and_tree_contributions_sum_to_the_margin() -> None:
    rows = world(1000, "interaction")
    model = fit_model.fit(rows, SETTINGS)
    assert model.booster is not None
    trees = model.booster.model.predict(rows.values, pred_contrib=True)[:, :-1]
    parts = model.weights.scorecard * scorecard_parts.contributions(model.scorecard, rows.values)
    total = model.base_margin + (parts + model.weights.trees * trees).sum(axis=1)
    assert np.allclose(total, model.margin(rows.values), atol=1e-6)


def test_calibration_follows_the_later_rows() -> None:
    """The base rate doubles: out of fold the margin looks true, on later rows it is too low."""
    rows = world(4000, "linear", seed=5)
    source = np.random.default_rng(0)
    day = source.integers(0, 400, len(rows))
    fewer = (day < 300) & (source.random(len(rows)) < 0.7)
    dated = replace(rows, label=np.where(fewer, 0.0, rows.label), cutoff=day * DAY)
    settings = replace(SETTINGS, booster=replace(SETTINGS.booster, max_trees=20))
    undated = fit_model.fit(replace(dated, cutoff=np.zeros_like(day)), settings)
    model = fit_model.fit(dated, settings)
    assert undated.calibration.kind == "none"
    assert model.calibration.kind != "none"
    later = dated.take(day >= 330)
    gap = abs(model.probability(later.values).mean() - later.label.mean())
    assert gap < abs(undated.probability(later.values).mean() - later.label.mean())


def test_a_model_taught_by_few_rows_does_not_calibrate_that_of_all() -> None:
    """A third of the rows lie before the embargo: they cannot speak for all."""
    rows = world(3000, "linear", seed=5)
    day = np.arange(len(rows)) * 200 // len(rows)
    dated = replace(rows, cutoff=day * DAY)
    long, short = (replace(SETTINGS, horizon_days=days) for days in (80.0, 20.0))
    assert fit_model._time_slice(dated, long) is None
    earlier, later = fit_model._time_slice(dated, short) or (None, None)
    assert earlier is not None
    assert later is not None
    assert earlier.sum() >= 0.5 * len(rows)
    assert day[later].min() - day[earlier].max() >= 20
