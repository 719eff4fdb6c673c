"""How many leads will convert: the distribution is exact, and doubt in the model widens it."""

from itertools import product

import numpy as np
import pytest

from models.model.interval import ProbabilityInterval
from serve.insight.expected import counts, expected

SURE = ProbabilityInterval(covariance=((0.0,) * 3,) * 3, period=0.0)


def enumerated(probability: np.ndarray) -> np.ndarray:
    result = np.zeros(len(probability) + 1)
    for won in product((0, 1), repeat=len(probability)):
        result[sum(won)] += np.prod(np.where(won, probability, 1 - probability))
    return result


def test_the_distribution_is_that_of_every_outcome_counted_out() -> None:
    probability = np.array([0.9, 0.02, 0.4, 0.4, 0.7])
    assert counts(probability[None, :])[0] == pytest.approx(enumerated(probability), abs=1e-15)
    wrong = enumerated(np.full(5, probability.mean()))
    assert counts(probability[None, :])[0] != pytest.approx(wrong, abs=1e-3)


def test_with_a_sure_model_the_interval_is_chance_alone() -> None:
    result = expected(np.full(100, 0.2), SURE)
    assert result == pytest.approx((20.0, 15, 25))


def test_doubt_widens_and_everything_stays_possible() -> None:
    probability = np.full(100, 0.2)
    doubtful = expected(probability, ProbabilityInterval())
    assert doubtful.low < 15
    assert doubtful.high > 25
    assert expected(np.array([0.5]), SURE) == (0.5, 0, 1)
    assert expected(np.array([0.0, 1.0]), SURE) == (1.0, 1, 1)


def test_the_interval_holds_the_count_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    probability = random.beta(1, 4, 60)
    result = expected(probability, SURE)
    won = (random.random((4_000, 60)) < probability).sum(axis=1)
    held = np.mean((result.low <= won) & (won <= result.high))
    assert 0.8 <= held < 0.93


def test_leads_are_moved_to_the_ends_of_the_models_own_interval() -> None:
    doubtful, probability = ProbabilityInterval(), np.array([0.02, 0.2, 0.6])
    low, high, _ = doubtful.of(probability)
    ends = doubtful.moved(probability, np.array([-1.6448536269514722, 1.6448536269514722]))
    assert ends == pytest.approx(np.array([low, high]))
