"""Scores over time: what the model of today says of the lead at past moments, and the trend.

Decided here: the points are 13 moments a week apart, the last one now, each computed from what was
seen then and by one model, so a new model never looks like a change of the lead. The trend is a
straight line through the margins (log-odds) of the last 8 points. It is a trend only if the line
moves by at least 0.25 log-odds over its span and by more than twice its standard error, so that
the ordinary back and forth of a lead is `steady`. Fewer than 4 points are not enough information,
nor is a lead of which nothing but its attributes is known.
"""

from datetime import timedelta
from typing import Any, Final, Literal

import msgspec
import numpy as np

from models.stats.training_set import Floats
from serve.insight.silent_forecast import Silent as Point
from serve.scoring.numbers import numbers
from serve.scoring.point_in_time import seen_at
from serve.wire.records import Asked

Trend = Literal["improving", "steady", "declining", "not_enough_information"]

WEEKS: Final = 13
_USED: Final = 8
_LEAST: Final = 4
_MOVE: Final = 0.25
_ERRORS: Final = 2.0


class Past(msgspec.Struct, frozen=True):
    """The points, oldest first, and where they lead."""

    trend: Trend
    points: list[Point]


def past(loaded: Any, asked: Asked) -> Past:
    """Compute the points of a lead and tell the trend."""
    born = seen_at(asked.histories[0].lead)
    weeks = [n for n in range(WEEKS) if asked.cutoff - timedelta(days=7 * n) > born][::-1]
    if not weeks:
        return Past("not_enough_information", [])
    at = [asked.cutoff - timedelta(days=7 * n) for n in weeks]
    found = numbers(loaded.scorer, loaded.values(asked, at))
    points = [
        Point(
            days=-7 * week,
            at=at[row],
            probability=float(found.probability[row]),
            score=float(found.score[row]),
            band=found.band(row),
        )
        for row, week in enumerate(weeks)
    ]
    return Past(trend_of(found.margin) if _happened(asked) else "not_enough_information", points)


def trend_of(margin: Floats) -> Trend:
    """Tell the trend of weekly margins, oldest first.

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


def _happened(asked: Asked) -> bool:
    first = asked.histories[0]
    return any(seen_at(record) < asked.cutoff for record in (*first.activities, *first.outcomes))
