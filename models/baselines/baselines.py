"""Baselines: what a model must beat, each from the same training set.

Decided here: base rate, recency, points, Odoo's method, logistic regression (categories one-hot,
numbers scaled, C = 1) and near-default LightGBM (100 trees of 31 leaves, rate 0.05). None of them
is tuned, and none sees more than the model does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from models.baselines import odoo_score
from models.model import scorecard
from models.model.points import Points
from models.model.scorecard import Scorecard
from models.stats.log_odds import expit
from models.stats.training_set import Floats, TrainingSet, Values

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
class ByPoints:
    """The hand-given points alone."""

    scorecard: Scorecard

    def probability(self, values: Values) -> Floats:
        """Give the probability of the points' log-odds."""
        return expit(self.scorecard.margin(values))


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
    from models.baselines import learned  # noqa: PLC0415 - slow to import

    if recency in rows.names:
        found["recency"] = lambda: learned.by_recency(rows, recency)
    found["odoo"] = lambda: odoo_score.fit(rows)
    found["logistic"] = lambda: learned.logistic(rows)
    found["lightgbm"] = lambda: learned.near_default_lightgbm(rows, seed)
    return found
