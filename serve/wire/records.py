"""Records of leads as a CRM sends them, and the score requests made of them.

Decided here: the same records serve for a lead in a request body and for a stored lead. Times carry
their zone. A `known_at` of None means: known when it occurred.
"""

from datetime import datetime

import msgspec

from features.encoders.from_json import CodedActivities

Value = str | float | bool | None


class Activity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Something that happened with a lead."""

    activity_type: str
    occurred_at: datetime
    activity_id: str | None = None
    known_at: datetime | None = None
    topic: str | None = None
    direction: str | None = None
    actor: str | None = None
    text: str | None = None
    dwell_seconds: float | None = None
    amount: float | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a deal; `reason` says why it was lost, and is never scored."""

    outcome: str
    occurred_at: datetime
    known_at: datetime | None = None
    deal_id: str | None = None
    amount: float | None = None
    reason: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A later value of an attribute."""

    attribute: str
    occurred_at: datetime
    known_at: datetime | None = None
    value: Value = None


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A prospect, with the attributes known when it was created."""

    lead_id: str
    created_at: datetime
    known_at: datetime | None = None
    account_id: str | None = None
    owner_id: str | None = None
    attributes: dict[str, Value] = {}


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A company that leads belong to."""

    account_id: str
    known_at: datetime | None = None
    attributes: dict[str, Value] = {}


class LeadHistory(msgspec.Struct, frozen=True, kw_only=True):
    """A lead and all its records."""

    lead: Lead
    activities: list[Activity] = []
    outcomes: list[Outcome] = []
    changes: list[Change] = []


class ScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request: the history of the requested lead, then of the other leads of its account."""

    histories: list[LeadHistory]
    cutoff: datetime
    account: Account | None = None
    curve: bool = False


class CodedScoreRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a lead whose activities were coded straight from the JSON of the body."""

    lead: Lead
    activities: CodedActivities
    outcomes: list[Outcome]
    changes: list[Change]
    cutoff: datetime
    account: Account | None
    curve: bool = False


DecodedRequest = ScoreRequest | CodedScoreRequest
"""A request read from a body, by either of the two ways."""
