"""Reasons are proven, supported, ranked, worded and counted; noise is never one."""

from dataclasses import replace

import numpy as np
import pytest

from features.build import FeatureFrame
from features.catalog.catalog import Vocabulary
from features.errors import CatalogMismatch
from models.explain.concepts import Concepts
from models.explain.proof import concept_proof, learn_evidence
from models.explain.proof.concept_proof import HeldOut
from models.explain.settings import ProofSettings, ReasonSettings
from models.model.points import Points, Rule
from models.scoring.scorer import Scorer
from models.training import fit_model
from tests.small_model import SETTINGS, catalog, frame_of, rows, small_model


def test_what_matters_is_proven_and_planted_noise_is_not() -> None:
    proven = set(small_model().artifact.evidence.proven)
    assert proven == {"pricing", "recency", "industry"}


def test_planted_noise_never_shows_up() -> None:
    scores = Scorer(small_model().artifact, ReasonSettings(9, 9, 0, 0.0)).score(small_model().frame)
    shown = {reason.code for row in range(len(scores)) for reason in scores.reasons_of(row)}
    assert shown == {"pricing", "recency", "industry"}


def test_without_the_proof_noise_would_show_up() -> None:
    """The planted fault: all concepts are called proven."""
    artifact = small_model().artifact
    everything = replace(artifact.evidence, proven=Concepts.of(artifact.catalog).codes)
    careless = Scorer(replace(artifact, evidence=everything), ReasonSettings(9, 9, 0, 0.0))
    codes = careless.score(small_model().frame).to_frame()["reason_codes"].explode()
    assert codes.str.startswith("noise").any()


def test_labels_of_pure_noise_prove_nothing() -> None:
    small = small_model(labels_are_noise=True)
    assert small.artifact.evidence.proven == ()
    scores = Scorer(small.artifact).score(small.frame)
    assert (scores.selected.concept == -1).all()
    np.testing.assert_allclose(
        scores.remainder, scores.probability - scores.base_probability, atol=1e-15
    )


def test_the_proof_keeps_its_error_rate_when_halves_share_their_chance() -> None:
    """Cross-fitted linear noise: either half's contribution is learned from the other."""
    rng = np.random.default_rng(0)
    passed = []
    for _ in range(150):
        noise, label = rng.normal(size=(2, 300, 10)), (rng.random((2, 300)) < 0.3) * 1.0
        slope = [(noise[k] * (label[k][:, None] - 0.3)).mean(axis=0) for k in (0, 1)]
        parts = np.concatenate([noise[0] * slope[1], noise[1] * slope[0]])
        row = np.arange(600)
        held = HeldOut(parts, label.ravel(), row, row // 300, row % 3, row % 2)
        passed.append(concept_proof.proven(held, 0.05).any())
    assert np.mean(passed) < 0.05


def test_rows_of_one_lead_count_as_one_witness() -> None:
    rng = np.random.default_rng(1)
    part = rng.normal(size=500)
    label = (rng.random(500) < 1 / (1 + np.exp(-0.25 * part))).astype(np.float64)
    nought = np.zeros(500, dtype=np.int64)
    once = HeldOut(part[:, None], label, np.arange(500), nought, nought, nought)
    columns = (once.parts, label, once.lead, nought, nought, nought)
    tenfold = HeldOut(*(np.repeat(column, 10, axis=0) for column in columns))
    assert concept_proof.strength(tenfold)[0] == pytest.approx(
        concept_proof.strength(once)[0], rel=1e-6
    )


def test_what_only_grows_with_the_age_of_the_lead_is_not_proven() -> None:
    """A card sent to everyone every month foretells nothing but the age it counts."""
    rng = np.random.default_rng(2)
    age = rng.integers(0, 12, 6000)
    cards = rng.poisson(age) - 6.0
    label = (rng.random(6000) < 1 / (1 + np.exp(2 - 0.3 * age))).astype(np.float64)
    row, nought = np.arange(6000), np.zeros(6000, dtype=np.int64)
    among_like_ages = HeldOut(cards[:, None] * 0.1, label, row, row % 2, age, nought)
    assert not concept_proof.proven(among_like_ages, 0.05).any()
    among_all = replace(among_like_ages, age=nought)
    assert concept_proof.proven(among_all, 0.05).all(), (
        "the planted fault: ages are not distinguished"
    )
    of_age_itself = replace(among_like_ages, age_concept=0)
    assert concept_proof.proven(of_age_itself, 0.05).all()


def test_reasons_are_ranked_for_then_against() -> None:
    scores = Scorer(small_model().artifact).score(small_model().frame)
    contribution = scores.selected.contribution
    for_it, against = contribution[:, :3], contribution[:, 3:]
    assert (for_it >= 0).all()
    assert (against <= 0).all()
    assert (np.diff(for_it, axis=1) <= 0).all()
    assert (np.diff(np.abs(against), axis=1) <= 0).all()
    there = scores.selected.concept >= 0
    higher = np.maximum(scores.probability, scores.base_probability)
    assert (np.abs(contribution) >= ReasonSettings().least * higher[:, None])[there].all()


def test_a_reason_equals_its_concepts_contribution() -> None:
    small = small_model()
    scorer = Scorer(small.artifact)
    scores, parts = scorer.score(small.frame), scorer.concept_contributions(small.frame.values)
    selected = scores.selected
    for row, place in zip(*np.nonzero(selected.concept >= 0), strict=True):
        assert selected.contribution[row, place] == parts[row, selected.concept[row, place]]
        leading = int(selected.feature[row, place])
        assert scorer.concepts.of_feature[leading] == selected.concept[row, place]


def test_evidence_is_counted_from_the_training_rows() -> None:
    small = small_model()
    binning = small.artifact.evidence.binning
    codes = binning.codes(small.rows.values)
    scores = Scorer(small.artifact).score(small.frame)
    own = binning.codes(small.frame.values)
    selected = scores.selected
    for row, place in list(zip(*np.nonzero(selected.concept >= 0), strict=True))[:40]:
        feature = int(selected.feature[row, place])
        same = codes[feature] == own[feature, row]
        same_rows = small.rows.take(same)
        expected = (same_rows.leads, same_rows.converted_leads)
        assert (selected.leads[row, place], selected.converted_leads[row, place]) == expected
        assert small.artifact.evidence.of(feature, float(selected.value[row, place])) == expected


def test_no_reason_is_shown_whose_support_is_too_small() -> None:
    small = small_model()
    demanding = Scorer(small.artifact, ReasonSettings(min_support=700)).score(small.frame)
    there = demanding.selected.concept >= 0
    assert there.any()
    assert (demanding.selected.leads[there] >= 700).all()
    usual = Scorer(small.artifact).score(small.frame)
    assert (usual.selected.leads[usual.selected.concept >= 0] < 700).any()
    np.testing.assert_array_equal(usual.probability, demanding.probability)


def test_sentences_are_made_from_the_leads_own_values() -> None:
    small = small_model()
    values = small.frame.values[:2].copy()
    values[:, :5] = [[3, 4, 2, 2, 50], [0, 0, 80, 1, np.nan]]
    scores = Scorer(small.artifact).score(FeatureFrame(small.frame.keys[:2], values, catalog()))
    hot, cold = ({r.code: r for r in scores.reasons_of(row)} for row in (0, 1))
    assert hot["industry"].sentence.ja == "業種: 金融"
    assert hot["pricing"].sentence.en in (
        "visits to the pricing page: 3",
        "visits to the pricing page: 4",
    )
    assert hot["pricing"].contribution > 0 > cold["pricing"].contribution
    assert hot["pricing"].points == 100 * hot["pricing"].contribution
    assert cold["pricing"].sentence.ja == "料金ページの閲覧なし"
    assert hot["pricing"].converted_leads / hot["pricing"].leads > 0.3


def test_the_table_says_the_same_as_the_single_lead() -> None:
    small = small_model()
    scores = Scorer(small.artifact).score(small.frame)
    frame = scores.to_frame(("ja", "en"))
    for row in range(50):
        reasons, record = scores.reasons_of(row), frame.iloc[row]
        assert record["reason_codes"] == [reason.code for reason in reasons]
        assert record["reason_contributions"] == [reason.contribution for reason in reasons]
        assert record["reasons_ja"] == [reason.sentence.ja for reason in reasons]
        assert record["reasons_en"] == [reason.sentence.en for reason in reasons]
        assert record["reason_leads"] == [reason.leads for reason in reasons]
        total = (
            record["base_probability"] + sum(record["reason_contributions"]) + record["remainder"]
        )
        assert total == pytest.approx(record["probability"], abs=1e-12)


def test_no_leads_are_no_scores() -> None:
    small = small_model()
    empty = FeatureFrame(small.frame.keys[:0], small.frame.values[:0], catalog())
    scores = Scorer(small.artifact).score(empty)
    assert len(scores) == 0
    assert len(scores.to_frame()) == 0


def test_features_of_another_catalog_are_refused() -> None:
    small = small_model()
    other = replace(catalog(), vocabulary=Vocabulary())
    with pytest.raises(CatalogMismatch, match="features of catalog"):
        Scorer(small.artifact).score(FeatureFrame(small.frame.keys, small.frame.values, other))


def test_hand_written_points_are_reasons_without_proof() -> None:
    taught = rows(1500, 3)
    nobody_yet = replace(taught, label=np.zeros(1500))
    points = Points((Rule(0, 1.5, low=2.0),))
    model = fit_model.fit(nobody_yet, SETTINGS, points)
    evidence = learn_evidence.learn(nobody_yet, model, catalog(), (SETTINGS, points, 0))
    assert evidence.proven == ("pricing",)
    artifact = replace(small_model().artifact, model=model, evidence=evidence)
    scores = Scorer(artifact).score(frame_of(taught))
    week = taught.values[:, 0]
    assert (scores.selected.contribution[week >= 2, 0] > 0).all()
    assert (scores.selected.converted_leads == 0).all()


def test_too_few_outcomes_prove_nothing() -> None:
    taught = rows(3000, 0).take(np.arange(60))
    model = fit_model.fit(taught, SETTINGS)
    evidence = learn_evidence.learn(taught, model, catalog(), (SETTINGS, None, 0), ProofSettings())
    assert evidence.proven == ()
