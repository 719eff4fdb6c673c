"""The verdict on probabilities: the whole curve, with simultaneous bounds, by lead."""

import numpy as np
import pytest

from models.evaluation.calibration_verdict import CalibrationVerdict, calibration_verdict
from models.evaluation.groups import groups
from models.evaluation.groups.groups import GroupSettings, JudgedRows

LEADS = 6000


def judged(seed: int, factor: float = 1.0, slope: float = 1.0, each: int = 1) -> CalibrationVerdict:
    """Judge probabilities that are too high by a factor, or too sure by a slope of the logit.

    Every lead has `each` rows, which convert together.
    """
    rng = np.random.default_rng(seed)
    truth = rng.beta(1.0, 12.0, LEADS)
    odds = np.log(truth / (1.0 - truth))
    lead = np.repeat(np.arange(LEADS), each)
    predicted = np.clip(factor / (1.0 + np.exp(-slope * odds)), 0.0, 1.0)
    converted = (rng.random(LEADS) < truth).astype(np.float64)
    return calibration_verdict(converted[lead], predicted[lead], lead)


def test_probabilities_that_are_too_high_everywhere_are_overstated_by_their_factor() -> None:
    verdict = judged(1, factor=1.4)
    assert verdict.direction == "overstated"
    assert verdict.factor.low < 1.4 < verdict.factor.high
    assert verdict.factor.low > 1.0
    assert verdict.too_high >= 12
    assert verdict.shown_high < verdict.too_high
    assert judged(1, factor=1 / 1.4).direction == "understated"


def test_probabilities_that_are_too_sure_are_wrong_in_places() -> None:
    verdict = judged(2, slope=1.6)
    assert verdict.shown_low > 0
    assert judged(3, factor=2.6, slope=1.6).direction == "mixed"


def test_a_group_on_the_other_side_than_the_whole_is_mixed() -> None:
    """All groups convert half as often as predicted, the hottest twice as often."""
    predicted = np.repeat(np.append(np.arange(1, 15) / 100, 0.21), 2000)
    truth = np.repeat(np.append(np.arange(1, 15) / 200, 0.42), 2000)
    label = (np.tile(np.arange(2000) / 2000, 15) < truth).astype(np.float64)
    verdict = calibration_verdict(label, predicted, np.arange(len(label)))
    assert verdict.factor.low > 1.0
    assert (verdict.shown_low, verdict.direction) == (1, "mixed")


def test_the_top_bin_is_reported_with_its_leads() -> None:
    top = judged(4, factor=1.5, each=2).top
    assert top is not None
    assert top.rows == 2 * top.leads
    assert top.predicted == pytest.approx(1.5 * top.converted.value, rel=0.2)
    assert top.converted.low < top.converted.value < top.converted.high < top.predicted
    assert top.beyond_chance


@pytest.mark.parametrize("each", [1, 5])
def test_true_probabilities_are_rarely_accused_also_with_several_rows_a_lead(each: int) -> None:
    """At most 5 % of runs may deviate: 6 of 40 has a probability below 1 % at that rate."""
    runs = [judged(seed, each=each).direction for seed in range(40)]
    assert sum(one != "consistent" for one in runs) <= 5


def test_without_conversions_nothing_is_concluded_and_an_empty_test_is_no_error() -> None:
    few = calibration_verdict(np.zeros(20), np.full(20, 0.1), np.arange(20))
    none = calibration_verdict(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))
    assert (few.direction, none.direction, none.top) == ("too_few", "too_few", None)


def test_a_segment_with_many_predicted_conversions_and_few_observed_has_a_ratio_below_one() -> None:
    label = np.zeros(1200)
    label[:6] = label[600:663] = 1.0
    size = np.repeat(["small", "large"], 600).astype(np.str_)
    rows = JudgedRows(label, np.arange(1200), np.zeros(1200, np.int64), None, {"size": size})
    parts = groups.by_segment(rows, np.full(1200, 0.105), GroupSettings(redraws=5))["size"]
    ratio = {one.name: one.ratio for one in parts}
    assert ratio["small"].value == pytest.approx(6 / 63)
    assert ratio["small"].high < 0.5
    assert ratio["large"].low < 1.0 < ratio["large"].high
