"""The scorecard: a table of log-odds per bin, learned, and shrunk towards hand-given points.

Decided here: margin = intercept + sum over features of the value of the feature's bin. The strength
of the penalty is chosen by log loss out of fold, folds by lead. Values are centred over the
training rows, so the intercept is the average margin and a contribution is the difference of a lead
from it. Without outcomes the points alone make the table.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from features.kernel.inputs import Integers
from features.kernel.packed import pack
from models.model.bin_sums import histogram
from models.model.binning import Binning
from models.model.points import Points
from models.model.scorecard_lookup import Lookup, sum_margins
from models.stats.training_set import Floats, Rows, TrainingSet, Values


class ScorecardJson(TypedDict):
    """The plain form of a scorecard.

    Attributes
    ----------
    intercept, scale, penalty
        As in `Scorecard`.
    categorical
        A flag a feature.
    edges, values
        Per feature: the edges of its bins; the log-odds of its bins.
    """

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
        How far the hand-given points were trusted; 1 takes them as they are.
    penalty
        The strength that was chosen; 0 if nothing was learned.
    """

    intercept: float
    binning: Binning
    table: Floats
    scale: float = 1.0
    penalty: float = 0.0

    def margin(self, values: Values) -> Floats:
        """Compute log-odds: shape (rows,)."""
        out = np.empty(len(values))
        sum_margins(values, self.lookup, self.table, self.intercept, out)
        return out

    @cached_property
    def packed(self) -> Integers:
        """The whole scorecard in one array, for `models.explain.scorecard_parts`."""
        return pack((*self.lookup, self.table, np.array([self.intercept])))

    @cached_property
    def lookup(self) -> Lookup:
        """Where the bins of each feature are, as compiled code takes it."""
        binning = self.binning
        return binning.flat_edges, binning.edge_starts, binning.starts, binning.categorical

    def to_json(self) -> ScorecardJson:
        """Return the scorecard as plain data."""
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
    """Build a scorecard of the points alone; the outcomes, if any, only set the base rate.

    The average probability of the rows is their rate, where the expected rate of the points counts
    as much as the number of leads that it takes for one conversion.

    Parameters
    ----------
    rows
        The rows that values are centred over; may be empty.
    points
        The points.
    """
    binning = Binning(
        tuple(points.edges(len(rows.names)) or [np.empty(0, dtype=np.float32)] * len(rows.names)),
        rows.categorical,
    )
    rate = base_rate(rows, points)
    card = Scorecard(float(np.log(rate / (1.0 - rate))), binning, points.table(binning))
    card = centred(card, rows, move_intercept=False)
    return card if len(rows) == 0 else levelled(card, rows.values, rate)


def base_rate(rows: TrainingSet, points: Points) -> float:
    """Compute the base rate; the expected one counts as the leads it takes for one conversion.

    Parameters
    ----------
    rows
        Training rows; may be empty.
    points
        Hand-given points, with the rate that they expect.
    """
    expected = len(rows) / rows.leads if len(rows) else 1.0
    return (rows.conversions + expected) / (len(rows) + expected / points.expected_rate)


def levelled(card: Scorecard, values: Values, rate: float) -> Scorecard:
    """Return the scorecard with the intercept that makes its average probability the rate.

    Parameters
    ----------
    card
        A scorecard.
    values
        Shape (rows, features): the rows that are averaged over.
    rate
        A share between 0 and 1.
    """
    return replace(card, intercept=_level(card.margin(values) - card.intercept, rate))


def _level(margin: Floats, rate: float) -> float:
    """Compute what to add to margins so that their average probability is the rate."""
    from scipy.optimize import brentq  # noqa: PLC0415 - for learning alone

    def surplus(shift: float) -> float:
        return float(np.mean(1.0 / (1.0 + np.exp(-(margin + shift))))) - rate

    span = float(np.abs(margin).max()) + abs(float(np.log(rate / (1.0 - rate)))) + 1.0
    return float(brentq(surplus, -span, span))


def centred(
    card: Scorecard,
    rows: TrainingSet,
    *,
    move_intercept: bool,
    support: Floats | None = None,
) -> Scorecard:
    """Subtract the mean of every feature from its table; optionally add it to the intercept.

    Parameters
    ----------
    card
        A scorecard.
    rows
        The rows that are averaged over; without any, the scorecard is returned as it is.
    move_intercept
        Whether what is subtracted is added to the intercept, so that no margin changes.
    support
        Shape (bins,): the rows in every bin, if they were counted before.
    """
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
    """Draw whole leads at random and return the positions of their rows.

    Parameters
    ----------
    lead
        Shape (rows,): a code of the lead of each row.
    max_rows
        About how many rows; if there are no more, all are returned.
    seed
        Seed of the draw.
    """
    if len(lead) <= max_rows:
        return np.arange(len(lead))
    codes, position = np.unique(lead, return_inverse=True)
    drawn = np.random.default_rng(seed).random(len(codes)) < max_rows / len(lead)
    return np.flatnonzero(drawn[position])
