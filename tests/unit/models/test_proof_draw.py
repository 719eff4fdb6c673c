"""The rows of a proof: as many leads that converted as there is room for, and no noise proven."""

import numpy as np

from models.explain.proof import concept_proof
from models.explain.proof.concept_proof import HeldOut
from models.explain.proof.proof_draw import draw_by_outcome
from models.stats.training_set import TrainingSet

NAMES = ("a", "b", "c", "d", "e", "f")


def company(leads: int, converted: int, seed: int = 0) -> TrainingSet:
    """Make rows of leads, five each; the last row of those that convert says so."""
    rng = np.random.default_rng(seed)
    lead = np.repeat(np.arange(leads), 5)
    label = np.zeros(len(lead))
    winners = rng.permutation(leads)[:converted]
    label[winners * 5 + 4] = 1.0
    values = rng.normal(size=(len(lead), len(NAMES))).astype(np.float32)
    categorical = np.zeros(len(NAMES), np.bool_)
    return TrainingSet(values, label, lead, np.arange(len(lead)), NAMES, categorical)


def test_half_of_the_rows_are_of_leads_that_converted() -> None:
    whole = company(leads=4000, converted=800)
    drawn = whole.take(draw_by_outcome(whole, 4000, seed=1))
    assert 3400 < len(drawn) < 4600
    won = np.isin(drawn.lead, drawn.lead[drawn.label == 1.0])
    assert 0.42 < won.mean() < 0.58
    assert np.bincount(drawn.lead)[np.unique(drawn.lead)].tolist() == [5] * drawn.leads


def test_few_leads_that_converted_are_all_there() -> None:
    whole = company(leads=4000, converted=100)
    drawn = whole.take(draw_by_outcome(whole, 4000, seed=1))
    assert drawn.conversions == 100
    assert 3400 < len(drawn) < 4600
    few_others = company(leads=1000, converted=950)
    drawn = few_others.take(draw_by_outcome(few_others, 4000, seed=1))
    assert len(drawn) - 5 * drawn.converted_leads == 250, "all others, when they are fewer"


def test_nothing_is_drawn_where_all_fit() -> None:
    whole = company(leads=100, converted=10)
    assert draw_by_outcome(whole, 500, seed=0).tolist() == list(range(500))


def test_a_draw_by_outcome_proves_no_noise() -> None:
    passed = []
    for seed in range(150):
        whole = company(leads=600, converted=60, seed=seed)
        drawn = whole.take(draw_by_outcome(whole, 900, seed))
        noise = drawn.values.astype(np.float64)
        none = np.zeros(len(drawn), dtype=np.int64)
        held = HeldOut(noise, drawn.label, drawn.lead, drawn.lead % 2, none, none)
        passed.append(concept_proof.proven(held, 0.05).any())
    assert np.mean(passed) < 0.1
