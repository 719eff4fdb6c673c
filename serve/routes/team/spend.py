"""/v1/spend: what channels cost, sent by a program; people type it in on the page /spend.

Decided here: what a person typed in stays. The amounts of a source and month that are sent replace
those sent before, all campaigns together, so sending again does no harm.
"""

from itertools import chain
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import AppContext
from serve.routes.describing import JSON, described, key_of
from serve.store.team.spend import SpendLine
from serve.wire.bodies import read, refuse
from serve.wire.team.spend import SpendAnswer, SpendBody, SpendBodyLine, SpendLines, spend_faults
from serve.wire.value_limits import faults_in

_EXAMPLE: Final[dict[str, Any]] = {
    "spend": [
        {"source": "展示会", "campaign": "春", "month": "2026-05", "amount": 1200000},
        {"source": "広告", "month": "2026-05", "amount": 450000},
    ],
    "currency": "JPY",
}
KINDS: Final = (SpendBody, SpendAnswer, SpendLines)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["team"])
    spend = context.store.spend

    @routes.get("/v1/spend", openapi_extra=described(None, None, SpendLines))
    def lines() -> Response:
        """List what the channels cost, month by month."""
        every = [SpendBodyLine(**one._asdict()) for one in spend.campaigns()]
        return _answer(SpendLines(spend=every, currency=context.settings.currency))

    @routes.post("/v1/spend", openapi_extra=described(SpendBody, _EXAMPLE, SpendAnswer))
    async def put(request: Request) -> Response:
        """Store what the channels cost; amounts that a person typed in stay."""
        body = read(SpendBody, await request.body())
        refuse(chain(faults_in(body, "$"), spend_faults(body, context.settings.currency)))
        sent = [SpendLine(one.source, one.month, one.amount, one.campaign) for one in body.spend]
        who, now = key_of(request), context.now()
        stored = await context.threads(spend.put_sent, sent, who, now)
        return _answer(SpendAnswer(stored=stored, typed_in=len(sent) - stored))

    return routes


def _answer(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type=JSON)
