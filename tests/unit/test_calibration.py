"""Calibration helps when it must, stays away when it need not, and is plain data."""

import json

import numpy as np
import pytest

from models import calibration
from models.calibration import Calibration, expit
from models.settings import CalibrationSettings

KINDS: list[calibration.Kind] = ["none", "sigmoid", "beta", "isotonic"]


def drawn(n: int, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Margins that are `slope` times too steep."""
    source = np.random.default_rng(seed)
    true = source.normal(-1.5, 1.2, n)
    return true * slope, (source.random(n) < expit(true)).astype(float)


def chosen(margin: np.ndarray, label: np.ndarray) -> Calibration:
    return calibration.choose(margin, label, np.arange(len(label)), CalibrationSettings(), seed=0)


def test_a_calibrated_margin_is_left_alone() -> None:
    assert [chosen(*drawn(2000, 1.0, seed)).kind for seed in range(3)] == ["none"] * 3


def test_a_steep_margin_is_made_flat() -> None:
    margin, label = drawn(4000, 2.5)
    curve = chosen(margin, label)
    assert curve.kind != "none"
    later_margin, later_label = drawn(4000, 2.5, seed=1)
    before = calibration.log_losses(expit(later_margin), later_label).mean()
    after = calibration.log_losses(curve.probability(later_margin), later_label).mean()
    best = calibration.log_losses(expit(later_margin / 2.5), later_label).mean()
    assert after < before - 0.02
    assert after < best + 0.005


def test_with_few_conversions_nothing_is_tried() -> None:
    margin, label = drawn(150, 4.0)
    assert 0 < label.sum() < CalibrationSettings().min_conversions
    assert chosen(margin, label) == Calibration()


def test_repeated_rows_of_a_lead_are_not_evidence() -> None:
    margin, label = drawn(300, 1.6, seed=4)
    times = 40
    settings = CalibrationSettings(min_conversions=10)
    many, labels = np.repeat(margin, times), np.repeat(label, times)
    by_lead = calibration.choose(many, labels, np.repeat(np.arange(300), times), settings, seed=0)
    as_rows = calibration.choose(many, labels, np.arange(300 * times), settings, seed=0)
    assert as_rows.kind == "isotonic"  # fits the repeated noise
    assert by_lead.kind != "isotonic"


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_from_json_to_the_bit(kind: calibration.Kind) -> None:
    margin, label = drawn(500, 2.0)
    curve = calibration.fit(kind, margin, label)
    again = Calibration.from_json(json.loads(json.dumps(curve.to_json())))
    assert again == curve
    assert np.array_equal(again.probability(margin), curve.probability(margin))


def test_isotonic_never_says_certainly() -> None:
    margin, label = drawn(500, 1.0)
    probability = calibration.fit("isotonic", margin, label).probability(np.array([-50.0, 50.0]))
    assert 0 < probability[0] < probability[1] < 1
