"""Baselines: what a model must beat, each from the same training set.

Decided here: base rate, recency, points, Odoo's method, logistic regression (categories one-hot,
numbers scaled, C = 1) and near-default LightGBM (100 trees of 31 leaves, rate 0.05). None of them
is tuned, and none has more data than the model.
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
INCUMBENT: Final = "incumbent"
"""The name of the score in use among predictions; it is no feature, so its rows are passed."""
RECENCY: Final = "engagement__days_since_last"
"""The feature of the recency baseline."""


class Baseline(Protocol):
    """Anything that computes probabilities from feature values."""

    def probability(self, values: Values) -> Floats:
        """Compute probabilities: shape (rows,)."""


@dataclass(frozen=True)
class BaseRate:
    """The conversion rate of the training rows, for every lead."""

    rate: float

    def probability(self, values: Values) -> Floats:
        """Return the rate for every row: shape (rows,)."""
        return np.full(len(values), self.rate)


@dataclass(frozen=True)
class ByPoints:
    """The hand-given points alone."""

    scorecard: Scorecard

    def probability(self, values: Values) -> Floats:
        """Compute the probability of the points' log-odds: shape (rows,)."""
        return expit(self.scorecard.margin(values))


def fit_all(
    rows: TrainingSet, points: Points | None = None, recency: str = RECENCY, seed: int = 0
) -> dict[str, Baseline]:
    """Fit every baseline that the data allow.

    Recency is left out if the features have no such column, points if there are none, and all that
    learn if the labels are all alike.

    Parameters
    ----------
    rows
        The rows the model was trained on.
    points
        Hand-given points; None without.
    recency
        The column of days since the last activity.
    seed
        Seed of LightGBM.

    Returns
    -------
    Name -> fitted baseline; the names are among `BASELINES`.
    """
    return {name: fit() for name, fit in fitters(rows, points, recency, seed).items()}


def fitters(
    rows: TrainingSet, points: Points | None = None, recency: str = RECENCY, seed: int = 0
) -> dict[str, Callable[[], Baseline]]:
    """Return a function that fits it for every baseline that the data allow.

    Parameters
    ----------
    rows, points, recency, seed
        As in `fit_all`.
    """
    rate = (rows.conversions + 0.5) / (len(rows) + 1.0)
    fits: dict[str, Callable[[], Baseline]] = {"base_rate": lambda: BaseRate(rate)}
    if points is not None:
        fits["points"] = lambda: ByPoints(scorecard.from_points(rows, points))
    if not 0 < rows.conversions < len(rows):
        return fits
    from models.baselines import learned  # noqa: PLC0415 - slow to import

    if recency in rows.names:
        fits["recency"] = lambda: learned.by_recency(rows, recency)
    fits["odoo"] = lambda: odoo_score.fit(rows)
    fits["logistic"] = lambda: learned.logistic(rows)
    fits["lightgbm"] = lambda: learned.near_default_lightgbm(rows, seed)
    return fits
