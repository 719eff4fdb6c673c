"""The gap to the truth is measured right, and is taken apart without a rest."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from benchmarks.quality.limit import true_auc


def test_the_expected_auc_is_that_of_rows_weighted_by_their_truth() -> None:
    random = np.random.default_rng(3)
    truth = random.uniform(0.0, 0.3, 400)
    predicted = np.round(truth + random.normal(0.0, 0.1, 400), 1)  # many of them equal
    label = np.repeat([1, 0], 400)
    weight = np.concatenate([truth, 1.0 - truth])
    wanted = roc_auc_score(label, np.tile(predicted, 2), sample_weight=weight)
    assert true_auc(truth, predicted) == pytest.approx(wanted, abs=1e-12)


def test_nobody_orders_better_than_the_truth() -> None:
    random = np.random.default_rng(4)
    truth = random.beta(1.0, 9.0, 300)
    best = true_auc(truth, truth)
    assert all(
        true_auc(truth, truth + random.normal(0.0, noise, 300)) < best for noise in (0.05, 0.2, 1.0)
    )
    assert true_auc(truth, np.zeros(300)) == pytest.approx(0.5)
