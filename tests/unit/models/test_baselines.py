"""The baselines are what they say they are."""

import numpy as np
import pytest

from models.baselines import baselines, odoo_score
from models.baselines.odoo_score import OdooCells
from models.model.points import Points, Rule
from models.stats.training_set import TrainingSet


def tag_case() -> tuple[OdooCells, np.ndarray, OdooCells]:
    """150 leads: 50 with tag 1, 50 with tag 2, 50 with both; and four open ones to score."""
    lead = np.arange(150)
    first, second = lead[(lead < 50) | (lead >= 100)], lead[lead >= 50]
    lost = np.r_[0:30, 50:90, 100:135]
    won = np.r_[31:50, 91:100, 136:150]
    closed = np.concatenate([lost, won])
    row = np.concatenate([np.flatnonzero(np.isin(closed, tagged)) for tagged in (first, second)])
    value = np.concatenate(
        [np.full(np.isin(closed, tagged).sum(), tag) for tag, tagged in ((1, first), (2, second))]
    )
    field = np.zeros(len(row), dtype=np.int64)
    open_leads = OdooCells(
        np.array([0, 1, 2, 2]), np.zeros(4, dtype=np.int64), np.array([1, 2, 1, 2]), 4
    )
    return OdooCells(row, field, value, len(closed)), np.isin(closed, won), open_leads


def test_odoo_gives_its_published_check_figures() -> None:
    cells, won, open_leads = tag_case()
    scores = 100 * odoo_score.learn(cells, won, tag_fields=(0,)).probability_of(open_leads)
    assert np.round(scores, 2).tolist() == [33.69, 23.51, 28.05, 28.60]


def test_odoo_check_figures_notice_a_wrong_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odoo_score, "START", 1.0)
    cells, won, open_leads = tag_case()
    scores = 100 * odoo_score.learn(cells, won, tag_fields=(0,)).probability_of(open_leads)
    assert np.round(scores, 2).tolist() != [33.69, 23.51, 28.05, 28.60]


def test_odoo_leaves_out_rare_tags_and_unknown_values() -> None:
    cells = OdooCells(np.arange(9), np.zeros(9, dtype=np.int64), np.array([1] * 8 + [2]), 9)
    won = np.arange(9) >= 8
    open_leads = OdooCells(np.array([0, 1]), np.zeros(2, dtype=np.int64), np.array([2, 3]), 2)
    as_tag = odoo_score.learn(cells, won, tag_fields=(0,)).probability_of(open_leads)
    as_field = odoo_score.learn(cells, won).probability_of(open_leads)
    assert as_tag[0] == as_tag[1]
    assert as_field[0] > as_field[1]


def some_rows(n: int = 400) -> TrainingSet:
    source = np.random.default_rng(3)
    days = source.exponential(20.0, n)
    group = source.integers(0, 4, n).astype(float)
    chance = 1 / (1 + np.exp(days / 10 - group))
    label = (source.random(n) < chance).astype(float)
    days[source.random(n) < 0.1] = np.nan
    group[group == 0] = np.nan
    return TrainingSet(
        values=np.column_stack([days, group]).astype(np.float32),
        label=label,
        lead=np.arange(n),
        cutoff=np.zeros(n, dtype=np.int64),
        names=(baselines.RECENCY, "profile__group"),
        categorical=np.array([False, True]),
    )


def test_every_baseline_gives_probabilities_and_all_but_the_rate_rank() -> None:
    rows = some_rows()
    points = Points((Rule(0, 1.0, high=10.0),))
    fitted = baselines.fit_all(rows, points)
    assert set(fitted) == {"base_rate", "points", "recency", "odoo", "logistic", "lightgbm"}
    for name, baseline in fitted.items():
        probability = baseline.probability(rows.values)
        assert probability.shape == (len(rows),)
        assert ((probability >= 0) & (probability <= 1)).all()
        hotter = probability[rows.label == 1].mean() > probability[rows.label == 0].mean()
        assert hotter or name == "base_rate"


def test_without_conversions_only_what_does_not_learn_is_left() -> None:
    rows = some_rows()
    nobody = rows.take(rows.label == 0)
    assert set(baselines.fit_all(nobody, Points())) == {"base_rate", "points"}
