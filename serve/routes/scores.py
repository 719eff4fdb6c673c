"""POST /v1/score and POST /v1/score/batch: a lead in the body, the answer in the response.

Decided here: the body is read from its bytes and the answer written to bytes by one library; the
work is done where the request arrives, as it takes less than handing it over. No answer leaves
before it is logged.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault, MikomiError
from features.wording.sentences import Language
from serve.errors import BadBody, NoReceipts
from serve.http.app_context import Parts
from serve.http.problems import problem_of
from serve.routes.describing import (
    JSON,
    LANGUAGE,
    described,
    key_in,
    key_of,
    language_in,
    language_of,
)
from serve.scoring.loaded_model import Loaded
from serve.wire.bodies import BatchBody, ScoreBody, read
from serve.wire.receipt import Scoring, receipt_id
from serve.wire.responses import ScoreAnswer

PATH: Final = "/v1/score"
MOST_LEADS: Final = 1000
_ENCODER: Final = msgspec.json.Encoder()
EXAMPLE: Final[dict[str, Any]] = {
    "lead_id": "L-1001",
    "created_at": "2026-01-10T09:00:00Z",
    "attributes": {"industry": "製造業", "employees": 120},
    "activities": [
        {
            "activity_type": "page_view",
            "occurred_at": "2026-01-12T10:30:00Z",
            "topic": "pricing",
            "dwell_seconds": 42.5,
        }
    ],
}


class Refused(msgspec.Struct, frozen=True):
    """Why one lead of a batch was not scored."""

    status: int
    type: str
    title: str
    detail: str


class BatchLine(msgspec.Struct, frozen=True):
    """One lead of a batch: answered or refused; `index` is its place in the request."""

    index: int
    answer: ScoreAnswer | None = None
    problem: Refused | None = None


class BatchAnswer(msgspec.Struct, frozen=True):
    """The leads of a batch in the order asked."""

    results: list[BatchLine]


KINDS: Final = (ScoreBody, BatchBody, ScoreAnswer, BatchAnswer)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(tags=["scores"])

    @routes.post(PATH, openapi_extra=described(ScoreBody, EXAMPLE, ScoreAnswer, [LANGUAGE]))
    async def score(request: Request) -> Response:
        """Score one lead as of now, or as of a past moment."""
        return Response(await answer(parts, request.scope, await request.body()), media_type=JSON)

    @routes.post(
        "/v1/score/batch",
        openapi_extra=described(BatchBody, {"leads": [EXAMPLE]}, BatchAnswer, [LANGUAGE]),
    )
    async def score_batch(request: Request) -> Response:
        """Score up to 1,000 leads; each is answered or refused on its own."""
        language = language_of(request, parts.settings.language)
        leads = read(BatchBody, await request.body()).leads
        if len(leads) > MOST_LEADS:
            raise BadBody(
                [Fault(f"$.leads: {len(leads)}", f"at most {MOST_LEADS}", "send several batches")]
            )
        loaded, lines, scorings = parts.champion.current(), [], []
        for index, body in enumerate(leads):
            try:
                told, scoring = scored(parts, loaded, bytes(body), language, key_of(request))
            except MikomiError as error:
                lines.append(BatchLine(index, problem=_refused(error)))
            else:
                lines.append(BatchLine(index, answer=told))
                scorings.append(scoring)
        await _logged(parts, scorings)
        return Response(_ENCODER.encode(BatchAnswer(lines)), media_type=JSON)

    return routes


async def answer(parts: Parts, scope: Any, body: bytes) -> bytes:
    """Answer one question; it is logged when the answer is given back."""
    language = language_in(scope, parts.settings.language)
    _, scoring = scored(parts, parts.champion.current(), body, language, key_in(scope))
    await _logged(parts, [scoring])
    return scoring.answer


def scored(
    parts: Parts, loaded: Loaded, body: bytes, language: Language, key_id: str | None
) -> tuple[ScoreAnswer, Scoring]:
    """Score the lead of a body; give the answer, and the scoring to be logged before it is sent."""
    now: datetime = parts.now()
    asked = loaded.asked_in(body, now)
    answer = loaded.answer(asked, language, receipt_id(now), counted=True)
    scoring = Scoring(
        receipt_id=answer.receipt_id,
        at=now,
        lead_id=answer.lead_id,
        key_id=key_id,
        kind="score",
        model_version=loaded.version,
        model_fingerprint=loaded.fingerprint,
        cutoff=asked.cutoff,
        feature_sha256=answer.feature_sha256,
        language=language,
        input=body,
        revisions=None,
        answer=_ENCODER.encode(answer),
    )
    parts.metrics.scored(answer)
    return answer, scoring


async def _logged(parts: Parts, scorings: list[Scoring]) -> None:
    if parts.receipts is None:
        raise NoReceipts(
            [Fault("no receipt log", "a database for receipts", "set MIKOMI_DATABASE_URL")]
        )
    if scorings:
        await parts.receipts.append(scorings)


def _refused(error: MikomiError) -> Refused:
    status, kind, title = problem_of(error)
    return Refused(status, kind, title, str(error))
