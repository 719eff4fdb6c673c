"""The digest of a week as the API answers it, for programs that send mails."""

from datetime import datetime

import msgspec

from serve.wire.targets import TargetField


class WeekBody(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a week, counted in leads."""

    new: int
    became_hot: int
    woke_up: int
    contacted: int
    won: int
    lost: int
    won_amount: float


class DigestLead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead of the digest; `reason` is the sentence of what moved it, or of its first reason."""

    lead_id: str
    owner_id: str | None
    probability: float
    week_change: float | None
    band: str
    hot_since: datetime | None
    reason: str


class PromiseBody(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised of leads that became hot, and what was won within the horizon.

    `low` and `high` are the ends of the interval of the expected wins, both included.
    """

    since: datetime
    until: datetime
    leads: int
    expected: float
    low: int
    high: int
    won: int


class DigestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The digest; without `promise`, `knows_from` is when the first one will be known."""

    since: datetime
    until: datetime
    week: WeekBody
    week_before: WeekBody
    up: list[DigestLead]
    down: list[DigestLead]
    untouched: list[DigestLead]
    promise: PromiseBody | None
    knows_from: datetime | None
    target: TargetField = msgspec.UNSET
