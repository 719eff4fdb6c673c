"""The limits of the bands as people set them, per target.

Decided here: limits are scores from 0 to 100, or probabilities in percent; without `by` the limits
of the model apply. They change which band a lead is in, never its score or probability.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from features.errors import Fault
from models.model.reference import BandMeasure

MOST_LIMIT: Final = 100.0


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Limits to be set: a lead is hot from `hot` on, warm from `warm` on.

    `by` says whether they are scores or probabilities in percent; none returns to the limits of the
    model, and the numbers are not read.
    """

    by: BandMeasure | None = None
    hot: float = MOST_LIMIT
    warm: float = MOST_LIMIT
    note: str | None = None


class BandLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits that were set, when and by whom; see `LimitsBody`."""

    limits_id: int
    target: str
    by: BandMeasure | None
    hot: float
    warm: float
    at: datetime
    who: str | None
    note: str | None = None


def limits_faults(body: LimitsBody) -> Iterator[Fault]:
    """Yield what is wrong with limits.

    >>> [fault.observed for fault in limits_faults(LimitsBody(by="score", hot=50, warm=60))]
    ['hot from 50, warm from 60']
    """
    if body.by is not None and not 0.0 <= body.warm <= body.hot <= MOST_LIMIT:
        observed = f"hot from {body.hot:g}, warm from {body.warm:g}"
        yield Fault(observed, "0 <= warm <= hot <= 100", "correct the limits")
