"""POST /v1/score and POST /v1/score/batch: a lead in the body, the answer in the response.

Decided here: the body is read from its bytes and the answer written to bytes by one library; the
work is done where the request arrives, as it takes less than handing it over. No answer leaves
before it is logged.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault, MikomiError
from features.phrases import Language
from serve.answers import ScoreAnswer
from serve.bodies import BadBody, BatchBody, ScoreBody, asked_of, read
from serve.parts import Parts
from serve.problems import problem_of
from serve.scoring import Loaded
from serve.scorings import NoReceipts, Scoring, receipt_id

MOST_LEADS: Final = 1000
_LANGUAGES: Final[dict[str, Language]] = {"en": "en", "ja": "ja"}
_REF: Final = "#/components/schemas/{name}"
_ENCODER: Final = msgspec.json.Encoder()
_JSON: Final = "application/json"
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


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(tags=["scores"])

    @routes.post("/v1/score", openapi_extra=_described(ScoreBody, EXAMPLE, ScoreAnswer))
    async def score(request: Request) -> Response:
        """Score one lead as of now, or as of a past moment."""
        language = language_of(request, parts.settings.language)
        body = await request.body()
        _, scoring = scored(parts, parts.champion.current(), body, language, _key(request))
        await _logged(parts, [scoring])
        return Response(scoring.answer, media_type=_JSON)

    @routes.post(
        "/v1/score/batch", openapi_extra=_described(BatchBody, {"leads": [EXAMPLE]}, BatchAnswer)
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
                answer, scoring = scored(parts, loaded, bytes(body), language, _key(request))
            except MikomiError as error:
                lines.append(BatchLine(index, problem=_refused(error)))
            else:
                lines.append(BatchLine(index, answer=answer))
                scorings.append(scoring)
        await _logged(parts, scorings)
        return Response(_ENCODER.encode(BatchAnswer(lines)), media_type=_JSON)

    return routes


def scored(
    parts: Parts, loaded: Loaded, body: bytes, language: Language, key_id: str | None
) -> tuple[ScoreAnswer, Scoring]:
    """Score the lead of a body; give the answer, and the scoring to be logged before it is sent."""
    now: datetime = parts.now()
    asked = asked_of(read(ScoreBody, body), now)
    answer = loaded.answer(asked, language, receipt_id(now))
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
    return answer, scoring


def language_of(request: Request, default: str) -> Language:
    """Choose the language: `lang` in the query, else `Accept-Language`, else the default."""
    asked = request.query_params.get("lang")
    if asked is not None:
        if asked not in _LANGUAGES:
            raise BadBody([Fault(f"lang: {asked[:20]}", "en or ja", "correct the parameter")])
        return _LANGUAGES[asked]
    for word in _accepted(request.headers.get("accept-language", "")):
        if word in _LANGUAGES:
            return _LANGUAGES[word]
    return _LANGUAGES.get(default, "en")


def _accepted(header: str) -> Iterator[str]:
    """Give the languages of a header, the most wanted first."""
    wanted = re.findall(r"([a-z]{2})(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?", header.lower())
    ranked = sorted(wanted, key=lambda one: -float(one[1] or 1.0))
    return (word for word, quality in ranked if float(quality or 1.0) > 0.0)


async def _logged(parts: Parts, scorings: list[Scoring]) -> None:
    if parts.receipts is None:
        raise NoReceipts(
            [Fault("no receipt log", "a database for receipts", "set MIKOMI_DATABASE_URL")]
        )
    if scorings:
        await parts.receipts.append(scorings)


def _key(request: Request) -> str | None:
    found: str | None = getattr(request.state, "key_id", None)
    return found


def _refused(error: MikomiError) -> Refused:
    status, kind, title = problem_of(error)
    return Refused(status, kind, title, str(error))


def components() -> dict[str, Any]:
    """Give the schemas that the routes refer to, for the description of the API."""
    kinds = (ScoreBody, BatchBody, ScoreAnswer, BatchAnswer)
    _, found = msgspec.json.schema_components(kinds, ref_template=_REF)
    found["BatchBody"]["properties"]["leads"]["items"] = {"$ref": _REF.format(name="ScoreBody")}
    found["BatchBody"]["properties"]["leads"]["maxItems"] = MOST_LEADS
    return dict(found)


def _described(body: type[Any], example: dict[str, Any], answer: type[Any]) -> dict[str, Any]:
    def refer(kind: type[Any]) -> dict[str, str]:
        return {"$ref": _REF.format(name=kind.__name__)}

    return {
        "requestBody": {
            "required": True,
            "content": {_JSON: {"schema": refer(body), "example": example}},
        },
        "responses": {
            "200": {"description": "The answer", "content": {_JSON: {"schema": refer(answer)}}}
        },
        "parameters": [
            {"name": "lang", "in": "query", "schema": {"type": "string", "enum": ["en", "ja"]}}
        ],
    }
