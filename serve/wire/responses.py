"""The response to a score request."""

from datetime import datetime

import msgspec

from serve.wire.curve import CurveField
from serve.wire.targets import TargetField


class ReasonBody(msgspec.Struct, frozen=True):
    """One reason; `points` are probability points (percent), signed."""

    code: str
    label: str
    sentence: str
    points: float
    contribution: float
    feature: str
    snapshots: int
    conversions: int


class ModelBody(msgspec.Struct, frozen=True):
    """The model that answered."""

    version: int | None
    fingerprint: str


class Unknown(msgspec.Struct, frozen=True):
    """Names that the model does not know, with counts; they count as `other` or not at all."""

    activity_types: dict[str, int]
    attributes: dict[str, int]


class ScoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: base probability + contributions of the reasons + remainder = probability.

    `probability_low` and `probability_high` are the ends of its 90 % interval; where it is too
    wide to be of use, `sufficient_evidence` is false. `target` is left out for the default target,
    and `curve` unless it was requested.
    """

    receipt_id: str
    lead_id: str
    probability: float
    probability_low: float
    probability_high: float
    sufficient_evidence: bool
    score: float
    band: str
    horizon_days: float | None
    base_probability: float
    reasons: list[ReasonBody]
    remainder: float
    evidence: str
    cutoff: datetime
    model: ModelBody
    unknown: Unknown
    language: str
    feature_sha256: str
    target: TargetField = msgspec.UNSET
    curve: CurveField = msgspec.UNSET
