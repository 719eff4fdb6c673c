"""/v1/receipts: what was answered, the same computed again, and what sales say of it."""

from typing import Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import Parts
from serve.routes.describing import JSON, described, key_of
from serve.store.receipts.receipts import Verdict
from serve.stored_leads import replay as replaying
from serve.wire.bodies import read
from serve.wire.responses import ScoreAnswer

_MOST_NOTE: Final = 2_000


class FeedbackBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a salesperson says of an answer."""

    verdict: Literal["agreed", "wrong", "junk", "contacted"]
    note: str | None = None


KINDS: Final = (FeedbackBody, ScoreAnswer)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(prefix="/v1/receipts", tags=["receipts"])

    @routes.get("/{receipt_id}", openapi_extra=described(None, None, ScoreAnswer))
    def receipt(receipt_id: str) -> Response:
        """Give the answer as it was sent, to the byte."""
        return Response(parts.receipts.of(receipt_id).answer, media_type=JSON)

    @routes.post("/{receipt_id}/replay", openapi_extra=described(None, None, ScoreAnswer))
    def replay(receipt_id: str) -> Response:
        """Compute the answer again with the model that gave it; the bytes must be the same."""
        scoring = parts.receipts.of(receipt_id)
        loaded = parts.champion.of(scoring.model_fingerprint, scoring.model_version)
        return Response(replaying.replay(scoring, loaded, parts.store.histories), media_type=JSON)

    @routes.post(
        "/{receipt_id}/feedback",
        status_code=204,
        openapi_extra=described(FeedbackBody, {"verdict": "agreed", "note": "決裁者と話した"}),
    )
    async def feedback(receipt_id: str, request: Request) -> Response:
        """Note a verdict; it never becomes a label by itself."""
        said = read(FeedbackBody, await request.body())
        note = said.note[:_MOST_NOTE] if said.note else None
        verdict = Verdict(said.verdict, note, key_of(request))
        await parts.threads(parts.receipts.judge, receipt_id, verdict, parts.now())
        return Response(status_code=204)

    return routes
