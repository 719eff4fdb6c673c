"""How sure a difference of two contenders is."""

import numpy as np

from benchmarks.quality import paired
from benchmarks.quality.standing import standing
from models.stats.training_set import Floats, TrainingSet


def rows(count: int, rows_a_lead: int = 1) -> TrainingSet:
    label = (np.random.default_rng(0).random(count) < 0.3).astype(np.float64)
    return TrainingSet(
        values=np.zeros((count, 1), dtype=np.float32),
        label=label,
        lead=np.arange(count) // rows_a_lead,
        cutoff=np.zeros(count, dtype=np.int64),
        names=("a",),
        categorical=np.array([False]),
    )


def predictions(test: TrainingSet, skill: float, seed: int) -> Floats:
    noise = np.random.default_rng(seed).normal(size=len(test))
    return np.asarray(1.0 / (1.0 + np.exp(-(skill * test.label + noise - 1.0))))


def test_the_better_one_is_beyond_noise_and_an_equal_one_is_not() -> None:
    test = rows(4000)
    good, other, bad = (
        predictions(test, 1.0, 1),
        predictions(test, 1.0, 2),
        predictions(test, 0.3, 3),
    )
    for compare in (paired.by_auc, paired.by_log_loss):
        assert compare(test, [good], [bad]).beyond_noise == 1
        assert compare(test, [bad], [good]).beyond_noise == -1
        assert compare(test, [good], [other]).beyond_noise == 0
        assert compare(test, [good], [good]).ahead == 0.0


def test_the_error_is_that_of_many_tests() -> None:
    ahead, error = [], []
    for seed in range(200):
        label = (np.random.default_rng(seed).random(500) < 0.3).astype(np.float64)
        test = rows(500)
        test = TrainingSet(test.values, label, test.lead, test.cutoff, test.names, test.categorical)
        measured = paired.by_auc(
            test, [predictions(test, 1.0, seed + 1000)], [predictions(test, 0.8, seed + 5000)]
        )
        ahead.append(measured.ahead)
        error.append(measured.error)
    assert 0.85 < np.mean(error) / np.std(ahead) < 1.15


def test_rows_of_a_lead_and_unlike_draws_make_it_less_sure() -> None:
    test = rows(1000)
    ten = np.repeat(np.arange(1000), 10)
    good, bad = predictions(test, 1.0, 1), predictions(test, 0.3, 3)
    alone = paired.by_auc(test, [good], [bad]).error
    copied = paired.by_auc(test.take(ten), [good[ten]], [bad[ten]]).error
    np.testing.assert_allclose(copied, alone, rtol=1e-9)
    assert paired.by_auc(test, [good, bad], [bad, bad]).error > alone


def test_the_best_part_is_the_harder_one_of_each_line() -> None:
    def line(contender: str, rows: int, ahead: float, sign: int) -> dict[str, object]:
        difference = {"ahead": ahead, "se": 0.01, "beyond_noise": sign}
        line = {"dataset": "a", "rows": rows, "contender": contender}
        return line | {"mikomi_auc_ahead": difference, "mikomi_log_loss_ahead": difference}

    counts = standing(
        [
            line("scorecard", 200, 0.05, 1),
            line("tuned_lightgbm", 200, -0.03, -1),
            line("scorecard", 500, 0.01, 0),
            line("tuned_lightgbm", 500, 0.04, 1),
            line("scorecard", 1000, 0.09, 1),
        ]
    )
    assert counts["best_part"]["auc"] == {"ahead": 0, "level": 1, "behind": 1, "mean": -0.01}
    assert counts["scorecard"]["auc"]["ahead"] == 2
