"""GET /v1/leads/{id}: what is kept of a lead, as of now.

Decided here: attributes are the latest ones told, the account's as `account.<name>`; nothing is
scored here, and nothing is logged.
"""

from datetime import datetime
from typing import Final

import msgspec
from fastapi import APIRouter, Response

from serve.http.app_context import Parts
from serve.ranking.rows import Facts
from serve.routes.describing import JSON, described
from serve.store.engine import moment, time_of
from serve.store.ranking.ranking import RankedLead
from serve.wire.records import Value


class LeadCounts(msgspec.Struct, frozen=True):
    """How much is kept of a lead."""

    activities: int
    outcomes: int
    attribute_changes: int


class KeptLead(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a lead; `ranked` is its row of the ranking (none: not open, or not yet)."""

    lead_id: str
    revision: int
    created_at: datetime
    account_id: str | None
    owner_id: str | None
    attributes: dict[str, Value]
    counts: LeadCounts
    last_activity_at: datetime | None
    last_activity_type: str | None
    ranked: RankedLead | None


KINDS: Final = (KeptLead,)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the route."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get("/{lead_id}", openapi_extra=described(None, None, KeptLead))
    def kept(lead_id: str) -> Response:
        """Tell what is kept of a lead: attributes, account, owner, counts, its ranked row."""
        return Response(msgspec.json.encode(_kept(parts, lead_id)), media_type=JSON)

    return routes


def _kept(parts: Parts, lead_id: str) -> KeptLead:
    now = parts.now()
    question, revisions = parts.store.histories.question(lead_id, now)
    told, number = question.told, question.number
    facts = Facts(told, moment(now))
    attributes, owner_id = facts.attributes(number)
    at, kind = facts.last_activity(number)
    counts = (told.activities, told.outcomes, told.changes)
    return KeptLead(
        lead_id=question.lead_id,
        revision=revisions[question.lead_id],
        created_at=time_of(int(told.leads.created_at[number])),
        account_id=told.leads.account_id[number],
        owner_id=owner_id,
        attributes=attributes,
        counts=LeadCounts(*(int((one.lead == number).sum()) for one in counts)),
        last_activity_at=None if at is None else time_of(at),
        last_activity_type=kind,
        ranked=parts.store.ranking.one(lead_id),
    )
