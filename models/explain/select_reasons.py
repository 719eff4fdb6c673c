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
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT, pack
from models.model.binning import bin_of
from models.model.calibration import Calibration
from models.stats.training_set import Floats

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
class Support:
    """What training saw, laid out for the kernel: the bins, their counts, the proven concepts."""

    edges: NDArray[np.float32]
    edge_starts: NDArray[np.int64]
    starts: NDArray[np.int64]
    categorical: NDArray[np.bool_]
    snapshots: NDArray[np.int64]
    conversions: NDArray[np.int64]
    proven: NDArray[np.bool_]


class Base(NamedTuple):
    """Where ways begin: the base margin, and the probabilities just below, at and above it."""

    margin: float
    below: float
    at: float
    above: float

    @classmethod
    def of(cls, margin: float, calibration: Calibration) -> "Base":
        """Give the base of a calibrated model."""
        near = np.array([margin - _STEP, margin, margin + _STEP])
        return cls(margin, *calibration.probability(near).tolist())


@njit(cache=True, nogil=True)
def _way(
    margin: float, probability: float, base: Base
) -> tuple[float, float]:  # pragma: no cover (compiled)
    """Give the slope of the way from the base, and what the bound on it leaves over."""
    gain, way = probability - base.at, margin - base.margin
    slope = (base.above - base.below) / (2.0 * _STEP)
    if np.abs(way) >= _SAME_MARGIN:
        slope = gain / way
    slope = min(slope, STEEPEST)
    return slope, gain - slope * way


def concept_points(
    contributions: Floats,
    of_feature: NDArray[np.int64],
    concepts: int,
    told: tuple[Floats, Floats, Base],
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
    told
        Margins and probabilities of the rows, and the base they start from.
    """
    out = np.zeros((len(contributions), concepts))
    margin, probability, base = told
    for row in range(len(contributions)):
        slope, rest = _way(margin[row], probability[row], base)
        _points_of_row(contributions[row], of_feature, slope, rest, out[row])
    return out


def packed_selection(
    of_feature: NDArray[np.int64], support: Support, settings: ReasonSettings, base: Base
) -> Integers:
    """Pack what reasons are chosen by.

    Parameters
    ----------
    of_feature
        Shape (features,): position of each feature's concept.
    support
        What training saw.
    settings
        Which reasons are shown.
    base
        Where the ways begin.
    """
    return pack(
        (
            of_feature,
            support.proven,
            support.edges,
            support.edge_starts,
            support.starts,
            support.categorical,
            support.snapshots,
            support.conversions,
            np.array([settings.positive, settings.places, settings.min_support]),
            np.array([settings.least, *base]),
        )
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
def _clear(row: int, out: Any) -> None:  # pragma: no cover (compiled)
    out[0][row], out[1][row], out[2][row] = -1, -1, np.nan
    out[3][row], out[4][row], out[5][row] = 0.0, 0, 0


@njit(cache=True, nogil=True)
def _pick(
    explained: Any, shown: Any, support: Any, settings: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    values, contributions, margin, probability = explained
    of_feature, proven = shown
    (edges, edge_starts, starts, categorical), (snapshots, conversions) = support
    (positive, places, min_support), least, base = settings
    points = np.empty(len(proven))
    open_ = np.empty(len(proven), dtype=np.bool_)
    for row in range(len(values)):
        parts = contributions[row]
        slope, rest = _way(margin[row], probability[row], base)
        _points_of_row(parts, of_feature, slope, rest, points)
        enough = least * max(probability[row], base.at)
        open_[:] = proven
        _clear(row, out)
        place = 0
        while place < places:
            sign = 1.0 if place < positive else -1.0
            concept = _strongest(points, open_, sign, enough)
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


@njit(cache=True, nogil=True)
def pick_packed(explained: Any, packed: Any, out: Any) -> None:  # pragma: no cover (compiled)
    """Choose the reasons of every row, by what `packed_selection` gave, and write them."""
    shown = cut.int64(packed, AT + 0), cut.truth(packed, AT + 1)
    lookup = (
        cut.float32(packed, AT + 2),
        cut.int64(packed, AT + 3),
        cut.int64(packed, AT + 4),
        cut.truth(packed, AT + 5),
    )
    counts = cut.int64(packed, AT + 6), cut.int64(packed, AT + 7)
    places, least = cut.int64(packed, AT + 8), cut.float64(packed, AT + 9)
    base = Base(least[1], least[2], least[3], least[4])
    settings = (places[0], places[1], places[2]), least[0], base
    _pick(explained, shown, (lookup, counts), settings, out)
