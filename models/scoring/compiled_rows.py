"""Scores and reasons of rows of features, in one compiled call.

Margins and contributions, probability with its interval, score, band and reasons are each computed
by the module that defines them. For a single lead, calling them one by one from Python would cost
more than the computation; so they are combined here.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.kernel import packed as cut
from features.kernel.compiled import njit
from features.kernel.inputs import Integers
from features.kernel.packed import AT, pack
from models.explain.contributions import explain_rows
from models.explain.select_reasons import select_packed
from models.explain.selected_reasons import SelectedReasons
from models.model.calibration import Calibration, probability_of
from models.model.interval import ProbabilityInterval, ends
from models.model.reference import Reference, band_of, score_of
from models.scoring.lead_score import NUMBERS, REASON_NUMBERS
from models.stats.training_set import Floats, Values

_TOGETHER: Final = 256
"""The contributions of so many rows stand in fast memory at once."""


class ScoreColumns(NamedTuple):
    """The scores of some rows, each of shape (rows,); see `models.scoring.batch_scores.Scores`."""

    margin: Floats
    probability: Floats
    low: Floats
    high: Floats
    score: Floats
    sufficient: NDArray[np.bool_]
    band_code: NDArray[np.int8]

    @classmethod
    def empty(cls, rows: int) -> "ScoreColumns":
        """Allocate the columns; nothing is written yet."""
        margin, probability, low, high, score = np.empty((5, rows))
        sufficient, band_code = np.empty(rows, np.bool_), np.empty(rows, np.int8)
        return cls(margin, probability, low, high, score, sufficient, band_code)

    def rows(self, first: int, end: int) -> "ScoreColumns":
        """Return a view of some rows.

        Parameters
        ----------
        first, end
            The rows [first, end).
        """
        columns: Any = (column[first:end] for column in self)
        return ScoreColumns(*columns)


def packed_curves(
    calibration: Calibration, interval: ProbabilityInterval, reference: Reference
) -> Integers:
    """Pack the curves from a margin to its probability, interval, score and band.

    Parameters
    ----------
    calibration, interval, reference
        Those of the model.
    """
    center, period, error, covariance = interval.learned
    learned = (np.array([center, period]), error, covariance)
    return pack((*calibration.parts, *learned, *reference.parts))


def score_rows(
    explained: tuple[Values, Floats],
    packed: tuple[Integers, Integers],
    scores: ScoreColumns,
    out: SelectedReasons,
) -> None:
    """Compute the scores and reasons of rows whose margins stand in `scores`.

    Parameters
    ----------
    explained
        The values and their contributions in margin units: shape (rows, features).
    packed
        The results of `packed_curves` and `packed_selection`.
    scores, out
        Where the scores and the reasons are written.
    """
    _score_rows(explained, packed, scores, out.columns)


def explain_and_score_rows(
    values: Values, packed: Any, scores: ScoreColumns, out: SelectedReasons
) -> None:
    """Compute contributions and margins, then scores and reasons.

    Parameters
    ----------
    values
        Shape (rows, features), float32.
    packed
        `Explainer.packed`, and the results of `packed_curves` and `packed_selection`.
    scores, out
        Where the scores and the reasons are written.
    """
    _explain_and_score_rows(values, packed, scores, out.columns)


def score_lead_row(
    explained: tuple[Values, Floats], margin: Floats, packed: tuple[Integers, Integers], out: Floats
) -> None:
    """Compute what `score_rows` does for a single lead, into one row of doubles.

    Parameters
    ----------
    explained
        The values and their contributions in margin units: shape (1, features).
    margin
        Shape (1,).
    packed
        The results of `packed_curves` and `packed_selection`.
    out
        The row, made by `models.scoring.lead_score.room`.
    """
    _score_lead_row(explained, margin, packed, out)


def explain_and_score_lead(values: Values, packed: Any, out: Floats) -> None:
    """Compute what `explain_and_score_rows` does for a single lead, into one row of doubles.

    Parameters
    ----------
    values
        Shape (1, features), float32, C order.
    packed
        `Explainer.packed`, and the results of `packed_curves` and `packed_selection`.
    out
        The row, made by `models.scoring.lead_score.room`.
    """
    _explain_and_score_lead(values, packed, out)


@njit(cache=True, nogil=True)
def _score_rows(
    explained: Any, packed: Any, scores: Any, out: Any
) -> None:  # pragma: no cover (compiled)
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
        scores.probability[row] = probability_of(scores.margin[row], kind, parameters, at)
        scores.score[row] = score_of(scores.margin[row], reference[0], reference[1])
        by_probability = reference[2][2] > 0.0
        measure = 100.0 * scores.probability[row] if by_probability else scores.score[row]
        scores.band_code[row] = band_of(measure, reference[2])
    learned = at_base[0], at_base[1], errors[0], errors[1]
    ends(scores.probability, learned, scores.low, scores.high, scores.sufficient)
    select_packed((values, parts, scores.margin, scores.probability), selection, out)


@njit(cache=True, nogil=True)
def _explain_and_score_rows(
    values: Any, packed: Any, scores: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    explainer, curves, selection = packed
    parts = np.empty((min(_TOGETHER, len(values)), values.shape[1]))
    for first in range(0, len(values), _TOGETHER):
        end = min(first + _TOGETHER, len(values))
        block, own = values[first:end], parts[: end - first]
        columns = _columns_of(scores, first, end)
        explain_rows(block, explainer, own, columns.margin)
        selected = (
            out[0][first:end], out[1][first:end], out[2][first:end],
            out[3][first:end], out[4][first:end], out[5][first:end],
        )  # fmt: skip
        _score_rows((block, own), (curves, selection), columns, selected)


@njit(cache=True, nogil=True)
def _columns_of(scores: Any, first: int, end: int) -> Any:  # pragma: no cover (compiled)
    return ScoreColumns(
        scores.margin[first:end], scores.probability[first:end],
        scores.low[first:end], scores.high[first:end], scores.score[first:end],
        scores.sufficient[first:end], scores.band_code[first:end],
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _score_lead_row(
    explained: Any, margin: Any, packed: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    places = (out.size - NUMBERS) // REASON_NUMBERS
    scores = ScoreColumns(
        margin, np.empty(1), np.empty(1), np.empty(1), np.empty(1),
        np.empty(1, np.bool_), np.empty(1, np.int8),
    )  # fmt: skip
    selected = (
        np.empty((1, places), np.int16), np.empty((1, places), np.int32),
        np.empty((1, places), np.float32), np.empty((1, places)),
        np.empty((1, places), np.int64), np.empty((1, places), np.int64),
    )  # fmt: skip
    _score_rows(explained, packed, scores, selected)
    out[0], out[1], out[2], out[3] = margin[0], scores.probability[0], scores.low[0], scores.high[0]
    out[4], out[5], out[6] = scores.score[0], scores.sufficient[0], scores.band_code[0]
    out[7] = 0.0
    for place in range(places):
        out[7] += selected[3][0, place]
        at = NUMBERS + REASON_NUMBERS * place
        out[at], out[at + 1] = selected[0][0, place], selected[1][0, place]
        out[at + 2], out[at + 3] = selected[2][0, place], selected[3][0, place]
        out[at + 4], out[at + 5] = selected[4][0, place], selected[5][0, place]


@njit(cache=True, nogil=True)
def _explain_and_score_lead(
    values: Any, packed: Any, out: Any
) -> None:  # pragma: no cover (compiled)
    explainer, curves, selection = packed
    parts, margin = np.empty(values.shape), np.empty(1)
    explain_rows(values, explainer, parts, margin)
    _score_lead_row((values, parts), margin, (curves, selection), out)
