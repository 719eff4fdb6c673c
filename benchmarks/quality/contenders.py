"""Contenders of the quality benchmark: the model, its parts alone, and what others would use.

Decided here: "tuned LightGBM" has small leaves (4, 8 or 15, by 5-fold log loss), a rate of 0.05 and
as many trees (at most 1,000) as 5-fold early stopping says. Everything else is as it comes.
"""

from collections.abc import Callable

import lightgbm
import numpy as np

from benchmarks.quality.datasets import Dataset
from models.baselines import learned, odoo_score
from models.model.settings import TrainSettings
from models.stats.splits import folds_by_lead
from models.stats.training_set import Floats, TrainingSet
from models.training import fit_model, scorecard_fit
from models.training.penalty import choose_penalty
from models.training.time.period_folds import Folds

Contender = Callable[[TrainingSet, Dataset, int], Floats]
"""Trains on the first set, gives probabilities of the data set's test; the seed is the third."""


def mikomi(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Train the whole model."""
    settings = TrainSettings(horizon_days=data.horizon_days)
    return fit_model.fit(train, settings, seed=seed).probability(data.test.values)


def scorecard_alone(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Fit the scorecard, penalty chosen by 5-fold log loss."""
    settings = TrainSettings()
    fold = folds_by_lead(train.lead, train.label, settings.folds, seed)
    penalty, _ = choose_penalty(train, Folds(fold), (settings, None, seed))
    card = scorecard_fit.fit(train, penalty, settings.scorecard)
    return np.asarray(1.0 / (1.0 + np.exp(-card.margin(data.test.values))))


def tuned_lightgbm(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Fit LightGBM with small leaves and 5-fold early stopping."""
    fold = folds_by_lead(train.lead, train.label, 5, seed)
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)]
    tried = []
    for leaves in (4, 8, 15):
        spelled = _spelled(leaves, seed)
        curve = lightgbm.cv(
            spelled,
            _data(train),
            num_boost_round=1000,
            folds=folds,
            callbacks=[lightgbm.early_stopping(50, verbose=False)],
        )["valid binary_logloss-mean"]
        tried.append((min(curve), int(np.argmin(curve)) + 1, spelled))
    _, trees, spelled = min(tried, key=lambda one: one[0])
    model = lightgbm.train(spelled, _data(train), num_boost_round=trees)
    return np.asarray(model.predict(data.test.values))


def _spelled(leaves: int, seed: int) -> dict[str, object]:
    return {
        "objective": "binary",
        "metric": "binary_logloss",
        "num_leaves": leaves,
        "learning_rate": 0.05,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
    }


def _data(rows: TrainingSet) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        rows.values,
        label=rows.label,
        feature_name=[f"f{column}" for column in range(len(rows.names))],
        categorical_feature=np.flatnonzero(rows.categorical).tolist(),
        free_raw_data=False,
    )


def near_default_lightgbm(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Fit LightGBM as it comes."""
    return learned.near_default_lightgbm(train, seed).probability(data.test.values)


def plain_trees(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Grow 200 trees of 15 leaves at a rate of .05, with no other setting."""
    params = {
        "objective": "binary",
        "num_leaves": 15,
        "learning_rate": 0.05,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    return learned.trees(train, params | {"seed": seed}, 200).probability(data.test.values)


def catboost(train: TrainingSet, data: Dataset, seed: int) -> Floats:
    """Fit CatBoost with its defaults and its own treatment of categories."""
    from catboost import CatBoostClassifier  # noqa: PLC0415 - optional in `real_peers`

    model = CatBoostClassifier(
        verbose=0,
        random_seed=seed,
        thread_count=1,
        cat_features=np.flatnonzero(train.categorical).tolist(),
        allow_writing_files=False,
    )
    model.fit(_with_words(train), train.label)
    return np.asarray(model.predict_proba(_with_words(data.test))[:, 1])


def _with_words(rows: TrainingSet) -> list[list[object]]:
    columns = [
        [str(code) for code in rows.values[:, c]] if rows.categorical[c] else rows.values[:, c]
        for c in range(len(rows.names))
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def logistic(train: TrainingSet, data: Dataset, seed: int) -> Floats:  # noqa: ARG001 (no draw)
    """Fit logistic regression, categories one-hot, numbers scaled, C = 1."""
    return learned.logistic(train).probability(data.test.values)


def odoo(train: TrainingSet, data: Dataset, seed: int) -> Floats:  # noqa: ARG001 (no draw)
    """Count as Odoo does."""
    return odoo_score.fit(train).probability(data.test.values)


CONTENDERS: dict[str, Contender] = {
    "mikomi": mikomi,
    "scorecard": scorecard_alone,
    "tuned_lightgbm": tuned_lightgbm,
    "default_lightgbm": near_default_lightgbm,
    "catboost": catboost,
    "logistic": logistic,
    "odoo": odoo,
}
