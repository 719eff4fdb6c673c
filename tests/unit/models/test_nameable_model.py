"""What moves the probability can be named: families are proven, the rest is left out, or stays."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from features.catalog.catalog import Catalog, CatalogSettings, Vocabulary
from features.feature import Text
from features.views import engagement
from models.artifact.artifact import Artifact
from models.explain.concepts import Concepts
from models.explain.families import families, family_code
from models.explain.proof import concept_proof, held_out_loss, learn_evidence, nameable_model
from models.explain.proof.concept_proof import HeldOut
from models.explain.proof.held_out_loss import harm
from models.explain.proof.nameable_model import Nameable, unnamed
from models.explain.settings import ProofSettings, ReasonSettings
from models.model import reference
from models.scoring.scorer import Scorer
from models.stats.training_set import Floats
from models.training.gain import standard_errors
from models.training.time import time_proxies
from tests.small_model import SETTINGS, catalog, frame_of, rows, small_model

FEW = ProofSettings(min_conversions=1, most_harm=0.02)
"""Of 3,000 rows nobody can tell a smaller share than this."""


def cross_fitted(slopes: Floats, seed: int, count: int = 1500) -> HeldOut:
    """Explain each half of some rows by slopes that were learned on the other."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, count, len(slopes)))
    label = (rng.random((2, count)) < 1.0 / (1.0 + np.exp(1.0 - x @ slopes))) * 1.0
    learned = [(x[k] * (label[k] - label[k].mean())[:, None]).mean(axis=0) for k in (0, 1)]
    row = np.arange(2 * count)
    parts = np.concatenate([x[0] * learned[1], x[1] * learned[0]])
    return HeldOut(parts, label.ravel(), row, row // count, row * 0, row * 0)


def test_weak_signs_of_one_kind_are_proven_together() -> None:
    alone = together = 0
    for seed in range(20):
        held = cross_fitted(np.array([0.13] * 8 + [0.0] * 8), seed)
        alone += concept_proof.proven(held, 0.01)[:8].any()
        family = np.repeat([0, 1], 8)
        together += concept_proof.proven(concept_proof.summed(held, family, 2), 0.01)[0]
    assert together >= 16
    assert alone <= together - 5


def test_a_family_of_noise_is_proven_at_most_as_often_as_stated() -> None:
    passed = []
    for seed in range(200):
        held = cross_fitted(np.zeros(12), seed, 300)
        shown = concept_proof.proven(held, 0.05)
        family = np.where(shown, -1, np.repeat([0, 1, 2], 4))
        both = concept_proof.summed(held, family, 3)
        passed.append(shown.any() or concept_proof.proven(both, 0.05).any())
    assert np.mean(passed) < 0.1, "5 % for the concepts and 5 % for the families"


def test_a_proven_concept_is_no_part_of_its_family() -> None:
    held = cross_fitted(np.array([1.0, 0.0, 0.0]), 0)
    rest = concept_proof.summed(held, np.array([-1, 0, 0]), 1)
    np.testing.assert_allclose(rest.parts[:, 0], held.parts[:, 1] + held.parts[:, 2], atol=1e-12)
    assert not concept_proof.proven(rest, 0.01).any()
    everything = concept_proof.summed(held, np.array([0, 0, 0]), 1)
    assert concept_proof.proven(everything, 0.01).all(), "the planted fault: it counts twice"


def test_the_concept_of_the_age_stays_with_its_family() -> None:
    held = replace(cross_fitted(np.zeros(3), 0), age_concept=2)
    assert concept_proof.summed(held, np.array([0, 0, 1]), 2).age_concept == 1
    assert concept_proof.summed(held, np.array([0, 0, -1]), 2).age_concept == -1


@cache
def nameable() -> Nameable:
    return nameable_model.fit(rows(3000, 0), catalog(), (SETTINGS, None, 0), FEW)


def test_what_no_reason_names_does_not_move_the_probability() -> None:
    named = nameable()
    assert set(named.evidence.proven) == {"pricing", "recency", "industry"}
    silent = unnamed(catalog(), named.evidence.proven)
    assert named.silenced == silent.sum() == 7
    values = rows(400, 1).values
    other = values.copy()
    other[:, silent] = rows(400, 2).values[:, silent]
    np.testing.assert_array_equal(named.model.margin(values), named.model.margin(other))
    before = small_model().model
    assert not np.array_equal(before.margin(values), before.margin(other)), (
        "the planted fault: noise is left in the model"
    )


def test_nothing_is_left_unnamed() -> None:
    named = nameable()
    people = reference.learn(named.model.margin(rows(400, 1).values))
    artifact = Artifact(named.model, catalog(), people, named.evidence, {})
    scores = Scorer(artifact, ReasonSettings(9, 9, 0, 0.0)).score(frame_of(rows(400, 2)))
    assert np.abs(scores.remainder).max() < 1e-9
    moved = np.abs(scores.probability - scores.base_probability)
    assert moved.max() > 0.2


def test_columns_stay_where_the_proof_means_little() -> None:
    few = ProofSettings(min_conversions=100_000)
    named = nameable_model.fit(rows(600, 0), catalog(), (SETTINGS, None, 0), few)
    assert named.silenced == 0


def test_columns_stay_where_leaving_them_out_does_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the industry is called proven, so that most of what matters would be left out."""
    learn = learn_evidence.prove

    def strict(*arguments: object) -> learn_evidence.Proof:
        return replace(learn(*arguments), proven=("industry",))  # type: ignore[arg-type]

    monkeypatch.setattr(learn_evidence, "prove", strict)
    how = (SETTINGS, None, 0)
    assert nameable_model.fit(rows(1500, 0), catalog(), how, FEW).silenced == 0
    careless = replace(FEW, most_harm=1.0)
    assert nameable_model.fit(rows(1500, 0), catalog(), how, careless).silenced == 10, (
        "the planted fault: harm is not looked at"
    )


def test_harm_is_judged_by_lead() -> None:
    rise = np.random.default_rng(0).normal(0.1, 1.0, 400)
    lead = np.arange(400)
    once = standard_errors(rise, lead)
    assert 0.5 < once < 5.0
    assert standard_errors(-rise, lead) == -once
    assert standard_errors(np.repeat(rise, 10), np.repeat(lead, 10)) == pytest.approx(once)
    assert standard_errors(np.repeat(rise, 10), np.arange(4000)) > 2.0 * once, (
        "the planted fault: rows of a lead are taken as independent"
    )


def test_harm_of_a_model_without_a_plan_is_not_known() -> None:
    by_hand = replace(small_model().model, choices={})
    assert not harm(rows(200, 0), rows(200, 0), by_hand, (SETTINGS, None, 0)).is_small(1e9)


def test_harm_shows_where_a_column_matters_and_only_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    some, model = rows(3000, 0), small_model().model
    silent = unnamed(catalog(), nameable().evidence.proven)
    noise = harm(some, time_proxies.without(some, silent), model, (SETTINGS, None, 0))
    signal = harm(some, time_proxies.without(some, ~silent), model, (SETTINGS, None, 0))
    assert max(cost.in_errors for cost in noise) < 0.5
    assert min(cost.in_errors for cost in signal) > 3.0
    assert noise.is_small(FEW.most_harm)
    assert not signal.is_small(FEW.most_harm)
    most = ProofSettings().most_harm
    assert not noise.is_small(most), "so few rows cannot tell"
    monkeypatch.setattr(held_out_loss, "UPPER_END", 0.0)
    assert noise.is_small(most), "the planted fault: the estimate is taken for sure"


def of_calls() -> Catalog:
    """Return the features of two types of activity, one of them with a topic."""
    vocabulary = Vocabulary(("call", "form"), (("call", "answered"),))
    return Catalog(engagement.features(vocabulary, CatalogSettings()), vocabulary)


def test_a_family_is_a_reason_in_its_own_words() -> None:
    proven = ("engagement.call", "family.engagement.call", "family.engagement.form")
    concepts = Concepts.of(of_calls(), proven)
    at = {code: n for n, code in enumerate(concepts.codes)}
    assert "engagement.call" in at
    assert "engagement.call.answered" not in at, "it is a part of its family"
    assert "engagement.form" not in at
    assert concepts.labels[at["family.engagement.call"]] == Text(
        "Other signs: calls", "電話：その他の要因"
    )
    words = concepts.sentences[at["family.engagement.call"]]
    assert words is not None
    assert "answered" not in words.en + words.ja
    assert concepts.sentences[at["engagement.call"]] is None
    for feature, place in zip(of_calls().features, concepts.of_feature.tolist(), strict=True):
        own = feature.concept if feature.concept in at else family_code(feature)
        assert concepts.codes[place] == own


def test_without_proof_there_are_no_families() -> None:
    codes = Concepts.of(of_calls()).codes
    assert not set(codes) & set(families(of_calls()))
    assert codes == tuple(dict.fromkeys(one.concept for one in of_calls().features))


def test_the_sentence_of_a_family_names_none_of_its_features() -> None:
    small = small_model()
    evidence = replace(small.artifact.evidence, proven=("family.profile",))
    artifact = replace(small.artifact, evidence=evidence)
    scores = Scorer(artifact, ReasonSettings(9, 9, 0, 0.0)).score(small.frame)
    shown = [reason for row in range(50) for reason in scores.reasons_of(row)]
    assert {reason.code for reason in shown} == {"family.profile"}
    words = Text("Other signs, taken together: attributes", "属性：その他の要因の合計")
    assert {reason.sentence for reason in shown} == {words}
    there = scores.selected.concept >= 0
    assert set(scores.sentences("ja")[there]) == {words.ja}
    assert set(scores.sentences("ja")[~there]) == {""}
    total = scores.base_probability + scores.selected.contribution.sum(axis=1) + scores.remainder
    np.testing.assert_allclose(total, scores.probability, atol=1e-12)
