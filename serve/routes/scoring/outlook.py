"""POST /v1/outlook and /v1/change: the past and the future of a score, from the body alone.

Decided here: both are computed by scoring the same lead at other moments with the model in use;
they describe a score and are none, so they have no receipt.
"""

from datetime import datetime
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import BadBody
from serve.http.app_context import AppContext
from serve.insight.change import ChangeSplit, Side, split
from serve.insight.silent_forecast import SilentForecast, silent_forecast
from serve.insight.trend import Past, past
from serve.routes.describing import (
    JSON,
    LANGUAGE,
    TARGET,
    champion_of,
    described,
    language_of,
)
from serve.routes.scoring.scores import EXAMPLE
from serve.wire.bodies import ScoreBody
from serve.wire.targets import TargetField

SINCE: Final = {
    "name": "since",
    "in": "query",
    "required": True,
    "description": "The earlier moment, with its zone.",
    "schema": {"type": "string", "format": "date-time"},
}


class Outlook(msgspec.Struct, frozen=True):
    """The past weeks and the coming days of a score."""

    history: Past
    hot_until: SilentForecast
    target: TargetField = msgspec.UNSET


KINDS: Final = (ScoreBody, Outlook, ChangeSplit)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["scores"])

    @routes.post("/v1/outlook", openapi_extra=described(ScoreBody, EXAMPLE, Outlook, [TARGET]))
    async def outlook(request: Request) -> Response:
        """Return the scores of 13 weeks, their trend, and when the band falls without activity."""
        loaded = champion_of(context, request).current()
        body, now = await request.body(), context.now()
        score_request = await context.threads(loaded.decoded_request, body, now)
        weeks = await context.threads(past, loaded, score_request)
        silent = await context.threads(silent_forecast, loaded, score_request)
        answer = Outlook(weeks, silent, loaded.target_field)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    @routes.post(
        "/v1/change",
        openapi_extra=described(ScoreBody, EXAMPLE, ChangeSplit, [SINCE, LANGUAGE, TARGET]),
    )
    async def change(request: Request) -> Response:
        """Split the change of the probability since a moment into time, attributes, activities."""
        loaded = champion_of(context, request).current()
        body, now = await request.body(), context.now()
        score_request = await context.threads(loaded.decoded_request, body, now)
        since = since_of(request, score_request.histories[0].lead.created_at, score_request.cutoff)
        before = Side(loaded, msgspec.structs.replace(score_request, cutoff=since))
        language = language_of(request, context.settings.language)
        answer = await context.threads(split, before, Side(loaded, score_request), language)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def since_of(request: Request, created_at: datetime, cutoff: datetime) -> datetime:
    """Read `since` from the query.

    Parameters
    ----------
    request
        With `since` in its query.
    created_at, cutoff
        The moments between which it must be, both included.

    Raises
    ------
    BadBody
        If it is missing, malformed, without a zone, or out of range.
    """
    text = request.query_params.get("since", "")
    expected = "a time with its zone, after created_at and not after as_of"
    try:
        since = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        since = None
    if since is None or since.tzinfo is None or not created_at <= since <= cutoff:
        raise BadBody(
            [Fault(f"since: {text[:40] or 'nothing'}", expected, "correct the parameter")]
        )
    return since
