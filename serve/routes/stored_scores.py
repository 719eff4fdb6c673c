"""/v1/leads/{id}/score, /history, /change: a kept lead, scored at the moment of asking."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.answers import ScoreAnswer
from serve.change import Side, Split, split
from serve.parts import Parts
from serve.routes.describing import JSON, LANGUAGE, described, key_of, language_of
from serve.routes.outlook import SINCE, Outlook, since_of
from serve.stored import score_kept
from serve.trend import past
from serve.until import until

KINDS: Final = (ScoreAnswer, Outlook, Split)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get("/{lead_id}/score", openapi_extra=described(None, None, ScoreAnswer, [LANGUAGE]))
    async def score(lead_id: str, request: Request) -> Response:
        """Score a kept lead now; logged before it is answered."""
        language = language_of(request, parts.settings.language)
        key_id, loaded = key_of(request), parts.champion.current()
        found = await parts.threads(score_kept, parts, loaded, lead_id, language, key_id)
        await parts.receipts.append([found.scoring])
        return Response(found.scoring.answer, media_type=JSON)

    @routes.get("/{lead_id}/history", openapi_extra=described(None, None, Outlook))
    async def history(lead_id: str) -> Response:
        """Tell the scores of 13 weeks with their trend, and when the band falls in silence."""
        loaded = parts.champion.current()
        asked, _ = await parts.threads(parts.store.histories.asked, lead_id, parts.now())
        told = Outlook(past(loaded, asked), until(loaded, asked))
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
