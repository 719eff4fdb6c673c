"""The limits of the bands as people set them, per target.

Decided here: limits are scores from 0 to 100, or probabilities in percent; a `by` of null returns
to the limits of the model, and must be sent: nothing removes limits by being left out. Limits
change which band a lead is in, never its score or probability.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from features.errors import Fault
from models.model.reference import BandMeasure
from serve.wire.bodies import read, refuse
from serve.wire.value_limits import DO

MOST_LIMIT: Final = 100.0


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits to be set: a lead is hot from `hot` on, warm from `warm` on.

    `by` says whether they are scores or probabilities in percent, and both limits go with it; null
    returns to the limits of the model, and the numbers are not read.
    """

    by: BandMeasure | None
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


def limits_of(sent: bytes) -> LimitsBody:
    """Return the limits of a body.

    Parameters
    ----------
    sent
        JSON.

    Raises
    ------
    BadBody
        If it cannot be used, or one of the limits is missing beside `by`.

    >>> limits_of(b'{"by":null}').by
    """
    body = read(LimitsBody, sent)
    names = msgspec.json.decode(sent, type=dict[str, msgspec.Raw])
    missing = [name for name in ("hot", "warm") if body.by is not None and name not in names]
    refuse(Fault(f"$.{name}: nothing", "number", DO) for name in missing)
    return body


def limits_faults(body: LimitsBody) -> Iterator[Fault]:
    """Yield what is wrong with limits.

    >>> [fault.observed for fault in limits_faults(LimitsBody(by="score", hot=50, warm=60))]
    ['hot from 50, warm from 60']
    """
    if body.by is not None and not 0.0 <= body.warm <= body.hot <= MOST_LIMIT:
        observed = f"hot from {body.hot:g}, warm from {body.warm:g}"
        yield Fault(observed, "0 <= warm <= hot <= 100", "correct the limits")
