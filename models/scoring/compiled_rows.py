"""All that is told of rows of features, in one compiled call.

Decided here: nothing is decided here. Margins and contributions, probability with its interval,
score, band and reasons are each worked out where they are defined; called one by one for a single
lead, handing the arrays over would cost more than the work.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT, pack
from models.explain.contributions import explain_rows
from models.explain.select_reasons import pick_packed
from models.explain.selected_reasons import Picked
from models.model.calibration import Calibration, probability_of
from models.model.interval import Interval, ends
from models.model.reference import Reference, band_of, score_of
from models.scoring.lead_score import NUMBERS, PICKED
from models.stats.training_set import Floats, Values


class Numbers(NamedTuple):
    """Numbers of some rows, each of shape (rows,); see `models.scoring.batch_scores.Scores`."""

    margin: Floats
    probability: Floats
    low: Floats
    high: Floats
    score: Floats
    sufficient: NDArray[np.bool_]
    band_code: NDArray[np.int8]

    @classmethod
    def empty(cls, rows: int) -> "Numbers":
        """Make room; nothing is written yet."""
        margin, probability, low, high, score = np.empty((5, rows))
        sufficient, band_code = np.empty(rows, np.bool_), np.empty(rows, np.int8)
        return cls(margin, probability, low, high, score, sufficient, band_code)

    def rows(self, first: int, end: int) -> "Numbers":
        """Give a view of some rows."""
        columns: Any = (column[first:end] for column in self)
        return Numbers(*columns)


def packed_curves(calibration: Calibration, interval: Interval, reference: Reference) -> Integers:
    """Pack the ways from a margin to what is told of it."""
    center, period, error, covariance = interval.learned
    learned = (np.array([center, period]), error, covariance)
    return pack((*calibration.parts, *learned, *reference.parts))


def tell(
    explained: tuple[Values, Floats], packed: tuple[Integers, Integers], told: Numbers, out: Picked
) -> None:
    """Tell all of rows whose margins stand in `told`.

    Parameters
    ----------
    explained
        The values and their contributions in margin units: shape (rows, features).
    packed
        What `packed_curves` and `packed_selection` gave.
    told, out
        Where it is written.
    """
    _tell(explained, packed, told, out.columns)


def explain_and_tell(values: Values, packed: Any, told: Numbers, out: Picked) -> None:
    """Do the same, and work out the contributions and margins before.

    `packed` holds what `Explainer.packed`, `packed_curves` and `packed_selection` gave.
    """
    _explain_and_tell(values, packed, told, out.columns)


def tell_lead(
    explained: tuple[Values, Floats], margin: Floats, packed: tuple[Integers, Integers], out: Floats
) -> None:
    """Do as `tell` does for a single lead, all into one row, see `models.scoring.lead_score`."""
    _tell_lead(explained, margin, packed, out)


def explain_and_tell_lead(values: Values, packed: Any, out: Floats) -> None:
    """Do as `explain_and_tell` does for a single lead, all into one row."""
    _explain_and_tell_lead(values, packed, out)


@njit(cache=True, nogil=True)
def _tell(explained: Any, packed: Any, told: Any, out: Any) -> None:  # pragma: no cover (compiled)
    values, parts = explained
    curves, selection = packed
    kind, parameters, at = (
        cut.whole(curves, AT + 0),
        cut.float64(curves, AT + 1),
        cut.float64(curves, AT + 2),
    )
    at_base = cut.float64(curves, AT + 3)
    errors = cut.float64(curves, AT + 4), cut.float64(curves, AT + 5).reshape((3, 3))
    reference = (
        cut.float64(curves, AT + 6),
        cut.float64(curves, AT + 7),
        cut.float64(curves, AT + 8),
    )
    for row in range(len(values)):
        told.probability[row] = probability_of(told.margin[row], kind, parameters, at)
        told.score[row] = score_of(told.margin[row], reference[0], reference[1])
        told.band_code[row] = band_of(told.score[row], reference[2])
    learned = at_base[0], at_base[1], errors[0], errors[1]
    ends(told.probability, learned, told.low, told.high, told.sufficient)
    pick_packed((values, parts, told.margin, told.probability), selection, out)


@njit(cache=True, nogil=True)
def _explain_and_tell(
    values: Any, packed: Any, told: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    explainer, curves, selection = packed
    parts = np.empty(values.shape)
    explain_rows(values, explainer, parts, told.margin)
    _tell((values, parts), (curves, selection), told, out)


@njit(cache=True, nogil=True)
def _tell_lead(
    explained: Any, margin: Any, packed: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    places = (out.size - NUMBERS) // PICKED
    told = Numbers(
        margin, np.empty(1), np.empty(1), np.empty(1), np.empty(1),
        np.empty(1, np.bool_), np.empty(1, np.int8),
    )  # fmt: skip
    picked = (
        np.empty((1, places), np.int16), np.empty((1, places), np.int32),
        np.empty((1, places), np.float32), np.empty((1, places)),
        np.empty((1, places), np.int64), np.empty((1, places), np.int64),
    )  # fmt: skip
    _tell(explained, packed, told, picked)
    out[0], out[1], out[2], out[3] = margin[0], told.probability[0], told.low[0], told.high[0]
    out[4], out[5], out[6] = told.score[0], told.sufficient[0], told.band_code[0]
    out[7] = 0.0
    for place in range(places):
        out[7] += picked[3][0, place]
        at = NUMBERS + PICKED * place
        out[at], out[at + 1] = picked[0][0, place], picked[1][0, place]
        out[at + 2], out[at + 3] = picked[2][0, place], picked[3][0, place]
        out[at + 4], out[at + 5] = picked[4][0, place], picked[5][0, place]


@njit(cache=True, nogil=True)
def _explain_and_tell_lead(
    values: Any, packed: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    explainer, curves, selection = packed
    parts, margin = np.empty(values.shape), np.empty(1)
    explain_rows(values, explainer, parts, margin)
    _tell_lead((values, parts), margin, (curves, selection), out)
