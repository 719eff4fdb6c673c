"""The scorecard learns what is there, shrinks what is not, and starts from hand-given points."""

import json
from dataclasses import replace

import numpy as np
import pytest

from features.catalog.catalog import Catalog, Vocabulary
from features.errors import BadParams
from features.feature import Feature, Sentence, Text
from models.explain import scorecard_parts
from models.model import binning, points, scorecard
from models.model.points import Points, Rule
from models.model.scorecard import Scorecard
from models.model.settings import ScorecardSettings
from models.stats.training_set import TrainingSet
from models.training import scorecard_fit
from models.training.scorecard_solver import Design, Regression, Solution, margin, solve

SETTINGS = ScorecardSettings()


def rows_of(n: int = 3000, seed: int = 0) -> TrainingSet:
    """Column 0 raises the odds, column 1 is a category, column 2 is noise; some are missing."""
    source = np.random.default_rng(seed)
    values = np.column_stack(
        [source.exponential(2.0, n), source.integers(0, 5, n), source.normal(size=n)]
    ).astype(np.float32)
    margin = -2.0 + 0.5 * values[:, 0] + np.array([0, 1, -1, 0, 0.5])[values[:, 1].astype(int)]
    label = (source.random(n) < 1 / (1 + np.exp(-margin))).astype(float)
    values[source.random(n) < 0.1, 0] = np.nan
    return TrainingSet(
        values=values,
        label=label,
        lead=np.arange(n),
        cutoff=np.zeros(n, dtype=np.int64),
        names=("age", "group", "noise"),
        categorical=np.array([False, True, False]),
    )


def test_a_bin_ends_where_its_edge_says_and_zero_and_missing_have_their_own() -> None:
    values = np.array([[0.0]] * 30 + [[1.0]] * 20 + [[2.0]] * 20 + [[-3.0]] * 20, dtype=np.float32)
    bins = binning.learn(values, np.array([False]), ScorecardSettings(max_bins=4))
    values = np.array([[-3.0], [0.0], [1.0], [2.0], [9.0], [np.nan]], dtype=np.float32)
    codes = bins.codes(values)[0].tolist()
    assert codes[1] not in (codes[0], codes[2])
    assert codes[3] == codes[4]
    assert codes[5] == bins.counts[0] - 1


def test_rare_categories_share_a_bin_with_unknown_ones() -> None:
    values = np.array([[1.0]] * 50 + [[2.0]] * 3 + [[0.0]] * 50, dtype=np.float32)
    bins = binning.learn(values, np.array([True]), SETTINGS)
    values = np.array([[0.0], [1.0], [2.0], [77.0]], dtype=np.float32)
    assert bins.codes(values)[0].tolist() == [0, 1, 0, 0]


def test_contributions_and_intercept_sum_to_the_margin_and_are_centred() -> None:
    rows = rows_of()
    card = scorecard_fit.fit(rows, 3.0, SETTINGS)
    parts = scorecard_parts.contributions(card, rows.values)
    assert np.allclose(card.intercept + parts.sum(axis=1), card.margin(rows.values), atol=1e-12)
    assert np.allclose(parts.mean(axis=0), 0.0, atol=1e-9)


def test_it_finds_effects_and_shrinks_noise() -> None:
    rows = rows_of()
    spread = scorecard_parts.contributions(
        scorecard_fit.fit(rows, 30.0, SETTINGS), rows.values
    ).std(axis=0)
    assert spread[0] > 0.4
    assert spread[1] > 0.3
    assert spread[2] < 0.15


def test_the_solution_is_a_minimum_and_the_gradient_is_right() -> None:
    rows = rows_of(500)
    bins = binning.learn(rows.values, rows.categorical, SETTINGS)
    by_points = np.linspace(-1, 1, len(rows))
    design = Design(Regression(bins.codes(rows.values), rows.label, bins, by_points))
    source = np.random.default_rng(1)
    at = Solution(-0.3, 0.7, source.normal(0, 0.1, int(bins.starts[-1])))
    _, gradient = design.loss(at, 2.0)
    way = source.normal(size=len(gradient))
    step = 1e-5

    def moved(by: float) -> float:
        there = np.concatenate([[at.intercept, at.scale], at.theta]) + by * way
        return design.loss(Solution(there[0], there[1], there[2:]), 2.0)[0]

    slope = (moved(step) - moved(-step)) / (2 * step)
    assert gradient @ way == pytest.approx(slope, rel=1e-5)
    assert gradient @ way != pytest.approx(2 * slope, rel=1e-5)
    best = solve(design, 2.0)
    assert design.loss(best, 2.0)[0] < design.loss(at, 2.0)[0]
    assert np.abs(design.loss(best, 2.0)[1]).max() < 0.5


def test_it_comes_back_from_json_to_the_bit() -> None:
    rows = rows_of(800)
    card = scorecard_fit.fit(rows, 3.0, SETTINGS)
    again = Scorecard.from_json(json.loads(json.dumps(card.to_json())))
    assert np.array_equal(again.margin(rows.values), card.margin(rows.values))


def test_right_points_help_when_outcomes_are_few_and_wrong_ones_are_overruled() -> None:
    few, test = rows_of(60, seed=2), rows_of(4000, seed=3)
    right = Points((Rule(0, 1.0, low=2.0), Rule(1, 1.0, codes=(1.0,)), Rule(1, -1.0, codes=(2.0,))))
    wrong = Points(tuple(Rule(r.column, -r.log_odds, r.low, r.high, r.codes) for r in right.rules))

    def loss(rows: TrainingSet, by_hand: Points | None, penalty: float) -> float:
        margin = scorecard_fit.fit(rows, penalty, SETTINGS, by_hand).margin(test.values)
        return float(np.mean(np.logaddexp(0, margin) - test.label * margin))

    assert loss(few, right, 30.0) < loss(few, None, 30.0)
    many = rows_of(3000, seed=4)
    assert scorecard_fit.fit(many, 30.0, SETTINGS, wrong).scale < 0.2
    assert loss(many, wrong, 3.0) < loss(many, None, 3.0) + 0.003


@pytest.mark.parametrize("penalty", [3000.0, 300.0, 30.0, 3.0])
def test_the_solver_comes_to_the_least_loss_whatever_scale_it_starts_from(penalty: float) -> None:
    """With a unit of the wrong size for the scale it stopped at the first and lost the second."""
    rows = rows_of(3000, seed=4)
    by_hand = Points((Rule(0, 4.0, low=2.0), Rule(1, 4.0, codes=(1.0,))))
    design, scales = _design(rows, by_hand), []
    for scale in (0.0, 1.0, 3.0):
        begin = replace(design.start, scale=scale)
        scales.append(solve(design, penalty, begin).scale)
    assert np.ptp(scales) < 0.06


def _design(rows: TrainingSet, by_hand: Points) -> Design:
    further = by_hand.edges(len(rows.names))
    bins = binning.learn(rows.values, rows.categorical, SETTINGS, further)
    codes = bins.codes(rows.values)
    log_odds = margin(codes, by_hand.table(bins), bins.starts)
    return Design(Regression(codes, rows.label, bins, log_odds))


def test_points_alone_rank_and_bounds_are_exact() -> None:
    rows = rows_of(10)
    by_hand = Points((Rule(0, 2.0, low=3.0, high=4.0), Rule(0, 5.0, missing=True)))
    card = scorecard.from_points(rows.take(np.arange(0)), by_hand)
    below = np.nextafter(np.float32(3.0), np.float32(0.0))
    values = np.zeros((5, 3), dtype=np.float32)
    values[:, 0] = [below, 3.0, 4.0, 4.5, np.nan]
    assert scorecard_parts.contributions(card, values)[:, 0].tolist() == [0.0, 2.0, 2.0, 0.0, 5.0]


def catalog() -> Catalog:
    text = Text("x", "x")
    parts = ("0", "", "count", None)
    features = tuple(
        Feature(name, "v", key, *parts[2:], unit, "", "", "c", text, Sentence(text, text))  # type: ignore[arg-type]
        for name, key, unit in (("v__n", "n", "count"), ("v__industry", "industry", "category"))
    )
    return Catalog(features, Vocabulary(categories={"industry": ("製造業", "金融")}))


def test_a_points_file_is_read_and_resolved() -> None:
    file = points.read("""
        points_to_double_odds: 10
        rules:
          - {feature: v__n, when: {above: 2}, points: 10}
          - {feature: v__industry, when: {is: [金融, 宇宙]}, points: -5}
        """)
    resolved = points.resolve(file, catalog())
    assert resolved.unknown_words == ("v__industry: 宇宙",)
    assert resolved.rules[0].log_odds == pytest.approx(np.log(2))
    assert resolved.rules[0].low > 2
    assert resolved.rules[1].codes == (2.0,)


def test_every_fault_of_a_points_file_is_reported_at_once() -> None:
    with pytest.raises(BadParams) as refused:
        points.read("""
            point_to_double_odds: 10
            rules:
              - {feature: v__n, when: {above: 2, is: [a]}, points: 10}
              - {feature: v__n, when: {over: 2}, points: ten}
            """)
    assert len(refused.value.faults) >= 4
    file = points.read("""
        rules:
          - {feature: v__m, when: {above: 2}, points: 1}
          - {feature: v__industry, when: {above: 2}, points: 1}
          - {feature: v__n, when: {is: [a]}, points: 1}
        """)
    with pytest.raises(BadParams) as unresolved:
        points.resolve(file, catalog())
    assert len(unresolved.value.faults) == 3
