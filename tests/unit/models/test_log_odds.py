"""Log-odds and the estimate of their error, against cases worked by hand and scipy's optimiser."""

import numpy as np
import pytest
from scipy.optimize import minimize

from models.stats import log_odds

DEVIATIONS = (0.5, 0.2, 0.1)


def outcomes(rows: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    source = np.random.default_rng(11)
    z = source.normal(-1.0, 1.5, rows)
    label = (source.random(rows) < log_odds.expit(0.4 + 0.8 * z)).astype(float)
    return np.repeat(z, 2), np.repeat(label, 2), np.repeat(np.arange(rows), 2)


def test_log_odds_and_probabilities_turn_into_each_other() -> None:
    z = np.array([-700.0, -2.0, 0.0, 3.0])
    probability = log_odds.expit(z)
    np.testing.assert_allclose(probability[1:], 1 / (1 + np.exp(-z[1:])), rtol=1e-12)
    assert 0 < probability[0] < 1e-300
    np.testing.assert_allclose(log_odds.logit(probability[1:]), z[1:], rtol=1e-9)
    np.testing.assert_allclose(log_odds.logit(np.array([0.0, 1.0])), [-27.631, 27.631], atol=1e-3)


def test_distances_from_the_center_by_hand() -> None:
    parts = log_odds.powers(np.array([1.0, 4.0]), 2.0)
    assert parts.tolist() == [[1.0, -1.0, 1.0], [1.0, 2.0, 4.0]]
    error = log_odds.LogOddsError(2.0, np.array([0.5, 1.0, 0.25]), np.eye(3), 1.0)
    assert error.at(np.array([4.0])).tolist() == [4.0 + 0.5 + 2.0 + 1.0]


def test_the_design_effect_by_hand() -> None:
    residual = np.array([0.5, 0.5, -0.5])
    assert log_odds.design_effect(residual, np.array([7, 7, 9])) == pytest.approx(1.25 / 0.75)
    assert log_odds.design_effect(residual, np.arange(3)) == 1.0
    assert log_odds.design_effect(residual, np.array([7, 9, 9])) == 1.0  # never below one


def test_the_estimate_is_the_mode_of_the_posterior() -> None:
    z, label, lead = outcomes()
    error = log_odds.estimate_error(z, label, lead, DEVIATIONS)
    probability = log_odds.expit(z)
    weight = probability * (1 - probability)
    assert error.center == pytest.approx(float((z * weight).sum() / weight.sum()))
    assert error.repeated == log_odds.design_effect(label - probability, lead) > 1
    far = z - error.center

    def loss(curve: np.ndarray) -> float:
        margin = z + curve[0] + curve[1] * far + curve[2] * far**2
        likelihood = np.sum(label * margin - np.logaddexp(0, margin)) / error.repeated
        return float(np.sum((curve / np.array(DEVIATIONS)) ** 2) / 2 - likelihood)

    peer = minimize(loss, np.zeros(3), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    np.testing.assert_allclose(error.likely, peer.x, atol=1e-5)
    assert loss(error.likely) <= loss(peer.x) + 1e-9


def test_the_covariance_is_the_inverse_curvature_of_the_posterior() -> None:
    z, label, lead = outcomes()
    error = log_odds.estimate_error(z, label, lead, DEVIATIONS)
    parts = np.column_stack([np.ones_like(z), z - error.center, (z - error.center) ** 2])
    expected = log_odds.expit(error.at(z))
    information = (parts.T * (expected * (1 - expected))) @ parts / error.repeated
    information += np.diag(1 / np.array(DEVIATIONS) ** 2)
    np.testing.assert_allclose(error.covariance, np.linalg.inv(information), rtol=1e-5)


def test_without_outcomes_the_error_is_that_of_the_prior() -> None:
    z, _, lead = outcomes(2)
    error = log_odds.estimate_error(z, log_odds.expit(z) + 1e-9, lead, DEVIATIONS)
    np.testing.assert_allclose(error.likely, 0.0, atol=1e-6)
    wide = log_odds.estimate_error(z, np.array([0.0, 0.0, 1.0, 0.0]), np.arange(4), DEVIATIONS)
    assert (np.diag(wide.covariance) <= np.array(DEVIATIONS) ** 2).all()


def test_far_log_odds_converge() -> None:
    z = np.array([-30.0, -20.0, 15.0, 30.0] * 5)
    label = np.array([1.0, 0.0, 0.0, 1.0] * 5)
    error = log_odds.estimate_error(z, label, np.arange(20), (3.0, 1.0, 0.5))
    assert np.isfinite(error.likely).all()
    margin = error.at(z)
    best = np.sum(np.logaddexp(0, margin) - label * margin)
    assert best < np.sum(np.logaddexp(0, z) - label * z)
