"""Selection of the reasons of many leads at once.

Decided here: contributions of features, in margin units, are summed to concepts and turned into
probability along the straight path from the base margin b to the lead's margin m (integrated
gradients, Sundararajan et al. 2017; the margin is additive, so the integral has a closed form):

    points_j = c_j * (g(m) - g(b)) / (m - b),   g'(b) * c_j where m = b

They add up to g(m) - g(b). The slope is limited to `STEEPEST`, which only a stepped calibration
exceeds; the rest is distributed over the concepts of the same sign.

A concept is shown if it is proven, if enough leads of training had a comparable value of its
leading feature, and if its contribution is large enough. The leading feature is the one with the
largest contribution of the concept's sign among those with enough comparable leads.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT, pack
from models.explain.settings import ReasonSettings
from models.model.binning import bin_of
from models.model.calibration import Calibration
from models.stats.training_set import Floats

STEEPEST = 1.0
"""The most probability that one unit of margin is worth."""
_SAME_MARGIN = 1e-9
_STEP = 1e-6


@dataclass(frozen=True)
class Support:
    """The evidence of training, laid out for the kernel: bins, their counts, proven concepts."""

    edges: NDArray[np.float32]
    edge_starts: NDArray[np.int64]
    starts: NDArray[np.int64]
    categorical: NDArray[np.bool_]
    leads: NDArray[np.int64]
    converted_leads: NDArray[np.int64]
    proven: NDArray[np.bool_]


class Base(NamedTuple):
    """The start of all paths: the base margin, and the probabilities just below, at and above."""

    margin: float
    below: float
    at: float
    above: float

    @classmethod
    def of(cls, margin: float, calibration: Calibration) -> "Base":
        """Compute the base of a calibrated model.

        Parameters
        ----------
        margin
            The base margin.
        calibration
            The model's calibration.
        """
        near = np.array([margin - _STEP, margin, margin + _STEP])
        return cls(margin, *calibration.probability(near).tolist())


@njit(cache=True, nogil=True)
def _path(
    margin: float, probability: float, base: Base
) -> tuple[float, float]:  # pragma: no cover (compiled)
    """Compute the slope of the path from the base, and the rest that its limit leaves."""
    gain, length = probability - base.at, margin - base.margin
    slope = (base.above - base.below) / (2.0 * _STEP)
    if np.abs(length) >= _SAME_MARGIN:
        slope = gain / length
    slope = min(slope, STEEPEST)
    return slope, gain - slope * length


def concept_points(
    contributions: Floats,
    of_feature: NDArray[np.int64],
    concepts: int,
    scored: tuple[Floats, Floats, Base],
) -> Floats:
    """Compute the contribution of every concept as a probability: shape (rows, concepts).

    Parameters
    ----------
    contributions
        Shape (rows, features), in margin units.
    of_feature
        Shape (features,): position of each feature's concept.
    concepts
        Number of concepts.
    scored
        Margins and probabilities of the rows, each of shape (rows,), and the base.
    """
    out = np.zeros((len(contributions), concepts))
    margin, probability, base = scored
    for row in range(len(contributions)):
        slope, rest = _path(margin[row], probability[row], base)
        _points_of_row(contributions[row], of_feature, slope, rest, out[row])
    return out


def packed_selection(
    of_feature: NDArray[np.int64], support: Support, settings: ReasonSettings, base: Base
) -> Integers:
    """Pack the inputs of the selection.

    Parameters
    ----------
    of_feature
        Shape (features,): position of each feature's concept.
    support
        The evidence of training.
    settings
        Which reasons are shown.
    base
        The start of the paths.
    """
    return pack(
        (
            of_feature,
            support.proven,
            support.edges,
            support.edge_starts,
            support.starts,
            support.categorical,
            support.leads,
            support.converted_leads,
            np.array([settings.positive, settings.places, settings.min_support]),
            np.array([settings.least, *base]),
        )
    )


@njit(cache=True, nogil=True)
def _points_of_row(
    parts: Any, of_feature: Any, slope: float, rest: float, points: Any
) -> None:  # pragma: no cover (compiled)
    """Sum to concepts, scale, and distribute the rest that the limit of the slope left."""
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
    parts: Any, of_feature: Any, concept: int, sign: float, below: float
) -> int:  # pragma: no cover (compiled)
    """Return the feature of a concept with the largest contribution of its sign under a bound."""
    best, most = -1, 0.0
    for feature in range(len(parts)):
        own = sign * parts[feature]
        if of_feature[feature] == concept and most < own < below:
            best, most = feature, own
    return best


@njit(cache=True, nogil=True)
def _supported(
    values: Any, parts: Any, of_feature: Any, which: Any, support: Any
) -> tuple[int, int]:  # pragma: no cover (compiled)
    """Return the leading feature and its bin; -1 if no feature has enough leads."""
    (concept, sign, min_support), below = which, np.inf
    (edges, edge_starts, starts, categorical), (leads, _) = support
    while True:
        feature = _leading(parts, of_feature, concept, sign, below)
        if feature < 0:
            return -1, -1
        first, end = edge_starts[feature], edge_starts[feature + 1]
        code = starts[feature] + bin_of(values[feature], edges, first, end, categorical[feature])
        if leads[code] >= min_support:
            return feature, code
        below = sign * parts[feature]


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
def _select(
    explained: Any, shown: Any, support: Any, settings: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    values, contributions, margin, probability = explained
    of_feature, proven = shown
    _, (leads, converted_leads) = support
    (positive, places, min_support), least, base = settings
    points = np.empty(len(proven))
    open_ = np.empty(len(proven), dtype=np.bool_)
    for row in range(len(values)):
        parts = contributions[row]
        slope, rest = _path(margin[row], probability[row], base)
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
            which = concept, sign, min_support
            feature, code = _supported(values[row], parts, of_feature, which, support)
            if feature < 0:
                continue
            out[0][row, place], out[1][row, place] = concept, feature
            out[2][row, place], out[3][row, place] = values[row, feature], points[concept]
            out[4][row, place], out[5][row, place] = leads[code], converted_leads[code]
            place += 1


@njit(cache=True, nogil=True)
def select_packed(explained: Any, packed: Any, out: Any) -> None:  # pragma: no cover (compiled)
    """Select the reasons of every row, by the result of `packed_selection`, and write them.

    Parameters
    ----------
    explained
        Margins, contributions and probabilities of the rows.
    packed
        Result of `packed_selection`.
    out
        The columns of the selected reasons, written in place.
    """
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
    _select(explained, shown, (lookup, counts), settings, out)
