"""/v1/leads, /v1/accounts, /v1/activities, /v1/outcomes: what a CRM tells, to be kept.

Decided here: a malformed body is refused whole, with every fault; nothing of it is kept. What is
answered 200 or 204 is committed.
"""

from itertools import chain
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import Parts
from serve.routes.describing import JSON, described
from serve.store.leads.ingest import Added
from serve.wire.bodies import read, refuse
from serve.wire.stored_bodies import AccountBody, ActivitiesBody, LeadBody, OutcomesBody, checked
from serve.wire.value_limits import unmeant, unmeant_id

_LEAD: Final = {"created_at": "2026-01-10T09:00:00Z", "attributes": {"industry": "製造業"}}
_ACTIVITY: Final = {
    "activity_id": "a-1",
    "lead_id": "L-1001",
    "activity_type": "page_view",
    "occurred_at": "2026-01-12T10:30:00Z",
}
_OUTCOME: Final = {"lead_id": "L-1001", "outcome": "opened", "occurred_at": "2026-01-20T00:00:00Z"}


class Kept(msgspec.Struct, frozen=True):
    """A lead was kept; `revision` counts what was told of it."""

    lead_id: str
    revision: int


class Erased(msgspec.Struct, frozen=True):
    """How much of an erased person there was."""

    activities: int
    outcomes: int
    attribute_changes: int
    leads: int
    receipts: int


KINDS: Final = (LeadBody, AccountBody, ActivitiesBody, OutcomesBody, Added, Kept, Erased)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(tags=["leads"])

    @routes.put("/v1/leads/{lead_id}", openapi_extra=described(LeadBody, _LEAD, Kept))
    async def put_lead(lead_id: str, request: Request) -> Response:
        """Keep a lead; other values of its attributes, sent later, are kept as changes."""
        body = read(LeadBody, await request.body())
        refuse(chain(unmeant_id(lead_id, "lead_id"), unmeant(body, "$")))
        revision = await parts.threads(parts.store.ingest.put_lead, lead_id, body, parts.now())
        return _answer(Kept(lead_id, revision))

    @routes.put(
        "/v1/accounts/{account_id}",
        status_code=204,
        openapi_extra=described(AccountBody, {"attributes": {"region": "東京"}}),
    )
    async def put_account(account_id: str, request: Request) -> Response:
        """Keep an account, once."""
        body = read(AccountBody, await request.body())
        refuse(chain(unmeant_id(account_id, "account_id"), unmeant(body, "$")))
        await parts.threads(parts.store.ingest.put_account, account_id, body, parts.now())
        return Response(status_code=204)

    @routes.post(
        "/v1/activities",
        openapi_extra=described(ActivitiesBody, {"activities": [_ACTIVITY]}, Added),
    )
    async def add_activities(request: Request) -> Response:
        """Keep activities, late and out of order too; the same id twice is kept once."""
        body = read(ActivitiesBody, await request.body())
        checked("activities", body.activities)
        add = parts.store.ingest.add_activities
        return _answer(
            await parts.threads(add, body.activities, parts.now(), backfill=body.backfill)
        )

    @routes.post(
        "/v1/outcomes", openapi_extra=described(OutcomesBody, {"outcomes": [_OUTCOME]}, Added)
    )
    async def add_outcomes(request: Request) -> Response:
        """Keep what became of deals; the same outcome twice is kept once."""
        body = read(OutcomesBody, await request.body())
        checked("outcomes", body.outcomes)
        add = parts.store.ingest.add_outcomes
        return _answer(await parts.threads(add, body.outcomes, parts.now(), backfill=body.backfill))

    @routes.delete("/v1/leads/{lead_id}", openapi_extra=described(None, None, Erased))
    async def erase(lead_id: str) -> Response:
        """Erase a person; tells how much there was."""
        refuse(unmeant_id(lead_id, "lead_id"))
        return _answer(await parts.threads(parts.store.erase, lead_id, parts.now()))

    return routes


def _answer(told: object) -> Response:
    return Response(msgspec.json.encode(told), media_type=JSON)
