"""Captured conversions: a case worked by hand, and a random order that favours nobody."""

import numpy as np

from features.timeline import DAY, NEVER
from models.lifecycle.capacity import WEEK, AnsweredRows, captured, taken
from models.lifecycle.origins import BacktestSettings


def hand_worked() -> tuple[AnsweredRows, np.ndarray]:
    """Four leads in two weeks; lead 1 comes up twice, lead 2 converts before the second week."""
    rows = AnsweredRows(
        label=np.array([1.0, 0.0, 1.0, 0.0, 1.0]),
        lead=np.array([0, 1, 2, 3, 1]),
        cutoff=np.array([0, DAY, 2 * DAY, 3 * DAY, WEEK + DAY]),
        converts_at=np.array([20 * DAY, 40 * DAY, 5 * DAY, NEVER, 40 * DAY]),
    )
    return rows, np.array([0.9, 0.2, 0.3, 0.8, 0.6])


def test_each_week_the_hottest_are_worked_and_each_lead_once() -> None:
    rows, probability = hand_worked()
    assert taken(rows, probability, 1, 0).tolist() == [2, 0, 0, 1, 0]
    assert taken(rows, probability, 2, 0).tolist() == [2, 0, 0, 1, 2]


def test_who_has_converted_unworked_comes_up_no_more() -> None:
    rows, probability = hand_worked()
    third = taken(rows, np.where(rows.lead == 2, 0.7, probability), 2, 0)
    assert third.tolist() == [2, 0, 0, 1, 2]
    assert taken(rows, np.where(rows.lead == 2, 0.85, probability), 2, 0)[2] == 2


def test_room_for_everybody_finds_everything() -> None:
    rows, probability = hand_worked()
    all_of_them = taken(rows, probability, 10, 0)
    assert all_of_them.tolist() == [2, 1, 2, 1, 0]


def test_equal_probabilities_are_drawn_by_lot() -> None:
    count = 4000
    rng = np.random.default_rng(1)
    label = (np.arange(count) < 1000).astype(float)
    rows = AnsweredRows(
        label, np.arange(count), rng.integers(0, 4 * WEEK, count), np.full(count, 9 * WEEK)
    )
    outcome = {"lot": taken(rows, np.full(count, 0.1), 100, 0)}
    result = captured(outcome, rows.lead, "lot", BacktestSettings())["lot"]
    assert result.worked == 400
    assert abs(result.captured - 100) < 35
    assert result.less.value == result.less.low == result.less.high == 0
