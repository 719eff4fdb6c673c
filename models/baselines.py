"""Baselines: what a model must beat, each from the same training set.

Decided here: base rate, recency, points, Odoo's method, logistic regression (categories one-hot,
numbers scaled, C = 1) and near-default LightGBM (100 trees of 31 leaves, rate 0.05). None of them
is tuned, and none sees more than the model does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import lightgbm
import numpy as np
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from models import baselines_odoo, scorecard
from models.points import Points
from models.scorecard import Scorecard
from models.training_set import Floats, TrainingSet, Values

_MANY_VALUES: Final = 10_000_000

BASELINES: Final = ("base_rate", "points", "recency", "odoo", "logistic", "lightgbm")
"""The names of all of them."""
RECENCY: Final = "engagement__days_since_last"
"""The feature that the recency baseline goes by."""


class Baseline(Protocol):
    """Anything that turns feature values into probabilities."""

    def probability(self, values: Values) -> Floats:
        """Give probabilities: shape (rows,)."""


@dataclass(frozen=True)
class BaseRate:
    """Everybody gets the training rows' rate."""

    rate: float

    def probability(self, values: Values) -> Floats:
        """Give the rate to every row."""
        return np.full(len(values), self.rate)


@dataclass(frozen=True)
class Estimator:
    """A scikit-learn classifier on some columns."""

    estimator: Any
    columns: Sequence[int]

    def probability(self, values: Values) -> Floats:
        """Give the classifier's probability of a conversion."""
        return np.asarray(self.estimator.predict_proba(values[:, self.columns])[:, 1])


@dataclass(frozen=True)
class ByPoints:
    """The hand-given points alone."""

    scorecard: Scorecard

    def probability(self, values: Values) -> Floats:
        """Give the probability of the points' log-odds."""
        return np.asarray(expit(self.scorecard.margin(values)))


@dataclass(frozen=True)
class Trees:
    """A LightGBM model on its own."""

    model: Any

    def probability(self, values: Values) -> Floats:
        """Give LightGBM's probability."""
        return np.asarray(self.model.predict(values), dtype=np.float64)


def fit_all(
    rows: TrainingSet, points: Points | None = None, recency: str = RECENCY, seed: int = 0
) -> dict[str, Baseline]:
    """Fit every baseline that the data allow.

    Recency is left out when the features have no such column, points when none were given, and all
    that learn when the labels are all alike.

    Parameters
    ----------
    rows
        The rows the model was trained on.
    points
        Hand-given points.
    recency
        The column of days since the last activity.
    seed
        Of LightGBM.
    """
    return {name: fit() for name, fit in fitters(rows, points, recency, seed).items()}


def fitters(
    rows: TrainingSet, points: Points | None = None, recency: str = RECENCY, seed: int = 0
) -> dict[str, Callable[[], Baseline]]:
    """Give the way to fit every baseline that the data allow; see `fit_all`."""
    rate = (rows.conversions + 0.5) / (len(rows) + 1.0)
    found: dict[str, Callable[[], Baseline]] = {"base_rate": lambda: BaseRate(rate)}
    if points is not None:
        found["points"] = lambda: ByPoints(scorecard.from_points(rows, points))
    if not 0 < rows.conversions < len(rows):
        return found
    if recency in rows.names:
        found["recency"] = lambda: by_recency(rows, recency)
    found["odoo"] = lambda: baselines_odoo.fit(rows)
    found["logistic"] = lambda: logistic(rows)
    found["lightgbm"] = lambda: near_default_lightgbm(rows, seed)
    return found


def by_recency(rows: TrainingSet, column: str = RECENCY) -> Estimator:
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
    data = lightgbm.Dataset(
        rows.values,
        label=rows.label,
        feature_name=[f"f{column}" for column in range(len(rows.names))],
        categorical_feature=np.flatnonzero(rows.categorical).tolist(),
        params=spelled,
    )
    return Trees(lightgbm.train(spelled, data, num_boost_round=100))
