"""Scores over time: those of the current model at past moments, and the trend.

Decided here: the points are 13 moments a week apart, the last one now, each computed from the
records visible then and by one model, so a new model never looks like a change of the lead. The
trend is a straight line through the margins (log-odds) of the last 8 points. It counts only if the
line moves by at least 0.25 log-odds over its span and by more than twice its standard error, so
that the ordinary variation of a lead is `steady`. Fewer than 4 points are not enough
information, nor is a lead without activities and outcomes.
"""

from datetime import timedelta
from typing import Final, Literal

import msgspec
import numpy as np

from models.stats.training_set import Floats
from serve.insight.silent_forecast import Silent as Point
from serve.scoring.inputs.point_in_time import visible_from
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.numbers import numbers
from serve.wire.records import Activity, Outcome, ScoreRequest

Trend = Literal["improving", "steady", "declining", "not_enough_information"]

WEEKS: Final = 13
_USED: Final = 8
_LEAST: Final = 4
_MOVE: Final = 0.25
_ERRORS: Final = 2.0


class Past(msgspec.Struct, frozen=True):
    """The points, oldest first, and their trend."""

    trend: Trend
    points: list[Point]


def past(loaded: LoadedModel, request: ScoreRequest) -> Past:
    """Compute the points of a lead and their trend.

    Parameters
    ----------
    loaded
        The model.
    request
        The lead; its cutoff is the last point.
    """
    born = visible_from(request.histories[0].lead)
    weeks = [n for n in range(WEEKS) if request.cutoff - timedelta(days=7 * n) > born][::-1]
    if not weeks:
        return Past("not_enough_information", [])
    at = [request.cutoff - timedelta(days=7 * n) for n in weeks]
    by_week = numbers(loaded.scorer, loaded.values(request, at))
    points = [
        Point(
            days=-7 * week,
            at=at[row],
            probability=float(by_week.probability[row]),
            score=float(by_week.score[row]),
            band=by_week.band(row),
        )
        for row, week in enumerate(weeks)
    ]
    return Past(
        trend_of(by_week.margin) if _happened(request) else "not_enough_information", points
    )


def trend_of(margin: Floats) -> Trend:
    """Return the trend of weekly margins, oldest first.

    >>> trend_of(np.array([-3.0, -2.5, -2.1, -1.4])), trend_of(np.array([-3.0, -2.0, -3.0, -2.1]))
    ('improving', 'steady')
    """
    used = margin[-_USED:]
    if used.size < _LEAST:
        return "not_enough_information"
    weeks = np.arange(used.size) - (used.size - 1) / 2
    spread = float(weeks @ weeks)
    slope = float(weeks @ used) / spread
    left = used - used.mean() - slope * weeks
    error = float(np.sqrt(left @ left / (used.size - 2) / spread))
    if abs(slope) * (used.size - 1) < _MOVE or abs(slope) <= _ERRORS * error:
        return "steady"
    return "improving" if slope > 0 else "declining"


def _happened(request: ScoreRequest) -> bool:
    first = request.histories[0]
    records: tuple[Activity | Outcome, ...] = (*first.activities, *first.outcomes)
    return any(visible_from(record) < request.cutoff for record in records)
