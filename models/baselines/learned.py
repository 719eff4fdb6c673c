"""Baselines that learn: recency, logistic regression, near-default LightGBM.

Decided here: none of them is tuned. Their libraries are slow to import, so whoever only names a
baseline (see `models.baselines.baselines`) does not import this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import lightgbm
import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from models.model import booster
from models.stats.training_set import Floats, TrainingSet, Values

_MANY_VALUES: Final = 10_000_000


@dataclass(frozen=True)
class Estimator:
    """A scikit-learn classifier on some columns."""

    estimator: Any
    columns: Sequence[int]

    def probability(self, values: Values) -> Floats:
        """Give the classifier's probability of a conversion."""
        return np.asarray(self.estimator.predict_proba(values[:, self.columns])[:, 1])


@dataclass(frozen=True)
class Trees:
    """A LightGBM model on its own."""

    model: Any

    def probability(self, values: Values) -> Floats:
        """Give LightGBM's probability."""
        return np.asarray(self.model.predict(values), dtype=np.float64)


def by_recency(rows: TrainingSet, column: str) -> Estimator:
    """Fit the chance of a conversion by the log of the days since the last activity."""
    steps = make_pipeline(
        FunctionTransformer(np.log1p),
        SimpleImputer(
            strategy="constant",
            fill_value=np.log1p(3650.0),
            add_indicator=True,
            keep_empty_features=True,
        ),
        StandardScaler(),
        LogisticRegression(),
    )
    columns = [rows.names.index(column)]
    return Estimator(steps.fit(rows.values[:, columns], rows.label), columns)


def logistic(rows: TrainingSet) -> Estimator:
    """Fit a logistic regression: categories one-hot, numbers scaled, missing marked, C = 1."""
    numbers = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    categories = make_pipeline(
        SimpleImputer(strategy="constant", fill_value=-1.0, keep_empty_features=True),
        OneHotEncoder(handle_unknown="ignore"),
    )
    columns = ColumnTransformer(
        [
            ("numbers", numbers, np.flatnonzero(~rows.categorical)),
            ("categories", categories, np.flatnonzero(rows.categorical)),
        ]
    )
    model = make_pipeline(columns, LogisticRegression(C=1.0, max_iter=3000))
    return Estimator(model.fit(rows.values, rows.label), range(len(rows.names)))


def near_default_lightgbm(rows: TrainingSet, seed: int = 0) -> Trees:
    """Fit LightGBM as it comes: 100 trees of 31 leaves, at a rate of 0.05."""
    spelled = {
        "objective": "binary",
        "learning_rate": 0.05,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2 if rows.values.size > _MANY_VALUES else 1,
        "seed": seed,
        "verbosity": -1,
    }
    return trees(rows, spelled, 100)


def trees(rows: TrainingSet, spelled: dict[str, Any], rounds: int) -> Trees:
    """Let LightGBM grow so many trees with its parameters as they are spelled."""
    data = lightgbm.Dataset(rows.values, label=rows.label, params=spelled, **booster.columns(rows))
    return Trees(lightgbm.train(spelled, data, num_boost_round=rounds))
