"""/v1/receipts: logged answers, their replay, and the verdicts of salespeople."""

from typing import Final, Literal

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import AppContext
from serve.routes.describing import JSON, described, key_of
from serve.store.receipts.receipts import AnswerVerdict
from serve.stored_leads import replay as replaying
from serve.wire.bodies import read
from serve.wire.responses import ScoreAnswer

_MOST_NOTE: Final = 2_000


class FeedbackBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The verdict of a salesperson on an answer."""

    verdict: Literal["agreed", "wrong", "junk", "contacted"]
    note: str | None = None


KINDS: Final = (FeedbackBody, ScoreAnswer)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1/receipts", tags=["receipts"])

    @routes.get("/{receipt_id}", openapi_extra=described(None, None, ScoreAnswer))
    def receipt(receipt_id: str) -> Response:
        """Return the answer as it was sent, byte for byte."""
        return Response(context.receipts.of(receipt_id).answer, media_type=JSON)

    @routes.post("/{receipt_id}/replay", openapi_extra=described(None, None, ScoreAnswer))
    def replay(receipt_id: str) -> Response:
        """Compute the answer again with the model that gave it; the bytes must be the same.

        The target is that of the receipt.
        """
        scoring = context.receipts.of(receipt_id)
        champion = context.targets.of(scoring.target)
        loaded = champion.of(scoring.model_fingerprint, scoring.model_version)
        loaded = loaded.with_limits(context.store.band_limits.one(scoring.limits_id))
        return Response(replaying.replay(scoring, loaded, context.store.histories), media_type=JSON)

    @routes.post(
        "/{receipt_id}/feedback",
        status_code=204,
        openapi_extra=described(FeedbackBody, {"verdict": "agreed", "note": "決裁者と話した"}),
    )
    async def feedback(receipt_id: str, request: Request) -> Response:
        """Record a verdict; it never becomes a label by itself."""
        sent = read(FeedbackBody, await request.body())
        note = sent.note[:_MOST_NOTE] if sent.note else None
        verdict = AnswerVerdict(sent.verdict, note, key_of(request))
        await context.threads(context.receipts.judge, receipt_id, verdict, context.now())
        return Response(status_code=204)

    return routes
