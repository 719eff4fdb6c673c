"""The score in use as a baseline: its own order, its own rate where it is missing, no features."""

from dataclasses import replace

import numpy as np

from models.baselines.baselines import INCUMBENT
from models.evaluation import evaluation
from models.evaluation.evaluation import Case
from models.stats.metrics import auc
from pipelines.reports.evaluation.ranking_figures import RANKS
from pipelines.reports.evaluation.terms import PREDICTIONS
from tests.evaluation_cases import CATALOG, HORIZON_DAYS, rows


def case() -> tuple[Case, np.ndarray]:
    learning, test = rows(), rows(seed=1)
    scores = [
        np.where(one.lead % 10 == 0, np.nan, one.values[:, 1].astype(np.float64))
        for one in (learning, test)
    ]
    made = Case(None, CATALOG, learning, test, HORIZON_DAYS, incumbent=(scores[0], scores[1]))  # type: ignore[arg-type]
    return made, scores[1]


def test_it_keeps_its_order_and_has_probabilities_of_its_own() -> None:
    made, score = case()
    probability = evaluation._by_incumbent(made)[INCUMBENT]
    there = ~np.isnan(score)
    label = made.test.label
    expected = auc(label=label[there], probability=score[there])
    assert auc(label=label[there], probability=probability[there]) == expected > 0.55
    assert abs(probability.mean() - made.learning.label.mean()) < 0.05
    without = made.learning.label[made.learning.lead % 10 == 0].mean()
    assert abs(np.unique(probability[~there]).item() - without) < 0.1


def test_without_a_score_or_without_outcomes_there_is_no_such_baseline() -> None:
    made, _ = case()
    assert evaluation._by_incumbent(replace(made, incumbent=None)) == {}
    nobody = replace(made.learning, label=np.zeros(len(made.learning)))
    assert evaluation._by_incumbent(replace(made, learning=nobody)) == {}


def test_reports_have_a_name_and_a_colour_for_it() -> None:
    assert INCUMBENT in PREDICTIONS
    assert len(set(RANKS.values())) == len(RANKS)
    assert INCUMBENT in RANKS
