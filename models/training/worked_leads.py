"""What leads that nobody worked have in common, for a model that learned from worked leads alone.

Decided here: a shrunken model tells leads apart less than they differ, and sales works the better
ones. So it is too high for the kinds that are seldom worked, about which few worked leads teach.
The chance of being worked, fitted on all leads, is one direction in which exactly these differ: the
margin is moved along its log-odds by as much as lowers the log loss of held-out worked leads,
shrunk to nothing (the fluctuation of targeted learning: van der Laan and Rose 2011, chapter 5, on a
prediction). The log-odds are sums over bins of the scorecard, so it stays one table, and every
reason stays exact. No lead that nobody worked gets a label.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from models.model.binning import Binning
from models.model.lead_model import LeadModel
from models.model.scorecard import centred
from models.stats.log_odds import expit, logit
from models.stats.training_set import Floats, TrainingSet, Values

LEAST_SHARE: Final = 0.2
"""A scorecard that counts for less in the margin is left alone."""
STRAIGHT: Final = ("none", "sigmoid")
"""Calibrations that are a straight line of log-odds."""
FEWEST: Final = 30
"""Conversions of worked leads below which nothing is moved."""
_PENALTY: Final = 10.0
_LEVEL, _ALONG = 1.0, 40.0
"""One over the variance that a shift, and a step along the log-odds, are expected to have. The
second was chosen on companies of other seeds than those that are reported."""
_STEPS: Final = 30
_FLATTEST: Final = 0.2


def teach(
    model: LeadModel,
    worked: TrainingSet,
    held_out: Floats,
    unworked: Values,
    columns: NDArray[np.int64],
) -> LeadModel:
    """Move a model along the chance of being worked, as far as worked leads show it.

    Parameters
    ----------
    model
        Learned from worked leads.
    worked
        Its rows.
    held_out
        Shape (rows,): log-odds of their probabilities by models that did not learn from them.
    unworked
        Shape (others, features): leads of the same time that nobody worked.
    columns
        The features by which people may choose whom to work.
    """
    few = min(worked.label.sum(), len(unworked)) < FEWEST
    bends = model.calibration.kind not in STRAIGHT
    if few or bends or model.weights.scorecard < LEAST_SHARE or model.scorecard.penalty == 0.0:
        return model
    binning = model.scorecard.binning
    here, there = (_indicators(binning, values, columns) for values in (worked.values, unworked))
    places, apart = _chance(here, there)
    odds = here @ apart
    level, along = _moved(held_out, odds - odds.mean(), worked.label) / _slope(model, worked)
    table = model.scorecard.table.copy()
    table[_bins(binning, columns)[places]] += along / model.weights.scorecard * apart[places]
    moved = (level - along * odds.mean()) / model.weights.scorecard
    card = replace(model.scorecard, table=table, intercept=model.scorecard.intercept + moved)
    return replace(model, scorecard=centred(card, worked, move_intercept=True))


def _chance(worked: Floats, unworked: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Fit the log-odds of being worked: the bins that matter, and what each adds."""
    x = np.concatenate([worked, unworked])
    label = np.arange(len(x)) < len(worked)
    fitted = LogisticRegression(C=1.0 / _PENALTY, solver="newton-cholesky", tol=1e-5)
    apart = np.asarray(fitted.fit(x, label).coef_[0], np.float64)
    return np.flatnonzero(apart), apart


def _moved(margin: Floats, odds: Floats, label: Floats) -> Floats:
    """Estimate the level and the step along the log-odds, shrunk to nothing: shape (2,)."""
    x, precision = np.column_stack([np.ones(len(odds)), odds]), np.array([_LEVEL, _ALONG])
    total = np.zeros(2)
    for _ in range(_STEPS):
        rate = expit(margin + x @ total)
        slope = x.T @ (rate - label) + precision * total
        bend = (x * (rate * (1.0 - rate))[:, None]).T @ x + np.diag(precision)
        total = total - np.clip(np.linalg.solve(bend, slope), -1.0, 1.0)
    return total


def _slope(model: LeadModel, worked: TrainingSet) -> float:
    """Return by how much the log-odds of the probability rise with the margin, calibrated."""
    margin = model.margin(worked.values)
    apart = margin - margin.mean()
    spread = float(apart @ apart)
    slope = float(apart @ logit(model.probability(worked.values))) / spread if spread else 1.0
    return max(slope, _FLATTEST)


def _bins(binning: Binning, columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the places of the bins of some features in the table."""
    parts = [np.arange(binning.starts[one], binning.starts[one + 1]) for one in columns]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _indicators(binning: Binning, values: Values, columns: NDArray[np.int64]) -> Floats:
    """Return 1 where a row lies in a bin: shape (rows, bins of the columns)."""
    codes, counts = binning.codes(values)[columns], binning.counts[columns]
    parts = [np.eye(count)[code] for code, count in zip(codes, counts, strict=True)]
    return np.concatenate([np.zeros((len(values), 0)), *parts], axis=1)
