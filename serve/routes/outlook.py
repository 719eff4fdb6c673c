"""POST /v1/outlook and /v1/change: where a score comes from and where it goes, by the body alone.

Decided here: both are made of scorings of the same lead at other moments, by the model in use; they
are looks at a score, not scores, so they have no receipt.
"""

from datetime import datetime
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import BadBody
from serve.http.app_context import Parts
from serve.insight.change import Side, Split, split
from serve.insight.silent_forecast import Until, until
from serve.insight.trend import Past, past
from serve.routes.describing import JSON, LANGUAGE, described, language_of
from serve.routes.scores import EXAMPLE
from serve.wire.bodies import ScoreBody, asked_of, read

SINCE: Final = {
    "name": "since",
    "in": "query",
    "required": True,
    "description": "The earlier moment, with its zone.",
    "schema": {"type": "string", "format": "date-time"},
}


class Outlook(msgspec.Struct, frozen=True):
    """The weeks behind and the days ahead of a score."""

    history: Past
    hot_until: Until


KINDS: Final = (ScoreBody, Outlook, Split)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(tags=["scores"])

    @routes.post("/v1/outlook", openapi_extra=described(ScoreBody, EXAMPLE, Outlook))
    async def outlook(request: Request) -> Response:
        """Tell the scores of 13 weeks with their trend, and when the band falls in silence."""
        asked = asked_of(read(ScoreBody, await request.body()), parts.now())
        loaded = parts.champion.current()
        told = Outlook(past(loaded, asked), until(loaded, asked))
        return Response(msgspec.json.encode(told), media_type=JSON)

    @routes.post(
        "/v1/change", openapi_extra=described(ScoreBody, EXAMPLE, Split, [SINCE, LANGUAGE])
    )
    async def change(request: Request) -> Response:
        """Split what the probability moved by since a moment into time, attributes, activities."""
        asked = asked_of(read(ScoreBody, await request.body()), parts.now())
        since = since_of(request, asked.histories[0].lead.created_at, asked.cutoff)
        loaded = parts.champion.current()
        before = Side(loaded, msgspec.structs.replace(asked, cutoff=since))
        language = language_of(request, parts.settings.language)
        told = split(before, Side(loaded, asked), language)
        return Response(msgspec.json.encode(told), media_type=JSON)

    return routes


def since_of(request: Request, created_at: datetime, cutoff: datetime) -> datetime:
    """Read `since` from the query."""
    said = request.query_params.get("since", "")
    expected = "a time with its zone, after created_at and not after as_of"
    try:
        since = datetime.fromisoformat(said.replace(" ", "+"))
    except ValueError:
        since = None
    if since is None or since.tzinfo is None or not created_at <= since <= cutoff:
        raise BadBody(
            [Fault(f"since: {said[:40] or 'nothing'}", expected, "correct the parameter")]
        )
    return since
