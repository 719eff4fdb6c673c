"""The scorecard's solver: penalised logistic regression on bins.

Decided here: the coefficients of a numeric feature are the steps between neighbouring bins, so a
penalty on them pulls neighbours together; missing, and every bin of a category, has a coefficient
of its own. The sum that is minimised is

    log loss + penalty / 2 * (sum over numbers of (bins - 1) * step^2 + sum over others of value^2)
             + (scale - 1)^2 * SCALE_PRECISION / 2

where `scale >= 0` multiplies the hand-given points and the intercept is free. Values of a number
are centred over its training rows, so what is missing is judged against the average. Solved by
L-BFGS-B with a diagonal preconditioner.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.model import frequent_bins
from models.model.bin_steps import collapse, column_squares, expand
from models.model.bin_sums import histogram, margin
from models.model.binning import BinCodes, Binning
from models.stats.training_set import Floats

SCALE_PRECISION: Final = 36.0
"""Confidence in hand-given points: a standard deviation of one sixth around a scale of one.

Rows of a lead repeat each other, so the evidence against it counts some conversions twice.
"""

_ITERATIONS: Final = 150
_TOLERANCE: Final = 1e-4


@dataclass(frozen=True)
class Regression:
    """The data of one regression.

    Attributes
    ----------
    codes
        Shape (features, rows): the bins of the rows.
    label
        Shape (rows,).
    binning
        The bins.
    points
        Shape (rows,): log-odds by the hand-given points; None without points.
    """

    codes: BinCodes
    label: Floats
    binning: Binning
    points: Floats | None = None


@dataclass(frozen=True)
class Solution:
    """The solution of one regression.

    Attributes
    ----------
    intercept
        In log-odds.
    scale
        Factor of the hand-given points, 0 or more.
    theta
        Shape (bins,): the coefficients; `expand` turns them into values of bins.
    """

    intercept: float
    scale: float
    theta: Floats


class Design:
    """A regression prepared for the solver: supports, weights and the scale of every coefficient.

    Parameters
    ----------
    problem
        The data.
    """

    def __init__(self, problem: Regression) -> None:
        self.problem = problem
        binning = problem.binning
        rate = np.clip(problem.label.mean(), 1e-4, 1 - 1e-4)
        ones = np.ones(len(problem.label))
        self.support = histogram(problem.codes, ones, binning.starts)
        self.rare = frequent_bins.rare_bins(problem.codes, self.support, binning.starts)
        self.information = float(rate * (1.0 - rate))
        self.curvature = self.information * column_squares(
            self.support, binning.starts, binning.categorical
        )
        self.weight = _weights(binning)
        self.start = Solution(float(np.log(rate / (1.0 - rate))), 1.0, np.zeros(len(self.support)))

    def table(self, theta: Floats) -> Floats:
        """Compute the value of every bin from the coefficients: shape (bins,)."""
        binning = self.problem.binning
        table: Floats = expand(theta, self.support, binning.starts, binning.categorical)
        return table

    def bend(self, penalty: float) -> Floats:
        """Estimate the curvature of the loss along intercept, scale and every coefficient.

        All of it at the base rate. With a wrong unit for the scale alone the solver stops long
        before the minimum.
        """
        points = self.problem.points
        by_scale = 0.0 if points is None else self.information * float(points @ points)
        of_two = [self.information * len(self.problem.label) + 1.0, by_scale + SCALE_PRECISION]
        return np.concatenate([of_two, self.curvature + penalty * self.weight + 1e-9])

    def margin(self, solution: Solution) -> Floats:
        """Compute the margin of the rows: shape (rows,)."""
        problem = self.problem
        rows = self._sum_of_bins(self.table(solution.theta))
        points = 0.0 if problem.points is None else solution.scale * problem.points
        return rows + (solution.intercept + points)

    def loss(self, solution: Solution, penalty: float) -> tuple[float, Floats]:
        """Compute the penalised loss and its gradient by intercept, scale and coefficients.

        Parameters
        ----------
        solution
            Where.
        penalty
            Strength of the L2 penalty.
        """
        problem, binning = self.problem, self.problem.binning
        rows = self.margin(solution)
        residual = 1.0 / (1.0 + np.exp(-rows)) - problem.label
        loss = float(np.sum(np.logaddexp(0.0, rows) - problem.label * rows))
        weight = penalty * self.weight
        loss += 0.5 * float(weight @ (solution.theta**2))
        loss += 0.5 * SCALE_PRECISION * (solution.scale - 1.0) ** 2
        by_bin = self._by_bin(residual)
        by_theta = collapse(by_bin, self.support, binning.starts, binning.categorical)
        by_scale = SCALE_PRECISION * (solution.scale - 1.0)
        if problem.points is not None:
            by_scale += float(residual @ problem.points)
        gradient = np.concatenate([[residual.sum(), by_scale], by_theta + weight * solution.theta])
        return loss, gradient

    def _sum_of_bins(self, table: Floats) -> Floats:
        problem = self.problem
        if self.rare is None:
            return margin(problem.codes, table, problem.binning.starts)
        return frequent_bins.margin(self.rare, table, len(problem.label))

    def _by_bin(self, amount: Floats) -> Floats:
        problem = self.problem
        if self.rare is None:
            return histogram(problem.codes, amount, problem.binning.starts)
        return frequent_bins.histogram(self.rare, amount, len(self.support))


def solve(design: Design, penalty: float, start: Solution | None = None) -> Solution:
    """Minimise the penalised log loss.

    Parameters
    ----------
    design
        The regression.
    penalty
        Strength of the L2 penalty.
    start
        Where to begin: the solution for a neighbouring penalty; missing means the base rate.
    """
    begin = start or design.start
    unit = 1.0 / np.sqrt(design.bend(penalty))

    def scaled(x: Floats) -> tuple[float, Floats]:
        loss, gradient = design.loss(_unpack(x * unit), penalty)
        return loss, gradient * unit

    from scipy.optimize import minimize  # noqa: PLC0415 - for learning alone

    x = np.concatenate([[begin.intercept, begin.scale], begin.theta]) / unit
    low = np.full(len(x), -np.inf)
    low[1] = 0.0
    options = {"maxiter": _ITERATIONS, "ftol": _TOLERANCE, "maxcor": 12}
    bounds = np.column_stack([low, np.full(len(x), np.inf)])
    result = minimize(scaled, x, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return _unpack(result.x * unit)


def _unpack(x: Floats) -> Solution:
    return Solution(float(x[0]), float(x[1]), x[2:])


def _weights(binning: Binning) -> Floats:
    """Return the relative penalty of every coefficient: more for the steps of many bins."""
    weight = np.ones(int(binning.starts[-1]))
    for column, category in enumerate(binning.categorical):
        if not category:
            begin, end = binning.starts[column], binning.starts[column + 1] - 1
            weight[begin:end] = max(1, end - begin - 1)
    return weight
