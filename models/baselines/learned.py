"""Baselines that learn: recency, logistic regression, near-default LightGBM.

Decided here: none of them is tuned. Their libraries are slow to import, so a module that only names
a baseline (see `models.baselines.baselines`) does not import this one.
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

from models.model import booster_parameters
from models.stats.training_set import Floats, TrainingSet, Values

_MANY_VALUES: Final = 10_000_000


@dataclass(frozen=True)
class Estimator:
    """A scikit-learn classifier on some columns.

    Attributes
    ----------
    estimator
        A fitted classifier with `predict_proba`.
    columns
        Positions of the columns it was fitted on.
    """

    estimator: Any
    columns: Sequence[int]

    def probability(self, values: Values) -> Floats:
        """Compute the classifier's probability of a conversion: shape (rows,)."""
        return np.asarray(self.estimator.predict_proba(values[:, self.columns])[:, 1])


@dataclass(frozen=True)
class Trees:
    """A LightGBM model on its own.

    Attributes
    ----------
    model
        A `lightgbm.Booster`.
    """

    model: Any

    def probability(self, values: Values) -> Floats:
        """Compute LightGBM's probability: shape (rows,)."""
        return np.asarray(self.model.predict(values), dtype=np.float64)


def by_recency(rows: TrainingSet, column: str) -> Estimator:
    """Fit a logistic regression on the log of the days since the last activity.

    Parameters
    ----------
    rows
        Training rows.
    column
        The name of the column of days.
    """
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


def by_score(score: Floats, label: Floats) -> Estimator:
    """Fit a logistic regression on a score that someone else computes; a missing one is marked.

    The order of the scores stays, and leads without a score have the rate that they had.

    Parameters
    ----------
    score, label
        Shape (rows,): the score of each training row, NaN without one; 1 or 0.
    """
    steps = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(),
    )
    return Estimator(steps.fit(as_values(score), label), (0,))


def as_values(score: Floats) -> Values:
    """Return a score as the only column of values: shape (rows, 1)."""
    return score[:, np.newaxis].astype(np.float32)


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
    """Fit LightGBM near its defaults: 100 trees of 31 leaves, at a rate of 0.05.

    Parameters
    ----------
    rows
        Training rows.
    seed
        Seed of LightGBM.
    """
    params = {
        "objective": "binary",
        "learning_rate": 0.05,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2 if rows.values.size > _MANY_VALUES else 1,
        "seed": seed,
        "verbosity": -1,
    }
    return trees(rows, params, 100)


def trees(rows: TrainingSet, params: dict[str, Any], rounds: int) -> Trees:
    """Fit LightGBM.

    Parameters
    ----------
    rows
        Training rows.
    params
        LightGBM's parameters.
    rounds
        How many trees.
    """
    data = lightgbm.Dataset(
        rows.values, label=rows.label, params=params, **booster_parameters.columns(rows)
    )
    return Trees(lightgbm.train(params, data, num_boost_round=rounds))
