"""What stands for the time is not worth to stay: it is judged on later rows, moment by moment."""

from functools import cache

import numpy as np
import pytest

from features.catalog.catalog import Catalog, Vocabulary
from features.feature import Text
from features.timeline import DAY
from models.explain.proof import held_out_loss, learn_evidence, nameable_model
from models.explain.proof.held_out_loss import Harm, harm
from models.explain.settings import ProofSettings
from models.model.lead_model import LeadModel
from models.model.settings import BoosterSettings, TrainSettings
from models.stats.training_set import TrainingSet
from models.training import fit_model
from models.training.time import time_proxies
from models.training.time.moments import level, moments
from tests.small_model import _feature

ROWS = 8000
HOW = (TrainSettings(horizon_days=1.0, folds=3, booster=BoosterSettings(max_trees=5)), None, 0)
INDEX, MOBILE, HOT = np.eye(3, dtype=bool)


@cache
def moving() -> TrainingSet:
    """Draw rows over 400 days: an index, a telephone that later rows have more often, a signal.

    Within a moment those with the new telephone convert as often as the others.
    """
    rng = np.random.default_rng(0)
    day = np.sort(rng.integers(0, 400, ROWS))
    hot = rng.normal(size=ROWS)
    mobile = rng.random(ROWS) < 0.1 + 0.8 * (day / 400.0)
    base = -2.5 + 2.0 * (day / 400.0)
    chance = 1.0 / (1.0 + np.exp(-base - 0.8 * hot))
    values = np.column_stack([day + rng.normal(size=ROWS) * 0.1, mobile, hot])
    return TrainingSet(
        values=values.astype(np.float32),
        label=(rng.random(ROWS) < chance).astype(np.float64),
        lead=np.arange(ROWS),
        cutoff=day.astype(np.int64) * DAY,
        names=("profile__index", "profile__mobile", "profile__hot"),
        categorical=np.array([False, False, False]),
    )


def catalog() -> Catalog:
    names = (name.partition("__")[2] for name in moving().names)
    features = [_feature(f"profile__{name}", "number", name, Text(name, name)) for name in names]
    return Catalog(tuple(features), Vocabulary((), ()))


@cache
def model() -> LeadModel:
    return fit_model.fit(moving(), HOW[0])


def harm_without(columns: np.ndarray) -> Harm:
    rows = fit_model.learnable(moving(), HOW[0], 0)
    return harm(rows, time_proxies.without(rows, columns), model(), HOW)


def test_what_is_learnable_stays_so() -> None:
    once = fit_model.learnable(moving(), HOW[0], 0)
    assert not once.values[:, 0].any()
    np.testing.assert_array_equal(fit_model.learnable(once, HOW[0], 0).values, once.values)


def test_a_stand_in_for_the_time_may_go_and_a_signal_may_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert min(cost.in_errors for cost in harm_without(HOT)) > 5.0
    assert max(cost.in_errors for cost in harm_without(MOBILE)) <= 0.5
    monkeypatch.setattr(held_out_loss, "level", lambda margin, *_: margin)
    assert harm_without(MOBILE).log_loss.in_errors > 2.0, (
        "the planted fault: the base rate of a moment is credited"
    )


def test_rows_are_judged_by_models_of_earlier_ones_alone() -> None:
    rows, embargo = moving(), DAY
    parts = list(held_out_loss._later(rows, HOW[0]))
    assert len(parts) == held_out_loss.QUARTERS - 1
    for learned, judged in parts:
        assert rows.cutoff[learned].max() + embargo <= rows.cutoff[judged].min()
    few = rows.take(np.arange(0, ROWS, 20))
    assert not list(held_out_loss._later(few, HOW[0])), "folds of few leads are drawn"


def test_margins_are_shifted_to_the_base_rate_of_each_moment() -> None:
    rows = moving()
    shifted = 1.0 / (1.0 + np.exp(-level(np.zeros(ROWS), rows.label, moments(rows))))
    for third in np.array_split(np.arange(ROWS), 3):
        assert shifted[third].mean() == pytest.approx(rows.label[third].mean(), abs=0.03)
    assert np.ptp(shifted) > 0.2


def test_the_proof_is_of_what_the_model_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that the model does not know takes no credit, and none from others."""
    evidence = learn_evidence.learn(moving(), model(), catalog(), HOW)
    assert evidence.strength["index"] == 0.0
    assert evidence.proven == ("hot",)
    monkeypatch.setattr(fit_model, "learnable", lambda rows, *_: rows)
    another = learn_evidence.learn(moving(), model(), catalog(), HOW)
    assert another.strength["index"] > 2.0, "the planted fault: another model is proven"


def test_what_cannot_be_named_is_left_out_of_the_model() -> None:
    everything = ProofSettings(least_unnamed=0.0)
    named = nameable_model.leave_out(moving(), model(), catalog(), HOW, everything)
    assert named.evidence.proven == ("hot",)
    assert named.silenced == 2
    moved = moving().values.copy()
    moved[:, :2] = moved[::-1, :2]
    np.testing.assert_array_equal(named.model.margin(moved), named.model.margin(moving().values))
