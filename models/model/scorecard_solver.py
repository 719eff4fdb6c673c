"""The scorecard's solver: penalised logistic regression on bins.

Decided here: the coefficients of a numeric feature are the steps between neighbouring bins, so a
penalty on them pulls neighbours together; missing, and every bin of a category, has a coefficient
of its own. The minimised sum is

    log loss + penalty / 2 * (sum over numbers of (bins - 1) * step^2 + sum over others of value^2)
             + (scale - 1)^2 * SCALE_PRECISION / 2

where `scale >= 0` multiplies the hand-given points and the intercept is free. Values of a number
are centred over its training rows, so what is missing is judged against the average. Solved by
L-BFGS-B with a diagonal preconditioner.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.kernel.compiled import njit
from models.model.binning import BinCodes, Binning
from models.stats.training_set import Floats

SCALE_PRECISION: Final = 36.0
"""Confidence in hand-given points: a standard deviation of one sixth around a scale of one.

Rows of a lead repeat each other, so the evidence against it counts some of its conversions twice.
"""

_ITERATIONS: Final = 150
_TOLERANCE: Final = 1e-4
_ROWS_AT_ONCE: Final = 2048


@dataclass(frozen=True)
class Problem:
    """One regression: the bins of the rows, their labels, the log-odds given by hand."""

    codes: BinCodes
    label: Floats
    binning: Binning
    points: Floats | None = None


@dataclass(frozen=True)
class Solution:
    """Intercept, scale of the points, and one coefficient a bin (`theta`; tables by `expand`)."""

    intercept: float
    scale: float
    theta: Floats


class Design:
    """A problem made ready: supports, weights and the scale of every coefficient."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        binning = problem.binning
        rate = np.clip(problem.label.mean(), 1e-4, 1 - 1e-4)
        ones = np.ones(len(problem.label))
        self.support = histogram(problem.codes, ones, binning.starts)
        self.information = float(rate * (1.0 - rate))
        self.curvature = self.information * _spread(
            self.support, binning.starts, binning.categorical
        )
        self.weight = _weights(binning)
        self.start = Solution(float(np.log(rate / (1.0 - rate))), 1.0, np.zeros(len(self.support)))

    def table(self, theta: Floats) -> Floats:
        """Turn coefficients into the value of every bin."""
        binning = self.problem.binning
        table: Floats = expand(theta, self.support, binning.starts, binning.categorical)
        return table

    def bend(self, penalty: float) -> Floats:
        """Give about how the loss bends along intercept, scale and every coefficient.

        All of it at the base rate; a unit of the wrong size for the scale alone stops the solver
        long before it is there.
        """
        given = self.problem.points
        by_scale = 0.0 if given is None else self.information * float(given @ given)
        of_two = [self.information * len(self.problem.label) + 1.0, by_scale + SCALE_PRECISION]
        return np.concatenate([of_two, self.curvature + penalty * self.weight + 1e-9])

    def margin(self, solution: Solution) -> Floats:
        """Give the margin of the problem's rows."""
        problem = self.problem
        rows: Floats = margin(problem.codes, self.table(solution.theta), problem.binning.starts)
        given = 0.0 if problem.points is None else solution.scale * problem.points
        return rows + (solution.intercept + given)

    def loss(self, solution: Solution, penalty: float) -> tuple[float, Floats]:
        """Give the penalised loss and its gradient by intercept, scale, coefficients."""
        problem, binning = self.problem, self.problem.binning
        rows = self.margin(solution)
        residual = 1.0 / (1.0 + np.exp(-rows)) - problem.label
        loss = float(np.sum(np.logaddexp(0.0, rows) - problem.label * rows))
        weight = penalty * self.weight
        loss += 0.5 * float(weight @ (solution.theta**2))
        loss += 0.5 * SCALE_PRECISION * (solution.scale - 1.0) ** 2
        by_bin = histogram(problem.codes, residual, binning.starts)
        by_theta = collapse(by_bin, self.support, binning.starts, binning.categorical)
        by_scale = SCALE_PRECISION * (solution.scale - 1.0)
        if problem.points is not None:
            by_scale += float(residual @ problem.points)
        gradient = np.concatenate([[residual.sum(), by_scale], by_theta + weight * solution.theta])
        return loss, gradient


def solve(design: Design, penalty: float, start: Solution | None = None) -> Solution:
    """Minimise the penalised log loss.

    Parameters
    ----------
    design
        The problem.
    penalty
        Strength of the L2 penalty.
    start
        Where to begin: the solution for a neighbouring penalty.
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
    found = minimize(scaled, x, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return _unpack(found.x * unit)


def _unpack(x: Floats) -> Solution:
    return Solution(float(x[0]), float(x[1]), x[2:])


def _weights(binning: Binning) -> Floats:
    """Give the relative penalty of every coefficient: more for the steps of many bins."""
    weight = np.ones(int(binning.starts[-1]))
    for column, category in enumerate(binning.categorical):
        if not category:
            begin, end = binning.starts[column], binning.starts[column + 1] - 1
            weight[begin:end] = max(1, end - begin - 1)
    return weight


def margin(codes: BinCodes, table: Floats, starts: NDArray[np.int64]) -> Floats:
    """Sum the bin values of every row: shape (rows,)."""
    out = np.zeros(codes.shape[1])
    _add_values(codes, table, starts, out)
    return out


def histogram(codes: BinCodes, amount: Floats, starts: NDArray[np.int64]) -> Floats:
    """Sum an amount of the rows over every bin: shape (bins,)."""
    out = np.zeros(int(starts[-1]))
    _add_amounts(codes, amount, starts, out)
    return out


@njit(cache=True, nogil=True)
def _add_values(
    codes: Any, table: Any, starts: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    for block in range((len(out) + _ROWS_AT_ONCE - 1) // _ROWS_AT_ONCE):
        begin = block * _ROWS_AT_ONCE
        end = min(len(out), begin + _ROWS_AT_ONCE)
        for column in range(codes.shape[0]):
            start = starts[column]
            for row in range(begin, end):
                out[row] += table[start + codes[column, row]]


@njit(cache=True, nogil=True)
def _add_amounts(
    codes: Any, amount: Any, starts: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    for column in range(codes.shape[0]):
        start = starts[column]
        for row in range(codes.shape[1]):
            out[start + codes[column, row]] += amount[row]


@njit(cache=True)
def expand(
    theta: Any, support: Any, starts: Any, categorical: Any
) -> Any:  # pragma: no cover (compiled)
    """Turn coefficients into bin values: numbers add up steps and are centred."""
    table = theta.copy()
    for column in range(len(categorical)):
        if categorical[column]:
            continue
        begin, end = starts[column], starts[column + 1] - 1
        total, mean, level = 0.0, 0.0, 0.0
        for b in range(begin, end):
            level += theta[b] if b > begin else 0.0
            table[b] = level
            total += support[b]
            mean += support[b] * level
        if total > 0:
            for b in range(begin, end):
                table[b] -= mean / total
    return table


@njit(cache=True)
def collapse(
    by_bin: Any, support: Any, starts: Any, categorical: Any
) -> Any:  # pragma: no cover (compiled)
    """Turn a gradient by bin values into one by coefficients: the transpose of `expand`."""
    out = by_bin.copy()
    for column in range(len(categorical)):
        if categorical[column]:
            continue
        begin, end = starts[column], starts[column + 1] - 1
        whole, total = 0.0, 0.0
        for b in range(begin, end):
            whole += by_bin[b]
            total += support[b]
        share = whole / total if total > 0 else 0.0
        above = 0.0
        for b in range(end - 1, begin, -1):
            above += by_bin[b] - share * support[b]
            out[b] = above
        out[begin] = 0.0
    return out


@njit(cache=True)
def _spread(support: Any, starts: Any, categorical: Any) -> Any:  # pragma: no cover (compiled)
    """Give the sum of squares of every coefficient's column: the curvature's data part."""
    out = support.copy()
    for column in range(len(categorical)):
        if categorical[column]:
            continue
        begin, end = starts[column], starts[column + 1] - 1
        total = support[begin:end].sum()
        above = 0.0
        for b in range(end - 1, begin, -1):
            above += support[b]
            out[b] = above * (1.0 - above / total) if total > 0 else 0.0
        out[begin] = 0.0
    return out
