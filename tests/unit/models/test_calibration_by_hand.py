"""Every kind of calibration against its formula, and the choice of a kind at its edges."""

import numpy as np
import pytest

from models.model import calibration
from models.model.calibration import LEAST, Calibration
from models.model.settings import CalibrationSettings
from models.stats.log_odds import estimate_error, expit, logit
from models.stats.metrics import log_losses
from models.training import calibration_choice

MARGIN = np.array([-2.0, 0.0, 1.5])


def steep(rows: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    source = np.random.default_rng(2)
    true = source.normal(-1.0, 1.2, rows)
    return 2 * true, (source.random(rows) < expit(true)).astype(float), np.arange(rows)


def test_sigmoid_and_beta_by_their_formulas() -> None:
    probability = expit(MARGIN)
    sigmoid = Calibration("sigmoid", (0.5, -1.0)).probability(MARGIN)
    np.testing.assert_allclose(logit(sigmoid), 0.5 * MARGIN - 1.0, rtol=1e-9)
    beta = Calibration("beta", (0.7, 1.3, 0.2)).probability(MARGIN)
    expected = 0.7 * np.log(probability) - 1.3 * np.log(1 - probability) + 0.2
    np.testing.assert_allclose(logit(beta), expected, rtol=1e-9)


@pytest.mark.parametrize("bend", [-0.2, 0.2])
def test_quadratic_by_its_formula_and_straight_beyond_the_point_of_least_slope(bend: float) -> None:
    curve = Calibration("quadratic", (0.5, -1.0, 1.5, bend))
    border = (LEAST - 1) * 1.5 / (2 * bend)  # where the slope is LEAST of that at the center
    inside = np.array([-0.5, 0.0, 0.5]) * abs(border)
    np.testing.assert_allclose(
        logit(curve.probability(0.5 + inside)), -1 + 1.5 * inside + bend * inside**2, rtol=1e-9
    )
    beyond = border + np.sign(border) * np.array([1.0, 3.0])
    at_border = -1 + 1.5 * border + bend * border**2
    np.testing.assert_allclose(
        logit(curve.probability(0.5 + beyond)), at_border + LEAST * 1.5 * (beyond - border)
    )


def test_isotonic_levels_are_shrunk_by_two_average_rows() -> None:
    curve = calibration.fit("isotonic", np.array([0.0, 0.2, 1.0, 2.0]), np.array([0, 0, 1, 1.0]))
    # two rows at 0 and two at 1, together with two rows of one half: 1 of 4, and 3 of 4
    assert curve.at == (0.0, 0.2, 1.0, 2.0)
    assert curve.parameters == pytest.approx((0.25, 0.25, 0.75, 0.75))
    assert curve.probability(np.array([0.6]))[0] == pytest.approx(0.5)


@pytest.mark.parametrize("rows", [40, 600])
@pytest.mark.parametrize("kind", ["sigmoid", "beta"])
def test_slopes_and_shift_minimise_the_penalised_loss(kind: calibration.Kind, rows: int) -> None:
    """Of few rows the penalty decides as much as the likelihood."""
    margin, label, _ = steep(rows)
    best = np.array(calibration.fit(kind, margin, label).parameters)
    parts = {
        "sigmoid": margin[:, None],
        "beta": np.column_stack([np.log(expit(margin)), -np.log(expit(-margin))]),
    }[kind]
    target = np.append(np.ones(parts.shape[1]), 0.0)

    def loss(numbers: np.ndarray) -> float:
        log_odds = parts @ numbers[:-1] + numbers[-1]
        likelihood = np.sum(label * log_odds - np.logaddexp(0, log_odds))
        return float(((numbers - target) ** 2).sum() / 2 - likelihood)

    assert best.shape == target.shape
    assert (best[:-1] > 0).all()
    for place in range(len(best)):
        for step in (-0.005, 0.005):
            moved = best.copy()
            moved[place] += step
            assert loss(moved) > loss(best)


def test_a_quadratic_fit_is_the_estimated_error() -> None:
    margin, label, lead = steep()
    error = estimate_error(margin, label, lead, (0.4, 0.3, 0.2))
    shift, slope, bend = error.likely
    for fitted in (
        calibration.fit("quadratic", margin, label, lead),
        calibration.fit("quadratic", margin, label),  # without leads every row is of its own
    ):
        center = error.center
        assert fitted.parameters == pytest.approx((center, center + shift, 1 + slope, bend))


def test_no_kind_is_no_curve() -> None:
    margin, label, _ = steep(40)
    assert calibration.fit("none", margin, label) == Calibration()


def test_each_fold_is_judged_by_the_curve_of_the_others() -> None:
    margin, label, lead = steep(100)
    fold = lead % 5
    losses = calibration_choice._out_of_fold("sigmoid", margin, label, (lead, fold))
    for k in range(5):
        curve = calibration.fit("sigmoid", margin[fold != k], label[fold != k])
        here = fold == k
        expected = log_losses(label=label[here], probability=curve.probability(margin[here]))
        np.testing.assert_array_equal(losses[here], expected)


def test_the_standard_error_takes_the_rows_of_a_lead_together() -> None:
    gain, lead = np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 2])
    # from the mean of 4: -3 and -1 together, then 1 and 3
    expected = np.sqrt(16.0 + 1.0 + 9.0) / 4
    assert calibration_choice._standard_error(gain, lead) == pytest.approx(expected)


def test_two_groups_have_an_error_and_one_has_none() -> None:
    gain = np.array([1.0, 3.0, 5.0, 7.0])
    # from the mean of 4: -3 and -1 together, 1 and 3 together
    two = calibration_choice._standard_error(gain, np.array([0, 0, 1, 1]))
    assert two == pytest.approx(np.sqrt(16.0 + 16.0) / 4)
    assert calibration_choice._standard_error(gain, np.zeros(4, np.int64)) == 0.0


@pytest.mark.parametrize(
    ("period", "divides"),
    [
        ((7, 7, 8, 8), True),
        ((7, 7, 7, 7), False),  # there is one period
        ((7, 8, 7, 8), False),  # leads live in both
        ((7, 8, 8, 8), False),  # one lead lives in both
    ],
)
def test_periods_divide_the_leads_if_each_lead_lives_in_one(
    period: tuple[int, ...],
    divides: bool,  # noqa: FBT001
) -> None:
    lead = np.array([0, 0, 1, 1])
    assert calibration_choice._divides(lead, np.array(period)) == divides


def test_as_many_conversions_as_needed_are_enough() -> None:
    margin, label, lead = steep()
    for labels in (label, 1 - label):
        sign = 1 if labels is label else -1
        few = int(min(labels.sum(), len(labels) - labels.sum()))
        for least, tried in ((few, True), (few + 1, False)):
            settings = CalibrationSettings(min_conversions=least)
            curve = calibration_choice.choose(sign * margin, labels, (lead, None), settings, seed=0)
            assert (curve.kind != "none") == tried


def test_the_kind_of_the_greatest_gain_is_taken_whatever_the_order() -> None:
    margin, label, lead = steep(2000)
    for kinds in (("sigmoid", "isotonic"), ("isotonic", "sigmoid")):
        settings = CalibrationSettings(kinds=kinds)
        assert (
            calibration_choice.choose(margin, label, (lead, None), settings, seed=0).kind
            == "sigmoid"
        )


def test_moved_parameters_by_hand() -> None:
    assert Calibration("beta", (0.6, 1.2, 0.1)).moved(0.5, 1.0).parameters == pytest.approx(
        (0.3, 0.6, 1.05)
    )
    bent = Calibration("quadratic", (0.5, -1.25, 1.5, 0.2)).moved(2.0, 0.25)
    assert bent.parameters == pytest.approx((0.5, -2.25, 3.0, 0.4))
    assert Calibration().moved(2.0, 0.25) == Calibration("sigmoid", (2.0, 0.25))
