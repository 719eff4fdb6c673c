"""The audit of a score: planted faults are named, honest scores are left alone."""

import numpy as np
import pytest

from models.audit.checks.catalogue import CHECKS
from models.audit.cut_offs import cut_offs
from models.audit.history import ScoreHistory
from models.audit.lists import INCUMBENT, RANDOM, compare_lists
from models.lifecycle.origins import BacktestSettings
from tests.incumbent_scores import PLANTS, case, clean, company, honest

LEADS = 1800
SETTINGS = BacktestSettings(redraws=40, capacity=10)


def answers(audited: object) -> dict[str, str]:
    return {check.code: check.answer(audited).answer for check in CHECKS}  # type: ignore[arg-type]


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_fault_is_named_by_its_check(plant: str) -> None:
    code, make, meaning = PLANTS[plant]
    one = company(LEADS, 5)
    assert answers(case(one, make(one, 5), meaning))[code] == "fail"
    assert answers(case(one, honest(one, 5, kind=meaning), meaning))[code] != "fail"


def test_twenty_honest_scores_raise_at_most_one_warning() -> None:
    raised = [
        f"{number} {code} {answer}"
        for number in range(20)
        for code, answer in answers(case(*clean(number))).items()
        if answer in ("warn", "fail")
    ]
    assert len(raised) <= 1, raised


def test_a_value_counts_from_the_moment_after_its_own() -> None:
    history = ScoreHistory.of(np.array([2, 1, 1]), np.array([3, 7, 5]), np.array([9.0, 2.0, 1.0]))
    lead, moment = np.array([1, 1, 1, 2, 3]), np.array([5, 6, 8, 4, 9])
    value, age = history.at_rows(lead, moment)
    assert np.nan_to_num(value, nan=-1.0).tolist() == [-1.0, 1.0, 2.0, 9.0, -1.0]
    assert np.nan_to_num(age, nan=-1.0).tolist() == [-1.0, 1.0, 1.0, 1.0, -1.0]


def test_the_cut_off_fits_the_team_and_a_higher_one_captures_less() -> None:
    one = company(LEADS, 6)
    lines = cut_offs(case(one, honest(one, 6)), 10)
    fitting = next(line for line in lines if line.fits)
    assert fitting.per_week <= 10
    captured = [line.captured for line in lines]
    assert captured == sorted(captured)
    assert captured[-1] > captured[0]


def test_an_honest_score_wins_more_than_random_work_and_noise_does_not() -> None:
    one = company(LEADS, 7, strength=1.2)
    score = honest(one, 7)
    lists = compare_lists(case(one, score), SETTINGS)
    assert lists is not None
    assert lists.named(RANDOM).more.high < 0
    noise = np.random.default_rng(0).permutation(score.value)
    shuffled = type(score)(score.lead, score.day, noise)
    nothing = compare_lists(case(one, shuffled), SETTINGS)
    assert nothing is not None
    assert nothing.named(RANDOM).more.high >= 0
    assert nothing.named(INCUMBENT).worked == nothing.named(RANDOM).worked
