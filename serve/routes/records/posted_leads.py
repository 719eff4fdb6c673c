"""/v1/leads, /v1/accounts, /v1/activities, /v1/outcomes: records that a CRM sends to be stored.

Decided here: a malformed body is refused as a whole, with every fault; nothing of it is stored. A
response of 200 or 204 means that the records are committed.
"""

from itertools import chain
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.errors import NoLead
from serve.http.app_context import AppContext
from serve.routes.describing import JSON, charge, described, key_of
from serve.store.hook_hints import HookHints
from serve.store.leads.ingest import Added
from serve.wire.bodies import read, refuse
from serve.wire.known_words import unknown_outcomes, unreadable_numbers
from serve.wire.raw_values import id_in_form, with_ids, with_reading
from serve.wire.stored_bodies import AccountBody, ActivitiesBody, LeadBody, OutcomesBody, checked
from serve.wire.value_limits import faults_in, faults_in_id

_RECORDS: Final = 100
"""So many records cost as much as one score."""
_LEAD: Final = {
    "created_at": "2026-01-10T09:00:00Z",
    "attributes": {"industry": "製造業"},
    "display": {"company": "東亜工業株式会社"},
}
_ACTIVITY: Final = {
    "activity_id": "a-1",
    "lead_id": "L-1001",
    "activity_type": "page_view",
    "occurred_at": "2026-01-12T10:30:00Z",
}
_OUTCOME: Final = {"lead_id": "L-1001", "outcome": "opened", "occurred_at": "2026-01-20T00:00:00Z"}


class LeadRevision(msgspec.Struct, frozen=True):
    """A stored lead; `revision` counts the requests about it."""

    lead_id: str
    revision: int


class Erased(msgspec.Struct, frozen=True):
    """How many records of a person were erased."""

    activities: int
    outcomes: int
    attribute_changes: int
    leads: int
    receipts: int


KINDS: Final = (LeadBody, AccountBody, ActivitiesBody, OutcomesBody, Added, LeadRevision, Erased)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["leads"])

    @routes.put("/v1/leads/{lead_id:id}", openapi_extra=described(LeadBody, _LEAD, LeadRevision))
    async def put_lead(lead_id: str, request: Request) -> Response:
        """Store a lead; other values of its attributes, sent later, are stored as changes."""
        reading = context.reading
        body = with_reading(lead_of, await request.body(), reading)
        (body,) = with_ids([body], "leads", reading)
        lead_id = id_in_form(lead_id, ("leads", "lead_id"), reading)
        unread = unreadable_numbers(body.attributes, reading.attributes)
        refuse(chain(faults_in_id(lead_id, "lead_id"), unread))
        revision = await context.threads(
            context.store.ingest.put_lead, lead_id, body, context.now()
        )
        return _answer(LeadRevision(lead_id, revision))

    @routes.put(
        "/v1/accounts/{account_id:id}",
        status_code=204,
        openapi_extra=described(AccountBody, {"attributes": {"region": "東京"}}),
    )
    async def put_account(account_id: str, request: Request) -> Response:
        """Store an account, once."""
        reading = context.reading
        body = with_reading(_account, await request.body(), reading)
        account_id = id_in_form(account_id, ("accounts", "account_id"), reading)
        unread = unreadable_numbers(body.attributes, reading.account_attributes)
        refuse(chain(faults_in_id(account_id, "account_id"), unread))
        await context.threads(context.store.ingest.put_account, account_id, body, context.now())
        return Response(status_code=204)

    @routes.post(
        "/v1/activities",
        openapi_extra=described(ActivitiesBody, {"activities": [_ACTIVITY]}, Added),
    )
    async def add_activities(request: Request) -> Response:
        """Store activities, also late and out of order; the same id twice is stored once."""
        reading = context.reading
        body = with_reading(activities_of, await request.body(), reading)
        sent = with_ids(body.activities, "activities", reading)
        charge(request, len(sent) / _RECORDS)
        add = context.store.ingest.add_activities
        return _answer(await context.threads(add, sent, context.now(), backfill=body.backfill))

    @routes.post(
        "/v1/outcomes", openapi_extra=described(OutcomesBody, {"outcomes": [_OUTCOME]}, Added)
    )
    async def add_outcomes(request: Request) -> Response:
        """Store outcomes of deals; the same outcome twice is stored once."""
        reading = context.reading
        body = with_reading(outcomes_of, await request.body(), reading)
        refuse(unknown_outcomes(body.outcomes, "$.outcomes", reading))
        sent = with_ids(body.outcomes, "outcomes", reading)
        charge(request, len(sent) / _RECORDS)
        add = context.store.ingest.add_outcomes
        return _answer(await context.threads(add, sent, context.now(), backfill=body.backfill))

    @routes.delete("/v1/leads/{lead_id:id}", openapi_extra=described(None, None, Erased))
    async def erase(lead_id: str, request: Request) -> Response:
        """Erase a person; return how many records there were."""
        refuse(faults_in_id(lead_id, "lead_id"))
        by, now = key_of(request), context.now()
        in_form = id_in_form(lead_id, ("leads", "lead_id"), context.reading)
        await context.threads(HookHints(context.settings.models).forget, lead_id)
        try:
            return _answer(await context.threads(context.store.erase, in_form, now, by))
        except NoLead:
            if in_form == lead_id:
                raise
        return _answer(await context.threads(context.store.erase, lead_id, now, by))

    return routes


def lead_of(sent: bytes) -> LeadBody:
    """Return the lead of a body, checked; see `refuse`."""
    body = read(LeadBody, sent)
    refuse(faults_in(body, "$"))
    return body


def _account(sent: bytes) -> AccountBody:
    body = read(AccountBody, sent)
    refuse(faults_in(body, "$"))
    return body


def activities_of(sent: bytes) -> ActivitiesBody:
    """Return the activities of a body, checked; see `refuse`."""
    body = read(ActivitiesBody, sent)
    checked("activities", body.activities)
    return body


def outcomes_of(sent: bytes) -> OutcomesBody:
    """Return the outcomes of a body, checked; see `refuse`."""
    body = read(OutcomesBody, sent)
    checked("outcomes", body.outcomes)
    return body


def _answer(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type=JSON)
