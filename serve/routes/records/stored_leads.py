"""GET /v1/leads/{id}: the stored data of a lead, as of now.

Decided here: attributes are the latest ones, the account's as `account.<name>`; nothing is scored
here, and nothing is logged.
"""

from datetime import datetime
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import AppContext
from serve.ranking.rows import Facts
from serve.routes.describing import (
    CURVE,
    JSON,
    TARGET,
    champion_of,
    described,
    target_of,
    wants_curve,
)
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment, time_of
from serve.store.ranking.ranking import RankedLead
from serve.wire.curve import CurveBody, CurveField
from serve.wire.raw_values import id_in_form
from serve.wire.records import Value


class LeadCounts(msgspec.Struct, frozen=True):
    """How many records of a lead are stored."""

    activities: int
    outcomes: int
    attribute_changes: int


class StoredLead(msgspec.Struct, frozen=True, kw_only=True):
    """The stored data of a lead; `ranked` is its row of the ranking, none if it has none.

    `curve`, where requested, holds the probabilities of other horizons that belong to `ranked`;
    null without a row, or if another model ranked it.
    """

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
    curve: CurveField = msgspec.UNSET


KINDS: Final = (StoredLead,)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the route."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get("/{lead_id:id}", openapi_extra=described(None, None, StoredLead, [TARGET, CURVE]))
    def stored_lead(lead_id: str, request: Request) -> Response:
        """Return the stored data of a lead: attributes, account, owner, counts, its ranked row."""
        target = target_of(context, request)
        answer = _stored_lead(context, lead_id, target)
        if wants_curve(request):
            curve = _curve(champion_of(context, request).current(), answer.ranked)
            answer = msgspec.structs.replace(answer, curve=curve)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def _curve(loaded: LoadedModel, ranked: RankedLead | None) -> CurveBody | None:
    if ranked is None or ranked.model_fingerprint != loaded.fingerprint:
        return None
    return loaded.curve_of(ranked.probability)


def _stored_lead(context: AppContext, lead_id: str, target: str) -> StoredLead:
    now = context.now()
    lead_id = id_in_form(lead_id, ("leads", "lead_id"), context.reading)
    question, revisions = context.store.histories.question(lead_id, now)
    columns, number = question.columns, question.number
    facts = Facts(columns, moment(now))
    attributes, owner_id = facts.attributes(number)
    at, kind = facts.last_activity(number)
    counts = (columns.activities, columns.outcomes, columns.changes)
    return StoredLead(
        lead_id=question.lead_id,
        revision=revisions[question.lead_id],
        created_at=time_of(int(columns.leads.created_at[number])),
        account_id=columns.leads.account_id[number],
        owner_id=owner_id,
        attributes=attributes,
        counts=LeadCounts(*(int((one.lead == number).sum()) for one in counts)),
        last_activity_at=None if at is None else time_of(at),
        last_activity_type=kind,
        ranked=context.store.ranking.one(lead_id, target),
    )
