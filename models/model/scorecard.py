"""The scorecard: a table of log-odds per bin, learned, and shrunk towards hand-given points.

Decided here: margin = intercept + sum over features of the value of the feature's bin. The strength
of the penalty is chosen by log loss out of fold, folds by lead. Values are centred over the
training rows, so the intercept is the average margin and a contribution says how a lead differs.
With no outcomes to learn from, the points alone make the table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT, pack
from models.model import binning as bins
from models.model.binning import Binning, bin_of
from models.model.points import Points
from models.model.scorecard_solver import Design, Problem, Solution, histogram, solve
from models.model.settings import ScorecardSettings
from models.stats.training_set import Floats, Rows, TrainingSet, Values

_LEAST_BINS = 2  # one for all values, one for missing: nothing to learn unless some are missing


class ScorecardJson(TypedDict):
    """The plain form of a scorecard."""

    intercept: float
    scale: float
    penalty: float
    categorical: list[bool]
    edges: list[list[float]]
    values: list[list[float]]


@dataclass(frozen=True)
class Scorecard:
    """A fitted scorecard.

    Attributes
    ----------
    intercept
        The average margin of the training rows.
    binning
        The bins.
    table
        Shape (bins,): log-odds of every bin, points included.
    scale
        How far the hand-given points were trusted; 1 as given.
    penalty
        The strength that was chosen; 0 when nothing was learned.
    """

    intercept: float
    binning: Binning
    table: Floats
    scale: float = 1.0
    penalty: float = 0.0

    def margin(self, values: Values) -> Floats:
        """Give log-odds: shape (rows,)."""
        out = np.empty(len(values))
        _margin(values, self._lookup, self.table, self.intercept, out)
        return out

    def contributions(self, values: Values) -> Floats:
        """Give every feature's part of the margin: shape (rows, features).

        Together with the intercept they sum to the margin.
        """
        out = np.empty(values.shape)
        explain_rows(values, self._lookup, (self.table, self.intercept), out, np.empty(len(values)))
        return out

    @cached_property
    def packed(self) -> Integers:
        """Give all that `explain_packed` reads."""
        return pack((*self._lookup, self.table, np.array([self.intercept])))

    @cached_property
    def _lookup(self) -> tuple[Any, ...]:
        binning = self.binning
        return binning.flat_edges, binning.edge_starts, binning.starts, binning.categorical

    def to_json(self) -> ScorecardJson:
        """Write the scorecard as plain data."""
        parts = np.split(self.table, self.binning.starts[1:-1])
        return ScorecardJson(
            intercept=self.intercept,
            scale=self.scale,
            penalty=self.penalty,
            categorical=self.binning.categorical.tolist(),
            edges=self.binning.to_json(),
            values=[part.tolist() for part in parts] if len(self.binning.edges) else [],
        )

    @classmethod
    def from_json(cls, raw: ScorecardJson) -> "Scorecard":
        """Read what `to_json` wrote, equal to the bit."""
        categorical = np.array(raw["categorical"], dtype=np.bool_)
        return cls(
            intercept=raw["intercept"],
            binning=Binning.from_json(raw["edges"], categorical),
            table=np.array([value for part in raw["values"] for value in part], dtype=np.float64),
            scale=raw["scale"],
            penalty=raw["penalty"],
        )


def from_points(rows: TrainingSet, points: Points) -> Scorecard:
    """Make a scorecard of the points alone; whatever outcomes there are set the base rate.

    The average probability of the rows is their rate, the rate that the points expect counting as
    much as leads enough for one conversion.
    """
    binning = Binning(
        tuple(points.edges(len(rows.names)) or [np.empty(0, dtype=np.float32)] * len(rows.names)),
        rows.categorical,
    )
    rate = _rate(rows, points)
    card = Scorecard(float(np.log(rate / (1.0 - rate))), binning, points.table(binning))
    card = _centred(card, rows, move_intercept=False)
    return card if len(rows) == 0 else _levelled(card, rows.values, rate)


def _rate(rows: TrainingSet, points: Points) -> float:
    """Give the base rate, the expected one counting as leads enough for one conversion."""
    expected = len(rows) / rows.leads if len(rows) else 1.0
    return (rows.conversions + expected) / (len(rows) + expected / points.expected_rate)


def _levelled(card: Scorecard, values: Values, rate: float) -> Scorecard:
    return replace(card, intercept=_level(card.margin(values) - card.intercept, rate))


def _level(margin: Floats, rate: float) -> float:
    """Find what to add to margins so that their average probability is the rate."""
    from scipy.optimize import brentq  # noqa: PLC0415 - for learning alone

    def surplus(shift: float) -> float:
        return float(np.mean(1.0 / (1.0 + np.exp(-(margin + shift))))) - rate

    span = float(np.abs(margin).max()) + abs(float(np.log(rate / (1.0 - rate)))) + 1.0
    return float(brentq(surplus, -span, span))


def fit(
    rows: TrainingSet, penalty: float, settings: ScorecardSettings, points: Points | None = None
) -> Scorecard:
    """Fit the scorecard with a given strength of penalty.

    Parameters
    ----------
    rows
        Training rows with at least one conversion and one row without.
    penalty
        Strength of the L2 penalty.
    settings
        Bins.
    points
        What to shrink towards.
    """
    return next(fit_path(rows, (penalty,), settings, points))


def fit_path(
    rows: TrainingSet,
    penalties: tuple[float, ...],
    settings: ScorecardSettings,
    points: Points | None = None,
) -> Iterator[Scorecard]:
    """Fit one scorecard a penalty, each started from the one before, as they are asked for."""
    further = points.edges(len(rows.names)) if points else ()
    binning = bins.learn(rows.values, rows.categorical, settings, further)
    varies = (binning.counts > _LEAST_BINS) | np.isnan(rows.values).any(axis=0)
    taught = np.flatnonzero(varies)
    part = Binning(tuple(binning.edges[column] for column in taught), rows.categorical[taught])
    codes = part.codes(np.ascontiguousarray(rows.values[:, taught]))
    given = np.zeros(int(binning.starts[-1])) if points is None else points.table(binning)
    inside = np.repeat(varies, binning.counts)
    log_odds = None if points is None else _looked_up(codes, given[inside], part)
    design = Design(Problem(codes, rows.label, part, log_odds))
    support = np.zeros(len(given))
    support[inside] = design.support
    solution: Solution | None = None
    for penalty in penalties:
        solution = solve(design, penalty, solution)
        table = solution.scale * given
        table[inside] += design.table(solution.theta)
        card = Scorecard(solution.intercept, binning, table, solution.scale, penalty)
        card = _centred(card, rows, move_intercept=True, support=support)
        yield card if points is None else _levelled(card, rows.values, _rate(rows, points))


def _looked_up(codes: bins.BinCodes, table: Floats, binning: Binning) -> Floats:
    total = np.zeros(codes.shape[1])
    for column in range(codes.shape[0]):
        total += table[binning.starts[column] + codes[column]]
    return total


def _centred(
    card: Scorecard,
    rows: TrainingSet,
    *,
    move_intercept: bool,
    support: Floats | None = None,
) -> Scorecard:
    """Take the mean of every feature off its table, and put it into the intercept if asked."""
    if len(rows) == 0:
        return card
    binning = card.binning
    if support is None:
        support = histogram(binning.codes(rows.values), np.ones(len(rows)), binning.starts)
    table, moved = card.table.copy(), 0.0
    for begin, end in zip(binning.starts[:-1], binning.starts[1:], strict=True):
        mean = float(support[begin:end] @ table[begin:end]) / len(rows)
        table[begin:end] -= mean
        moved += mean
    return replace(card, table=table, intercept=card.intercept + (moved if move_intercept else 0.0))


def draw_leads(lead: NDArray[np.int64], max_rows: int, seed: int) -> Rows:
    """Draw whole leads at random, with about `max_rows` rows; all if there are fewer."""
    if len(lead) <= max_rows:
        return np.arange(len(lead))
    codes, position = np.unique(lead, return_inverse=True)
    kept = np.random.default_rng(seed).random(len(codes)) < max_rows / len(lead)
    return np.flatnonzero(kept[position])


@njit(cache=True, nogil=True)
def _margin(
    values: Any, lookup: Any, table: Any, intercept: float, out: Any
) -> None:  # pragma: no cover (compiled)
    edges, edge_starts, starts, categorical = lookup
    for row in range(values.shape[0]):
        total = intercept
        for column in range(values.shape[1]):
            code = bin_of(
                values[row, column],
                edges,
                edge_starts[column],
                edge_starts[column + 1],
                categorical[column],
            )
            total += table[starts[column] + code]
        out[row] = total


@njit(cache=True, nogil=True)
def explain_rows(
    values: Any, lookup: Any, learned: Any, out: Any, margin: Any
) -> None:  # pragma: no cover (compiled)
    """Write the parts of the margins, and the margins; `learned` is the table and intercept."""
    edges, edge_starts, starts, categorical = lookup
    table, intercept = learned
    for row in range(values.shape[0]):
        total = intercept
        for column in range(values.shape[1]):
            code = bin_of(
                values[row, column],
                edges,
                edge_starts[column],
                edge_starts[column + 1],
                categorical[column],
            )
            out[row, column] = table[starts[column] + code]
            total += out[row, column]
        margin[row] = total


@njit(cache=True, nogil=True)
def explain_packed(
    values: Any, packed: Any, out: Any, margin: Any
) -> None:  # pragma: no cover (compiled)
    """Do the same by a packed scorecard."""
    lookup = (
        cut.float32(packed, AT + 0),
        cut.int64(packed, AT + 1),
        cut.int64(packed, AT + 2),
        cut.truth(packed, AT + 3),
    )
    explain_rows(
        values, lookup, (cut.float64(packed, AT + 4), cut.float64(packed, AT + 5)[0]), out, margin
    )
