"""The evaluation: verdicts, paired comparisons, planted leaks, parts."""

from dataclasses import replace

import numpy as np
import pytest

from models.evaluation import evaluation
from models.evaluation.comparisons import NAMES, Redraws, redraw
from models.evaluation.evaluation import MODEL
from models.evaluation.groups import groups
from models.evaluation.single_features import singles
from models.stats import metrics
from models.stats.training_set import TrainingSet
from tests.evaluation_cases import CATALOG, case_of, evaluated, rows


def test_a_signal_is_detected() -> None:
    result = evaluated("signal")
    assert result.verdict == "signal"
    assert result.figures[MODEL]["auc"].low > 0.6
    assert result.comparison("base_rate", "log_loss").better_share == 1.0


def test_without_a_signal_it_says_so() -> None:
    assert evaluated("noise").verdict == "no_signal"


def test_a_test_without_conversions_is_too_few_and_no_failure() -> None:
    case = case_of(rows())
    test = replace(case.test, label=np.zeros(len(case.test)))
    result = evaluation.evaluate(replace(case, test=test), evaluation.EvaluationSettings(5, (), 50))
    assert result.verdict == "too_few"
    assert np.isnan(result.figures[MODEL]["auc"].value)


def test_a_better_order_with_wrong_probabilities_is_ranking_only() -> None:
    case = case_of(rows())
    moved = case.model.probability(case.test.values) * 0.02
    drawn = redraw(
        case.test.label,
        {MODEL: moved, "base_rate": np.full(len(case.test), 0.2)},
        case.test.lead,
        40,
    )
    assert evaluation.verdict(case.test, drawn) == "ranking_only"


def test_every_baseline_the_data_allow_is_there() -> None:
    names = set(evaluated("signal").figures)
    assert {MODEL, "base_rate", "recency", "odoo", "logistic", "lightgbm"} <= names


@pytest.mark.parametrize("metric", NAMES)
def test_the_figures_are_those_of_metrics(metric: str) -> None:
    case = case_of(rows())
    probability = case.model.probability(case.test.values)
    scored = metrics.ScoredRows(label=case.test.label, probability=probability)
    shown = evaluated("signal").figures[MODEL][metric]
    assert shown.value == metrics.METRICS[metric](scored, None)
    assert shown.low <= shown.high


def pairs(one: Redraws, other: Redraws) -> tuple[float, float]:
    gain = one.against("other", other, "auc").gain
    return gain.low, gain.high


def test_comparisons_are_paired() -> None:
    rng = np.random.default_rng(0)
    label = (rng.random(600) < 0.3).astype(np.float64)
    good = np.clip(0.3 + 0.2 * (label - 0.3) + rng.normal(0, 0.2, 600), 0.01, 0.99)
    drawn = redraw(label, {"a": good, "b": good * 0.5}, np.arange(600), 50)
    assert pairs(drawn["a"], drawn["b"]) == (0.0, 0.0)
    other = redraw(label, {"b": good * 0.5}, np.arange(600), 50, seed=1)
    low, high = pairs(drawn["a"], other["b"])
    assert low < 0 < high


def test_intervals_go_by_lead() -> None:
    rng = np.random.default_rng(0)
    label = np.repeat((rng.random(60) < 0.4).astype(np.float64), 20)
    probability = np.repeat(np.clip(rng.normal(0.4, 0.2, 60), 0.01, 0.99), 20)
    by_lead = redraw(label, {"m": probability}, np.repeat(np.arange(60), 20), 100)["m"].interval(
        "auc"
    )
    by_row = redraw(label, {"m": probability}, np.arange(1200), 100)["m"].interval("auc")
    assert by_lead.high - by_lead.low > 2 * (by_row.high - by_row.low)


def test_a_planted_leak_is_named() -> None:
    result = evaluated("leak")
    named = {single.feature: single.grounds for single in result.suspects}
    assert {"decides_alone", "one_value", "filled_later"} <= set(named["profile__budget"])
    assert result.singles[0].feature == "profile__budget"


def test_an_honest_company_has_no_suspects() -> None:
    assert evaluated("signal").suspects == ()
    assert evaluated("noise").suspects == ()


def test_a_category_that_gives_the_outcome_away_is_named() -> None:
    whole = rows()
    values = whole.values.copy()
    values[:, 2] = np.where(whole.label == 1.0, 1.0, 2.0)
    case = case_of(rows())
    half = np.arange(len(whole)) < len(whole) // 2
    changed: TrainingSet = replace(whole, values=values)
    result = singles(changed.take(half), changed.take(~half), case.catalog.features, 0.99)
    assert result[0].feature == "profile__industry"
    assert result[0].auc == 1.0
    assert "one_value" in result[0].grounds


def test_the_parts_hold_every_row_once() -> None:
    result = evaluated("signal")
    for parts in (result.by_age, result.by_month, result.by_segment["industry"]):
        assert sum(group.rows for group in parts) == result.test.rows
        assert sum(group.conversions for group in parts) == result.test.conversions
    assert [group.name for group in result.by_age] == ["0-0.5", "0.5-2", "2-7", "30-90", "90-180"]
    assert {group.name for group in result.by_segment["industry"]} == {
        "retail",
        "<steel>",
        "(other)",
    }


def test_a_part_with_few_conversions_has_no_auc() -> None:
    sizes = {"nine": (9, 31), "ten": (10, 30), "nine others": (31, 9)}  # conversions, others
    label = np.concatenate([np.repeat([1.0, 0.0], counts) for counts in sizes.values()])
    segment = np.repeat(list(sizes), 40)
    test_rows = groups.JudgedRows(
        label=label,
        lead=np.arange(len(label)),
        cutoff=np.zeros(len(label), dtype=np.int64),
        age_days=None,
        segments={"size": segment},
    )
    probability = np.random.default_rng(0).random(len(label))
    settings = groups.GroupSettings(min_conversions=10, redraws=20)
    parts = {one.name: one for one in groups.by_segment(test_rows, probability, settings)["size"]}
    assert {name: bool(np.isnan(one.auc.value)) for name, one in parts.items()} == {
        "nine": True,
        "ten": False,
        "nine others": True,
    }
    assert np.isnan(parts["nine"].lift_at_10.value)
    assert [parts[name].conversions for name in sizes] == [9, 10, 31]


def test_the_curves_end_where_they_must() -> None:
    ranking = evaluated("signal").rankings[MODEL]
    assert (ranking.gain.y[0], ranking.gain.y[-1]) == (0.0, 1.0)
    assert ranking.lift.y[-1] == 1.0
    assert list(ranking.gain.y) == sorted(ranking.gain.y)
    at_20 = evaluated("signal").figures[MODEL]["capture_at_20"].value
    assert ranking.gain.y[20] == pytest.approx(at_20, abs=1e-6)
    area = np.trapezoid(ranking.roc.y, ranking.roc.x)
    assert area == pytest.approx(evaluated("signal").figures[MODEL]["auc"].value, abs=0.01)


def test_the_reliability_picture_is_the_calibration_error() -> None:
    result = evaluated("signal")
    gaps = sum(abs(one.predicted - one.converted) * one.rows for one in result.reliability)
    assert gaps / result.test.rows == pytest.approx(result.figures[MODEL]["ece"].value)


def test_the_learning_curve_ends_with_the_model_itself() -> None:
    last = evaluated("signal").learning_curve[-1]
    assert last.leads == evaluated("signal").learning.leads
    assert last.auc.value == evaluated("signal").figures[MODEL]["auc"].value


def test_the_importances_are_of_the_catalog_and_fall() -> None:
    changed = evaluated("signal").importance
    assert {one.concept for one in changed} <= {feature.concept for feature in CATALOG.features}
    assert [one.size for one in changed] == sorted((one.size for one in changed), reverse=True)
