"""Metrics equal a case worked by hand, and scikit-learn where it has them (law 11)."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from models.stats import calibration_error, metrics

LABEL = np.array([1.0, 0.0, 1.0, 0.0, 0.0])
PROBABILITY = np.array([0.9, 0.6, 0.6, 0.3, 0.1])


def some_scores(n: int = 500) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    source = np.random.default_rng(5)
    probability = np.round(source.beta(1, 4, n), 2)
    label = (source.random(n) < probability).astype(float)
    return label, probability, source.integers(0, n // 3, n), source.integers(0, 4, n).astype(float)


def test_by_hand() -> None:
    # pairs: 6; 0.9 beats all three; 0.6 ties once and beats two: 3 + 0.5 + 2
    assert metrics.auc(label=LABEL, probability=PROBABILITY) == pytest.approx(5.5 / 6)
    scored = metrics.ScoredRows(label=LABEL, probability=PROBABILITY)
    # recall 1/2 at precision 1, then 1/2 more at precision 2/3
    assert scored.average_precision() == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert scored.brier() == pytest.approx((0.01 + 0.36 + 0.16 + 0.09 + 0.01) / 5)
    # the hottest 40 % are one row of 0.9 and one of the two at 0.6: 1 + 1/2 of 2 conversions
    assert scored.capture(0.4) == pytest.approx(0.75)
    assert scored.lift(0.4) == pytest.approx(0.75 / 0.4)
    # two bins, (0.1, 0.3, 0.6, 0.6) and (0.9): gaps of sums 0.6 and 0.1
    assert calibration_error.ece(label=LABEL, probability=PROBABILITY, bins=2) == pytest.approx(
        (0.6 + 0.1) / 5
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_like_scikit_learn(*, weighted: bool) -> None:
    label, probability, _, weight = some_scores()
    weights = weight if weighted else None
    scored = metrics.ScoredRows(label=label, probability=probability)
    for ours, other in (
        (scored.auc, theirs.roc_auc_score),
        (scored.average_precision, theirs.average_precision_score),
        (scored.brier, theirs.brier_score_loss),
        (scored.log_loss, theirs.log_loss),
    ):
        inside = np.clip(probability, 1e-12, 1 - 1e-12)
        assert ours(weights) == pytest.approx(other(label, inside, sample_weight=weights), abs=1e-9)


def test_a_wrong_treatment_of_ties_would_be_noticed() -> None:
    label, probability, _, _ = some_scores()
    parted = probability - 1e-9 * label  # puts conversions last inside every tie
    wrong = metrics.auc(label=label, probability=parted)
    assert abs(wrong - theirs.roc_auc_score(label, probability)) > 1e-4


def test_weights_are_repeated_rows() -> None:
    label, probability, _, weight = some_scores()
    times = weight.astype(int)
    scored = metrics.ScoredRows(label=label, probability=probability)
    repeated = metrics.ScoredRows(
        label=np.repeat(label, times), probability=np.repeat(probability, times)
    )
    assert scored.auc(weight) == pytest.approx(repeated.auc())
    assert scored.capture(0.2, weight) == pytest.approx(repeated.capture(0.2))


def test_intervals_go_by_lead() -> None:
    label, probability, _, _ = some_scores(300)
    once = metrics.measure(label=label, probability=probability, lead=np.arange(300), draws=100)
    thrice = metrics.measure(
        label=np.tile(label, 3),
        probability=np.tile(probability, 3),
        lead=np.tile(np.arange(300), 3),
        draws=100,
    )
    by_row = metrics.measure(
        label=np.tile(label, 3), probability=np.tile(probability, 3), lead=np.arange(900), draws=100
    )
    width = {
        name: interval["auc"].high - interval["auc"].low
        for name, interval in (("once", once), ("thrice", thrice), ("by_row", by_row))
    }
    assert width["thrice"] == pytest.approx(width["once"])
    assert width["by_row"] < 0.8 * width["thrice"]  # rows of a lead taken as independent: too sure
    assert once["auc"].low < once["auc"].value < once["auc"].high


def test_a_draw_takes_as_many_leads_as_there_are_and_each_of_them_at_times() -> None:
    weights = np.array(metrics._weights_by_lead(np.array([7, 7, 8, 9]), draws=200, seed=0))
    np.testing.assert_array_equal(weights[:, 0], weights[:, 1])
    assert set(weights[:, 1:].sum(axis=1)) == {3.0}
    assert (weights.max(axis=0) == 3.0).all()


def test_true_probabilities_lie_at_the_floor_and_wrong_ones_above() -> None:
    label, probability, _, _ = some_scores(4000)
    floor = calibration_error.ece_floor(probability, draws=100)
    assert 0 < floor.mean < floor.high
    assert calibration_error.ece(label=label, probability=probability) < 1.3 * floor.high
    wrong = np.sqrt(probability)
    assert (
        calibration_error.ece(label=label, probability=wrong)
        > 3 * calibration_error.ece_floor(wrong, draws=50).high
    )


def test_a_difference_of_a_model_with_itself_is_none() -> None:
    label, probability, lead, _ = some_scores()
    same = metrics.difference(
        "auc", label=label, probabilities=(probability, probability), lead=lead, draws=20
    )
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)
    better = metrics.difference(
        "auc", label=label, probabilities=(label, probability), lead=lead, draws=20
    )
    assert better.low > 0


def test_losses_of_margins_equal_those_of_their_probabilities() -> None:
    label, margin = np.array([1.0, 0.0, 1.0]), np.array([0.5, -2.0, 3.0])
    by_margin = metrics.margin_log_losses(label=label, margin=margin)
    by_probability = metrics.log_losses(label=label, probability=1.0 / (1.0 + np.exp(-margin)))
    np.testing.assert_allclose(by_margin, by_probability, rtol=1e-12)
    far = metrics.margin_log_losses(label=np.zeros(1), margin=np.array([50.0]))
    assert far[0] == pytest.approx(50.0)  # a probability would be clipped at 27.6


def test_one_pair_suffices_for_an_area_and_none_is_unknown() -> None:
    assert metrics.auc(label=np.array([1.0, 0.0]), probability=np.array([0.7, 0.2])) == 1.0
    alike = metrics.ScoredRows(label=np.ones(3), probability=np.array([0.1, 0.2, 0.3]))
    assert np.isnan(alike.auc())
    assert alike.average_precision() == 1.0
    without = metrics.ScoredRows(label=np.zeros(2), probability=np.array([0.1, 0.2]))
    assert np.isnan(without.average_precision())
    assert np.isnan(without.capture(0.5))


def test_less_than_a_row_captures_its_part() -> None:
    scored = metrics.ScoredRows(label=LABEL, probability=PROBABILITY)
    # a tenth of five rows is half of the hottest one, which is one of two conversions
    assert scored.capture(0.1) == pytest.approx(0.25)
    assert scored.capture(1.0) == pytest.approx(1.0)


def test_the_shares_that_the_names_state() -> None:
    label, probability, lead, _ = some_scores()
    scored = metrics.ScoredRows(label=label, probability=probability)
    measured = metrics.measure(label=label, probability=probability, lead=lead, draws=2)
    assert measured["lift_at_10"].value == scored.lift(0.1)
    assert measured["capture_at_20"].value == scored.capture(0.2)


def test_a_sure_and_wrong_probability_costs_what_the_clip_allows() -> None:
    losses = metrics.log_losses(label=np.array([0.0, 1.0]), probability=np.array([1.0, 0.0]))
    np.testing.assert_allclose(losses, -np.log(1e-12), rtol=1e-4)


def test_no_rows_and_undefined_draws_have_no_interval() -> None:
    nobody = metrics._weights_by_lead(np.array([], dtype=np.int64), draws=2, seed=0)
    assert [len(weight) for weight in nobody] == [0, 0]
    unknown = metrics._interval(0.5, np.array([np.nan, np.nan]))
    assert unknown.value == 0.5
    assert np.isnan([unknown.low, unknown.high]).all()
    part = metrics._interval(0.5, np.array([np.nan, 0.25]))
    assert (part.low, part.high) == (0.25, 0.25)


def test_an_interval_holds_nineteen_of_twenty_draws() -> None:
    interval = metrics._interval(0.0, np.linspace(0.0, 1.0, 1001))
    assert (interval.low, interval.high) == pytest.approx((0.025, 0.975))


def test_figures_of_one_draw_do_not_depend_on_the_draw_before() -> None:
    rng = np.random.default_rng(3)
    label = (rng.random(300) < 0.3).astype(float)
    scored = metrics.ScoredRows(label=label, probability=rng.random(300).round(2))
    draws: list[metrics.Floats | None] = [None, *(rng.integers(0, 3, (4, 300)).astype(float))]
    for name, metric in metrics.METRICS.items():
        for weight in [*draws, *draws[::-1]]:
            alone = metrics.ScoredRows(label=label, probability=scored.probability)
            assert metric(scored, weight) == metric(alone, weight), name
