"""Calibration helps when it must, stays away when it need not, and is plain data."""

import json

import numpy as np
import pytest

from features.errors import BadInput
from models.model import calibration
from models.model.calibration import Calibration
from models.model.settings import CalibrationSettings
from models.stats.log_odds import expit, logit
from models.stats.metrics import log_losses
from models.training import calibration_choice

KINDS: list[calibration.Kind] = ["none", "sigmoid", "beta", "isotonic", "quadratic"]


def drawn(n: int, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Margins that are `slope` times too steep."""
    source = np.random.default_rng(seed)
    true = source.normal(-1.5, 1.2, n)
    return true * slope, (source.random(n) < expit(true)).astype(float)


def choose(
    margin: np.ndarray,
    label: np.ndarray,
    lead: np.ndarray,
    settings: CalibrationSettings | None = None,
    period: np.ndarray | None = None,
) -> Calibration:
    return calibration_choice.choose(
        margin, label, (lead, period), settings or CalibrationSettings(), seed=0
    )


def chosen(margin: np.ndarray, label: np.ndarray) -> Calibration:
    return choose(margin, label, np.arange(len(label)))


def test_a_calibrated_margin_is_left_alone() -> None:
    assert [chosen(*drawn(2000, 1.0, seed)).kind for seed in range(3)] == ["none"] * 3


def test_a_steep_margin_is_made_flat() -> None:
    margin, label = drawn(4000, 2.5)
    curve = chosen(margin, label)
    assert curve.kind != "none"
    later_margin, later_label = drawn(4000, 2.5, seed=1)
    before = log_losses(probability=expit(later_margin), label=later_label).mean()
    after = log_losses(probability=curve.probability(later_margin), label=later_label).mean()
    best = log_losses(probability=expit(later_margin / 2.5), label=later_label).mean()
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
    by_lead = choose(many, labels, np.repeat(np.arange(300), times), settings)
    as_rows = choose(many, labels, np.arange(300 * times), settings)
    assert as_rows.kind == "isotonic"  # fits the repeated noise
    assert by_lead.kind != "isotonic"


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_from_json_to_the_bit(kind: calibration.Kind) -> None:
    margin, label = drawn(500, 2.0)
    curve = calibration.fit(kind, margin, label)
    again = Calibration.from_json(json.loads(json.dumps(curve.to_json())))
    assert again == curve
    assert np.array_equal(again.probability(margin), curve.probability(margin))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_margin_that_overstates_at_both_ends_is_bent(seed: int) -> None:
    margin, _ = drawn(4000, 1.0, seed)
    true = expit(margin - 0.15 * (margin + 1.5) ** 2)
    label = (np.random.default_rng(100 + seed).random(4000) < true).astype(float)
    curve = chosen(margin, label)
    assert curve.kind == "quadratic"
    hottest = np.argsort(margin)[-80:]
    predicted, truth = curve.probability(margin[hottest]).mean(), true[hottest].mean()
    assert abs(predicted - truth) < 0.05
    assert expit(margin[hottest]).mean() - truth > 0.2


@pytest.mark.parametrize("bend", [-0.3, 0.3])
def test_a_quadratic_curve_goes_straight_on_where_it_would_turn(bend: float) -> None:
    curve = Calibration("quadratic", (-1.0, -1.2, 0.9, bend))
    step = 1e-4
    at = np.linspace(-9.0, 4.0, 400)
    slope = (logit(curve.probability(at + step)) - logit(curve.probability(at - step))) / (2 * step)
    least = calibration.LEAST * 0.9
    bent = 0.9 + 2.0 * bend * (at + 1.0)
    assert slope == pytest.approx(np.maximum(bent, least), abs=1e-3)


def test_isotonic_never_says_certainly() -> None:
    margin, label = drawn(500, 1.0)
    probability = calibration.fit("isotonic", margin, label).probability(np.array([-50.0, 50.0]))
    assert 0 < probability[0] < probability[1] < 1


def test_levels_that_differ_by_rounding_alone_do_not_lose_the_curve() -> None:
    """The two highest levels of these rows are both one third, but for the last bit."""
    outcomes = (
        "01100001010011001010001100011000010010010010001110"
        "11010000101100000110001000010010000010010000100000"
    )
    label = np.array([float(one) for one in outcomes])
    margin = np.arange(100.0)
    for twice in (13, 38, 57, 77, 89):
        margin[twice:] -= 1.0
    curve = calibration.fit("isotonic", margin, label)
    assert not np.isnan(curve.parameters).any()
    assert (np.diff(curve.parameters) >= 0.0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_moved_curve_has_moved_log_odds_and_the_same_order(kind: calibration.Kind) -> None:
    curve = calibration.fit(kind, *drawn(2000, 1.7))
    at = np.array(curve.at) if kind == "isotonic" else np.linspace(-6.0, 3.0, 200)
    before, after = curve.probability(at), curve.moved(0.7, 0.4).probability(at)
    assert logit(after) == pytest.approx(0.7 * logit(before) + 0.4)
    assert (np.diff(after) >= 0.0).all()


@pytest.mark.parametrize("slope", [0.0, -0.5, float("nan")])
def test_a_curve_is_never_turned_round(slope: float) -> None:
    with pytest.raises(BadInput, match="above 0"):
        Calibration("sigmoid", (1.0, 0.0)).moved(slope, 0.0)


def test_no_curve_that_flattens_the_order_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    margin, label = rng.normal(-2.0, 1.0, 8000), (rng.random(8000) < 0.1).astype(float)
    assert chosen(margin, label) == Calibration(), "labels that the margin knows nothing of"
    monkeypatch.setattr(calibration_choice, "keeps_order", lambda *_: True)
    curve = chosen(margin, label)
    spread = float(np.ptp(curve.probability(np.array([-4.0, 0.0]))))
    assert spread < 0.05, "the planted fault: every lead has the same probability"


def test_what_holds_in_one_period_alone_is_no_curve() -> None:
    true, _ = drawn(4000, 1.0, seed=3)
    period, lead = np.repeat(np.arange(4), 1000), np.arange(4000)
    margin = np.where(period == 3, 3.0 * true, true)
    label = (np.random.default_rng(3).random(4000) < expit(true)).astype(float)
    assert choose(margin, label, lead, period=period).kind == "none"
    assert choose(margin, label, lead).kind != "none", "the planted fault: periods are not known"


def test_a_curve_of_every_period_is_taken() -> None:
    margin, label = drawn(4000, 2.5)
    period = np.arange(4000) % 4
    assert choose(margin, label, np.arange(4000), period=period).kind != "none"
