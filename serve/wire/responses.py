"""The response to a score request."""

from datetime import datetime
from typing import Final

import msgspec

from serve.wire.curve import CurveField
from serve.wire.targets import TargetField


class ReasonBody(msgspec.Struct, frozen=True):
    """One reason; `points` are probability points (percent), signed.

    `leads` counts the distinct leads of training whose value was comparable at some cutoff,
    `converted_leads` those of them that converted within the horizon of such a cutoff.
    """

    code: str
    label: str
    sentence: str
    points: float
    contribution: float
    feature: str
    leads: int
    converted_leads: int


class ModelBody(msgspec.Struct, frozen=True):
    """The model that answered."""

    version: int | None
    fingerprint: str


class Unknown(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the model has not learned, with counts; it counts as `other` or not at all.

    `attribute_values` has the values of each attribute. What is empty, `activity_types` and
    `attributes` aside, is left out.
    """

    activity_types: dict[str, int]
    attributes: dict[str, int]
    attribute_values: dict[str, dict[str, int]] = {}
    topics: dict[str, int] = {}
    directions: dict[str, int] = {}
    actors: dict[str, int] = {}
    owners: dict[str, int] = {}
    outcomes: dict[str, int] = {}


NOTHING_UNKNOWN: Final = Unknown({}, {})
"""Of most requests; one object, so that nothing is counted for it."""


class ScoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: base probability + contributions of the reasons + remainder = probability.

    `probability_low` and `probability_high` are the ends of its 90 % interval; where it is too
    wide to be of use, `sufficient_evidence` is false. `score` is the percent of the leads open at
    `reference_at` of /v1/model that this lead is hotter than. `target` is left out for the default
    target, and `curve` unless it was requested. `missing_features` names what the model learned
    from and this score lacks: own features that the server does not compute for this lead, and
    attributes of series that were not sent.
    `approximate_reasons` is true where the contributions of an own model are estimated.
    `contact_value` is what a contact adds to the probability, with the ends of its 90 % range;
    `call_helps` is true where a call helps most. They are left out where that is not known.
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
    missing_features: list[str] | msgspec.UnsetType = msgspec.UNSET
    approximate_reasons: bool | msgspec.UnsetType = msgspec.UNSET
    contact_value: float | msgspec.UnsetType = msgspec.UNSET
    contact_value_low: float | msgspec.UnsetType = msgspec.UNSET
    contact_value_high: float | msgspec.UnsetType = msgspec.UNSET
    call_helps: bool | msgspec.UnsetType = msgspec.UNSET
