"""POST /v1/score and POST /v1/score/batch: a lead in the body, the answer in the response.

Decided here: one library decodes the body and encodes the answer; scoring runs in the event loop,
as it takes less time than passing the work to a thread, unless the lead is a long one. No answer is
sent before it is logged.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault, MikomiError
from features.wording.sentences import Language
from serve.errors import BadBody
from serve.http.app_context import AppContext
from serve.http.problems import problem_of
from serve.routes.describing import (
    JSON,
    LANGUAGE,
    TARGET,
    champion_in,
    champion_of,
    charge,
    described,
    key_in,
    key_of,
    language_in,
    language_of,
)
from serve.scoring.loaded_model import LoadedModel
from serve.wire.bodies import BatchBody, ScoreBody, read
from serve.wire.receipt import Scoring, receipt_id
from serve.wire.responses import ScoreAnswer

PATH: Final = "/v1/score"
MOST_LEADS: Final = 1000
LONG_BYTES: Final = 200_000
"""A longer body, of some 1,700 activities, is scored beside the event loop."""
_SLICE: Final = 50
"""So many leads of a batch are scored in one go, beside the event loop."""
_QUERY: Final[list[dict[str, Any]]] = [LANGUAGE, TARGET]
PARAMETERS: Final = tuple(one["name"] for one in _QUERY)
"""The names that the query of a score may have."""
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
    """The leads of a batch in the order of the request."""

    results: list[BatchLine]


KINDS: Final = (ScoreBody, BatchBody, ScoreAnswer, BatchAnswer)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["scores"])

    @routes.post(PATH, openapi_extra=described(ScoreBody, EXAMPLE, ScoreAnswer, _QUERY))
    async def score(request: Request) -> Response:
        """Score one lead as of now, or as of a past moment."""
        return Response(await answer(context, request.scope, await request.body()), media_type=JSON)

    @routes.post(
        "/v1/score/batch",
        openapi_extra=described(BatchBody, {"leads": [EXAMPLE]}, BatchAnswer, _QUERY),
    )
    async def score_batch(request: Request) -> Response:
        """Score up to 1,000 leads; each is answered or refused on its own."""
        language = language_of(request, context.settings.language)
        leads = read(BatchBody, await request.body()).leads
        if len(leads) > MOST_LEADS:
            raise BadBody(
                [Fault(f"$.leads: {len(leads)}", f"at most {MOST_LEADS}", "send several batches")]
            )
        charge(request, len(leads) - 1.0)
        loaded, key_id = champion_of(context, request).current(), key_of(request)
        lines: list[BatchLine] = []
        scorings: list[Scoring] = []
        for first in range(0, len(leads), _SLICE):
            some = [bytes(one) for one in leads[first : first + _SLICE]]
            own = await context.threads(_slice, context, loaded, some, language, key_id)
            lines += [msgspec.structs.replace(one[0], index=first + one[0].index) for one in own]
            scorings += [one[1] for one in own if one[1] is not None]
        await _logged(context, scorings)
        return Response(_ENCODER.encode(BatchAnswer(lines)), media_type=JSON)

    return routes


def _slice(
    context: AppContext,
    loaded: LoadedModel,
    bodies: Sequence[bytes],
    language: Language,
    key_id: str | None,
) -> list[tuple[BatchLine, Scoring | None]]:
    """Score some leads of a batch, beside the event loop; those refused have no scoring."""
    lines: list[tuple[BatchLine, Scoring | None]] = []
    for index, body in enumerate(bodies):
        try:
            own, scoring = scored(context, loaded, body, language, key_id)
        except MikomiError as error:
            lines.append((BatchLine(index, problem=_refused(error)), None))
        else:
            lines.append((BatchLine(index, answer=own), scoring))
    return lines


async def answer(context: AppContext, scope: Any, body: bytes) -> bytes:
    """Answer one request; the answer is logged when it is returned.

    Parameters
    ----------
    context
        Of the server.
    scope
        Of ASGI, with the language, the target and the key of the request.
    body
        A lead as JSON.
    """
    language = language_in(scope, context.settings.language)
    loaded = champion_in(context, scope).current()
    work = (context, loaded, body, language, key_in(scope))
    long = len(body) > LONG_BYTES
    _, scoring = await context.threads(scored, *work) if long else scored(*work)
    await _logged(context, [scoring])
    return scoring.answer


def scored(
    context: AppContext, loaded: LoadedModel, body: bytes, language: Language, key_id: str | None
) -> tuple[ScoreAnswer, Scoring]:
    """Score the lead of a body.

    Parameters
    ----------
    context
        Of the server.
    loaded
        The model.
    body
        A lead as JSON.
    language
        Of the sentences.
    key_id
        Of the key of the request; none without keys.

    Returns
    -------
    The answer, and the scoring to be logged before it is sent.
    """
    now, begun = context.now(), context.receipts.erasures
    score_request = loaded.request_from_bytes(body, now)
    answer = loaded.answer(score_request, language, receipt_id(now), counted=True)
    scoring = Scoring(
        receipt_id=answer.receipt_id,
        at=now,
        lead_id=answer.lead_id,
        key_id=key_id,
        kind="score",
        target=loaded.target,
        model_version=loaded.version,
        model_fingerprint=loaded.fingerprint,
        cutoff=score_request.cutoff,
        feature_sha256=answer.feature_sha256,
        language=language,
        input=body,
        revisions=None,
        answer=_ENCODER.encode(answer),
        limits_id=loaded.limits_id,
        erasures=begun,
    )
    context.metrics.scored(answer)
    return answer, scoring


async def _logged(context: AppContext, scorings: list[Scoring]) -> None:
    if scorings:
        await context.receipts.append(scorings)


def _refused(error: MikomiError) -> Refused:
    status, kind, title = problem_of(error)
    return Refused(status, kind, title, str(error))
