"""Scores are percents of the reference population; bands are cut at stated scores."""

import json

import numpy as np
import pytest

from features.errors import BadParams, NotEnoughEvidence
from models.model.reference import BANDS, Reference, learn
from models.model.settings import BandSettings


def test_a_score_is_the_percent_of_the_population_below() -> None:
    people = np.random.default_rng(0).normal(size=5000)
    reference = learn(people)
    for margin in (-1.0, 0.0, 0.7, 2.0):
        exact = 100.0 * (people < margin).mean()
        assert reference.score(np.array([margin]))[0] == pytest.approx(exact, abs=0.11)
    assert len(reference.margin) <= 1001


def test_ties_count_as_not_below() -> None:
    reference = learn(np.array([1.0, 1.0, 1.0, 2.0]))
    np.testing.assert_array_equal(reference.score(np.array([0.0, 1.0, 2.0, 3.0])), [0, 0, 75, 100])


def test_a_higher_margin_never_has_a_lower_score() -> None:
    rng = np.random.default_rng(1)
    reference = learn(rng.choice(rng.normal(size=40), size=3000))
    margins = np.sort(rng.normal(size=2000))
    assert (np.diff(reference.score(margins)) >= 0).all()


def test_bands_are_cut_at_the_thresholds() -> None:
    reference = learn(np.arange(100.0), BandSettings(hot=80.0, warm=50.0))
    codes = reference.band(np.array([0.0, 49.9, 50.0, 79.9, 80.0, 100.0]))
    assert [BANDS[code] for code in codes] == ["cold", "cold", "warm", "warm", "hot", "hot"]


def test_a_reference_comes_back_from_json_to_the_bit() -> None:
    reference = learn(np.random.default_rng(2).normal(size=3000), BandSettings(95.0, 70.0))
    again = Reference.from_json(json.loads(json.dumps(reference.to_json())))
    np.testing.assert_array_equal(again.margin, reference.margin)
    np.testing.assert_array_equal(again.below, reference.below)
    assert (again.population, again.bands) == (3000, BandSettings(95.0, 70.0))


def test_an_empty_population_is_refused() -> None:
    with pytest.raises(NotEnoughEvidence, match="no open leads"):
        learn(np.empty(0))


@pytest.mark.parametrize(("hot", "warm"), [(50.0, 60.0), (101.0, 60.0), (90.0, -1.0)])
def test_thresholds_out_of_order_are_refused(hot: float, warm: float) -> None:
    with pytest.raises(BadParams, match="0 <= warm <= hot <= 100"):
        BandSettings(hot=hot, warm=warm)
