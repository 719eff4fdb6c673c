"""Choosing the reasons of many leads at once.

Decided here: contributions of features, in margin units, are summed to concepts and turned into
probability along the straight path from the base margin b to the lead's margin m (integrated
gradients, Sundararajan et al. 2017; the margin is additive, so the integral is known):

    points_j = c_j * (g(m) - g(b)) / (m - b),   g'(b) * c_j where m = b

They add up to g(m) - g(b). The slope is held to `STEEPEST`, which only a stepped calibration
exceeds; what that leaves over goes to the concepts that push the same way.

A concept is shown if it is proven, if enough training snapshots had a comparable value of its
leading feature (the one that pushes most, the concept's way), and if it is worth showing at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from models.binning import bin_of
from models.calibration import Calibration
from models.training_set import Floats, Values

STEEPEST = 1.0
"""The most probability that one unit of margin is worth."""
_SAME_MARGIN = 1e-9
_STEP = 1e-6


@dataclass(frozen=True)
class ReasonSettings:
    """Which reasons are shown.

    Attributes
    ----------
    positive, negative
        The most reasons for and against.
    min_support
        The least comparable training snapshots.
    least
        The least contribution, as a share of the lead's probability or of the base probability,
        whichever is larger.
    """

    positive: int = 3
    negative: int = 2
    min_support: int = 30
    least: float = 0.01

    @property
    def places(self) -> int:
        """How many reasons a lead can have."""
        return self.positive + self.negative


@dataclass(frozen=True)
class Picked:
    """The reasons of some leads; the first `positive` places are for, the others against.

    Attributes
    ----------
    concept, feature
        Shape (rows, places): positions in the concepts and the catalog; -1 where there is none.
    value
        Shape (rows, places): the value of the leading feature.
    contribution
        Shape (rows, places): as a probability; 0 where there is none.
    snapshots, conversions
        Shape (rows, places): comparable training snapshots, and how many of them converted.
    """

    concept: NDArray[np.int16]
    feature: NDArray[np.int32]
    value: Values
    contribution: Floats
    snapshots: NDArray[np.int64]
    conversions: NDArray[np.int64]

    @classmethod
    def empty(cls, rows: int, places: int) -> "Picked":
        """Make room for the reasons of some leads."""
        shape = (rows, places)
        return cls(
            concept=np.full(shape, -1, dtype=np.int16),
            feature=np.full(shape, -1, dtype=np.int32),
            value=np.full(shape, np.nan, dtype=np.float32),
            contribution=np.zeros(shape),
            snapshots=np.zeros(shape, dtype=np.int64),
            conversions=np.zeros(shape, dtype=np.int64),
        )

    def rows(self, first: int, end: int) -> "Picked":
        """Give a view of some rows."""
        own = slice(first, end)
        return Picked(
            self.concept[own],
            self.feature[own],
            self.value[own],
            self.contribution[own],
            self.snapshots[own],
            self.conversions[own],
        )


@dataclass(frozen=True)
class Support:
    """What training saw, laid out for the kernel: the bins, their counts, the proven concepts."""

    edges: NDArray[np.float32]
    edge_starts: NDArray[np.int64]
    starts: NDArray[np.int64]
    categorical: NDArray[np.bool_]
    snapshots: NDArray[np.int64]
    conversions: NDArray[np.int64]
    proven: NDArray[np.bool_]


@dataclass(frozen=True)
class Ways:
    """The ways from the base margin to the margins of some leads.

    Attributes
    ----------
    slope, rest
        Shape (rows,): probability per margin, and what the bound on it leaves over;
        slope * (margin - base margin) + rest = probability - base probability.
    higher
        Shape (rows,): the larger of probability and base probability.
    """

    slope: Floats
    rest: Floats
    higher: Floats


def ways(margin: Floats, base: float, calibration: Calibration) -> Ways:
    """Find the ways from the base margin to each margin, through the calibration."""
    at_base = calibration.probability(np.array([base - _STEP, base, base + _STEP]))
    probability = calibration.probability(margin)
    gain = probability - at_base[1]
    way = margin - base
    near = np.abs(way) < _SAME_MARGIN
    slope = np.where(
        near, (at_base[2] - at_base[0]) / (2.0 * _STEP), gain / np.where(near, 1.0, way)
    )
    slope = np.minimum(slope, STEEPEST)
    return Ways(slope, gain - slope * way, np.maximum(probability, at_base[1]))


def concept_points(
    contributions: Floats, of_feature: NDArray[np.int64], concepts: int, way: Ways
) -> Floats:
    """Give the contribution of every concept as a probability: shape (rows, concepts).

    Parameters
    ----------
    contributions
        Shape (rows, features), in margin units.
    of_feature
        Shape (features,): position of each feature's concept.
    concepts
        How many there are.
    way
        What `ways` gave.
    """
    out = np.zeros((len(contributions), concepts))
    for row in range(len(contributions)):
        _points_of_row(contributions[row], of_feature, way.slope[row], way.rest[row], out[row])
    return out


def pick(
    explained: tuple[Values, Floats],
    of_feature: NDArray[np.int64],
    way: Ways,
    support: Support,
    settings: ReasonSettings,
    out: Picked,
) -> None:
    """Choose the reasons of every row and write them into `out`.

    Parameters
    ----------
    explained
        The values and their contributions in margin units, both of shape (rows, features).
    of_feature
        Shape (features,): position of each feature's concept.
    way
        What `ways` gave.
    support
        What training saw.
    settings
        Which reasons are shown.
    out
        Where they are written.
    """
    _pick(
        explained,
        (of_feature, support.proven),
        (way.slope, way.rest, settings.least * way.higher),
        (
            (support.edges, support.edge_starts, support.starts, support.categorical),
            (support.snapshots, support.conversions),
        ),
        (settings.positive, settings.places, settings.min_support),
        (out.concept, out.feature, out.value, out.contribution, out.snapshots, out.conversions),
    )


@njit(cache=True, nogil=True)
def _points_of_row(
    parts: Any, of_feature: Any, slope: float, rest: float, points: Any
) -> None:  # pragma: no cover (compiled)
    """Sum to concepts, scale, and share out what the bound on the slope left over."""
    points[:] = 0.0
    for feature in range(len(parts)):
        points[of_feature[feature]] += parts[feature]
    same_way = 0.0
    for concept in range(len(points)):
        if points[concept] * rest > 0.0:
            same_way += points[concept]
    for concept in range(len(points)):
        own = points[concept]
        points[concept] = slope * own
        if own * rest > 0.0 and same_way != 0.0:
            points[concept] += rest * own / same_way


@njit(cache=True, nogil=True)
def _leading(
    parts: Any, of_feature: Any, concept: int, sign: float
) -> int:  # pragma: no cover (compiled)
    """Find the feature of a concept that pushes most in the concept's direction."""
    best, most = -1, 0.0
    for feature in range(len(parts)):
        if of_feature[feature] == concept and sign * parts[feature] > most:
            best, most = feature, sign * parts[feature]
    return best


@njit(cache=True, nogil=True)
def _strongest(
    points: Any, open_: Any, sign: float, least: float
) -> int:  # pragma: no cover (compiled)
    best, most = -1, least
    for concept in range(len(points)):
        if open_[concept] and sign * points[concept] >= most:
            if best >= 0 and sign * points[concept] == most:
                continue
            best, most = concept, sign * points[concept]
    return best


@njit(cache=True, nogil=True)
def _pick(
    explained: Any, shown: Any, way: Any, support: Any, settings: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    values, contributions = explained
    of_feature, proven = shown
    slope, rest, least = way
    (edges, edge_starts, starts, categorical), (snapshots, conversions) = support
    positive, places, min_support = settings
    points = np.empty(len(proven))
    open_ = np.empty(len(proven), dtype=np.bool_)
    for row in range(len(values)):
        parts = contributions[row]
        _points_of_row(parts, of_feature, slope[row], rest[row], points)
        open_[:] = proven
        place = 0
        while place < places:
            sign = 1.0 if place < positive else -1.0
            concept = _strongest(points, open_, sign, least[row])
            if concept < 0:
                place = positive if place < positive else places
                continue
            open_[concept] = False
            feature = _leading(parts, of_feature, concept, sign)
            if feature < 0:
                continue
            value = values[row, feature]
            code = starts[feature] + bin_of(
                value, edges, edge_starts[feature], edge_starts[feature + 1], categorical[feature]
            )
            if snapshots[code] < min_support:
                continue
            out[0][row, place], out[1][row, place] = concept, feature
            out[2][row, place], out[3][row, place] = value, points[concept]
            out[4][row, place], out[5][row, place] = snapshots[code], conversions[code]
            place += 1
