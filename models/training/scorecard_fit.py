"""Fitting the scorecard, shrunk towards hand-given points.

Decided here: features that do not vary have no coefficient; a path of penalties is fitted lazily,
each from the solution before. `models.training.penalty` chooses the strength.
"""

from collections.abc import Iterator

import numpy as np

from models.model import binning as bins
from models.model.binning import Binning
from models.model.points import Points
from models.model.scorecard import Scorecard, base_rate, centred, levelled
from models.model.settings import ScorecardSettings
from models.stats.training_set import Floats, TrainingSet
from models.training.scorecard_solver import Design, Regression, Solution, solve

_LEAST_BINS = 2  # one for all values, one for missing: nothing to learn unless some are missing


def fit(
    rows: TrainingSet, penalty: float, settings: ScorecardSettings, points: Points | None = None
) -> Scorecard:
    """Fit the scorecard with one strength of penalty.

    Parameters
    ----------
    rows
        Training rows with at least one conversion and one row without.
    penalty
        Strength of the L2 penalty.
    settings
        How many bins, and how small.
    points
        The points to shrink towards; missing means zero everywhere.
    """
    return next(fit_path(rows, (penalty,), settings, points))


def fit_path(
    rows: TrainingSet,
    penalties: tuple[float, ...],
    settings: ScorecardSettings,
    points: Points | None = None,
) -> Iterator[Scorecard]:
    """Fit one scorecard a penalty, lazily, each started from the one before.

    Parameters
    ----------
    rows, settings, points
        As in `fit`.
    penalties
        Strengths of the L2 penalty, in the order in which to fit.
    """
    further = points.edges(len(rows.names)) if points else ()
    binning = bins.learn(rows.values, rows.categorical, settings, further)
    varies = (binning.counts > _LEAST_BINS) | np.isnan(rows.values).any(axis=0)
    used = np.flatnonzero(varies)
    part = Binning(tuple(binning.edges[column] for column in used), rows.categorical[used])
    codes = part.codes(np.ascontiguousarray(rows.values[:, used]))
    by_points = np.zeros(int(binning.starts[-1])) if points is None else points.table(binning)
    inside = np.repeat(varies, binning.counts)
    log_odds = None if points is None else _looked_up(codes, by_points[inside], part)
    design = Design(Regression(codes, rows.label, part, log_odds))
    support = np.zeros(len(by_points))
    support[inside] = design.support
    solution: Solution | None = None
    for penalty in penalties:
        solution = solve(design, penalty, solution)
        table = solution.scale * by_points
        table[inside] += design.table(solution.theta)
        card = Scorecard(solution.intercept, binning, table, solution.scale, penalty)
        card = centred(card, rows, move_intercept=True, support=support)
        yield card if points is None else levelled(card, rows.values, base_rate(rows, points))


def _looked_up(codes: bins.BinCodes, table: Floats, binning: Binning) -> Floats:
    total = np.zeros(codes.shape[1])
    for column in range(codes.shape[0]):
        total += table[binning.starts[column] + codes[column]]
    return total
