"""The probability of an account: exact where it can be worked by hand, learned where it cannot."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation import accounts
from models.model.account_rule import MOST, AccountRule
from models.stats.training_set import TrainingSet
from models.training import account_dependence

LEADS = st.lists(st.floats(0.0, 0.97), min_size=1, max_size=8)


@given(probability=LEADS, dependence=st.floats(1.0, MOST))
def test_an_account_lies_between_its_best_lead_and_independence(
    probability: list[float], dependence: float
) -> None:
    leads = np.array(probability)
    scores = AccountRule(dependence).of(leads, np.zeros(len(leads), np.int64))
    independent = 1.0 - np.prod(1.0 - leads)
    assert leads.max() - 1e-9 <= scores.probability[0] <= independent + 1e-9
    assert scores.share.sum() == pytest.approx(1.0, abs=1e-12)
    if scores.probability[0] > 1e-6:
        one = AccountRule(dependence).share(float(leads[0]), float(scores.probability[0]))
        assert one == pytest.approx(scores.share[0], abs=1e-6)


def test_one_lead_is_the_account_and_a_hotter_lead_never_cools_it() -> None:
    rule = AccountRule(2.5)
    alone = rule.of(np.array([0.31]), np.array([0])).probability
    assert alone[0] == pytest.approx(0.31, abs=1e-15)
    rising = [
        rule.of(np.array([p, 0.3, 0.1]), np.zeros(3, np.int64)).probability[0]
        for p in np.linspace(0, 0.99, 40)
    ]
    assert np.all(np.diff(rising) > 0)


def history(dependence: float, seed: int, pairs: int = 4_000) -> tuple[TrainingSet, np.ndarray]:
    """Accounts whose first conversion follows the rule: each share decides which lead it was."""
    random = np.random.default_rng(seed)
    account = np.repeat(np.arange(pairs), random.integers(1, 6, pairs))
    probability = random.beta(1.0, 6.0, len(account))
    scores = AccountRule(dependence).of(probability, account)
    converts = random.random(pairs) < scores.probability
    label = np.zeros(len(account))
    first = np.searchsorted(account, np.arange(pairs))
    label[first[converts]] = 1.0
    nothing = np.zeros((len(account), 0), np.float32)
    lead, cutoff = np.arange(len(account)), np.zeros(len(account), np.int64)
    empty = np.zeros(0, np.bool_)
    return TrainingSet(nothing, label, lead, cutoff, (), empty, account), probability


@pytest.mark.parametrize("dependence", [1.0, 2.0, 4.0])
def test_the_dependence_is_learned_from_history(dependence: float) -> None:
    rows, probability = history(dependence, seed=1)
    learned = account_dependence.learn(rows, probability)
    assert learned is not None
    assert abs(np.log(learned.dependence / dependence)) < 0.35
    other, stated = history(dependence, seed=2)
    figures = accounts.judge(learned, other, stated)
    assert figures is not None
    assert figures.converted_low <= figures.mean_probability <= figures.converted_high
    ends = (figures.independent_log_loss, figures.most_probable_log_loss)
    assert figures.log_loss <= min(ends) + 1e-3


def test_planted_fault_another_exponent_is_not_calibrated() -> None:
    other, stated = history(4.0, seed=2)
    figures = accounts.judge(AccountRule(1.0), other, stated)
    assert figures is not None
    assert figures.mean_probability > figures.converted_high


def test_a_level_that_is_too_high_is_no_dependence() -> None:
    rows, probability = history(1.0, seed=3)
    higher = -np.expm1(1.4 * np.log1p(-probability))
    learned = account_dependence.learn(rows, higher)
    assert learned is not None
    assert learned.dependence < 1.25


def test_few_accounts_teach_nothing_and_no_accounts_have_no_rule() -> None:
    rows, probability = history(4.0, seed=1, pairs=40)
    assert account_dependence.learn(rows, probability) == AccountRule()
    none = TrainingSet(
        rows.values, rows.label, rows.lead, rows.cutoff, rows.names, rows.categorical
    )
    assert account_dependence.learn(none, probability) is None
    assert accounts.judge(None, none, probability) is None


def test_folds_never_part_an_account() -> None:
    rows, _ = history(1.0, seed=1, pairs=200)
    assert np.array_equal(rows.take(np.arange(30)).group, rows.group[:30])
    from models.model.settings import TrainSettings  # noqa: PLC0415
    from models.training.time import period_folds  # noqa: PLC0415

    fold = period_folds.assign(rows, TrainSettings(), 3).fold
    for account in range(200):
        assert len(set(fold[rows.group == account])) == 1
    lone = period_folds.assign(rows.take(np.arange(len(rows))), TrainSettings(), 3).fold
    assert np.array_equal(fold, lone)
