"""The conversion curve of one lead, as it stands in an answer.

Decided here: it is left out unless it was requested, so answers without it keep their bytes; it is
null where the model knows of no conversion.
"""

import msgspec
import numpy as np

from models.model.lead_model import LeadModel


class CurvePoint(msgspec.Struct, frozen=True):
    """The probability within a horizon, with its 90 % interval."""

    horizon_days: float
    probability: float
    probability_low: float
    probability_high: float


class CurveBody(msgspec.Struct, frozen=True, kw_only=True):
    """Probabilities by horizon, and after how many days those who convert do so.

    `points` ascend by horizon; no probability of a longer horizon is smaller. The quartiles are of
    those who convert within `within_days`.
    """

    points: list[CurvePoint]
    lower_quartile_days: float
    median_days: float
    upper_quartile_days: float
    within_days: float


CurveField = CurveBody | None | msgspec.UnsetType
"""The field `curve` of an answer."""


def curve_of(model: LeadModel, probability: float) -> CurveBody | None:
    """Compute the curve of a lead from its probability at the model's horizon.

    Parameters
    ----------
    model
        The model.
    probability
        At its horizon.
    """
    curve = model.curve
    if curve is None:
        return None
    own = np.array([probability])
    low, high, _ = model.interval.of(own)
    stated = curve.stated(own, (low, high))[0].tolist()
    lower, median, upper = curve.quartiles(own)[0].tolist()
    return CurveBody(
        points=[CurvePoint(*one) for one in zip(curve.horizons, *stated, strict=True)],
        lower_quartile_days=lower,
        median_days=median,
        upper_quartile_days=upper,
        within_days=curve.days[-1],
    )
