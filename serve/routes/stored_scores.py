"""/v1/leads/{id}/score, /history, /change: a kept lead, scored at the moment of asking."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import Parts
from serve.insight.change import Side, Split, split
from serve.insight.silent_forecast import Until, until
from serve.insight.trend import Past, past
from serve.routes.describing import JSON, LANGUAGE, described, key_of, language_of
from serve.routes.outlook import SINCE, since_of
from serve.store.receipts.receipts import Given
from serve.stored_leads.scores import score_kept_alone
from serve.wire.responses import ScoreAnswer

MOST_GIVEN: Final = 100


class History(msgspec.Struct, frozen=True):
    """The weeks behind and the days ahead by the model of today; `given` was really answered."""

    history: Past
    hot_until: Until
    given: list[Given]


KINDS: Final = (ScoreAnswer, History, Split)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get("/{lead_id}/score", openapi_extra=described(None, None, ScoreAnswer, [LANGUAGE]))
    async def score(lead_id: str, request: Request) -> Response:
        """Score a kept lead now; logged before it is answered."""
        language = language_of(request, parts.settings.language)
        key_id, loaded = key_of(request), parts.champion.current()
        scoring = await parts.threads(score_kept_alone, parts, loaded, lead_id, language, key_id)
        await parts.receipts.append([scoring])
        return Response(scoring.answer, media_type=JSON)

    @routes.get("/{lead_id}/history", openapi_extra=described(None, None, History))
    async def history(lead_id: str) -> Response:
        """Tell the scores of 13 weeks, when the band falls in silence, and what was answered."""
        loaded = parts.champion.current()
        asked, _ = await parts.threads(parts.store.histories.asked, lead_id, parts.now())
        given = await parts.threads(parts.receipts.given, lead_id, MOST_GIVEN)
        told = History(past(loaded, asked), until(loaded, asked), given)
        return Response(msgspec.json.encode(told), media_type=JSON)

    @routes.get("/{lead_id}/change", openapi_extra=described(None, None, Split, [SINCE, LANGUAGE]))
    async def change(lead_id: str, request: Request) -> Response:
        """Split what the probability moved by since a moment; the parts add up exactly."""
        language = language_of(request, parts.settings.language)
        loaded = parts.champion.current()
        asked, _ = await parts.threads(parts.store.histories.asked, lead_id, parts.now())
        since = since_of(request, asked.histories[0].lead.created_at, asked.cutoff)
        before = Side(loaded, msgspec.structs.replace(asked, cutoff=since))
        told = split(before, Side(loaded, asked), language)
        return Response(msgspec.json.encode(told), media_type=JSON)

    return routes
