"""GET /v1/leads/{id}/activities: what a lead did, the newest first, with its texts.

Decided here: `text` is what somebody wrote, shown to people and read by no model of this product;
whoever passes it on to a program marks it as data.
"""

from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import BadBody
from serve.http.app_context import AppContext
from serve.http.garbage import give_back
from serve.routes.describing import JSON, described
from serve.scoring.inputs.point_in_time import visible_from
from serve.wire.raw_values import id_in_form
from serve.wire.records import Activity

MOST: Final = 100
_USUAL: Final = 20
LIMIT: Final = {
    "name": "limit",
    "in": "query",
    "description": "How many, the newest first.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": _USUAL},
}


class StoredActivities(msgspec.Struct, frozen=True):
    """The newest activities of a lead, and how many there are."""

    activities: list[Activity]
    total: int


KINDS: Final = (StoredActivities,)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the route."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get(
        "/{lead_id:id}/activities",
        openapi_extra=described(None, None, StoredActivities, [LIMIT]),
    )
    def lead_activities(lead_id: str, request: Request) -> Response:
        """List the activities of a lead that are known by now, with their texts."""
        most = _limit(request.query_params.get("limit"))
        lead_id = id_in_form(lead_id, ("leads", "lead_id"), context.reading)
        score_request, _ = context.store.histories.request(lead_id, context.now())
        done = score_request.histories[0].activities
        visible = [one for one in done if visible_from(one) < score_request.cutoff]
        newest = sorted(visible, key=lambda one: one.occurred_at, reverse=True)
        answer = StoredActivities(newest[:most], len(newest))
        give_back((done, visible, newest))
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def _limit(text: str | None) -> int:
    if text is None:
        return _USUAL
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST):
        raise BadBody(
            [Fault(f"limit: {text[:20]}", f"a number from 1 to {MOST}", "correct the parameter")]
        )
    return int(text)
