"""/v1/leads/{id}/score, /history, /change: a stored lead, scored as of the request."""

from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from serve.http.app_context import AppContext
from serve.http.garbage import give_back
from serve.insight.change import ChangeSplit, Side, split
from serve.insight.silent_forecast import SilentForecast, silent_forecast
from serve.insight.trend import Past, past
from serve.routes.describing import (
    JSON,
    LANGUAGE,
    TARGET,
    champion_of,
    described,
    key_of,
    language_of,
)
from serve.routes.scoring.outlook import SINCE, since_of
from serve.store.receipts.receipts import LoggedAnswer
from serve.stored_leads.scores import score_stored_columns
from serve.wire.raw_values import id_in_form
from serve.wire.records import ScoreRequest
from serve.wire.responses import ScoreAnswer
from serve.wire.targets import TargetField

MOST_ANSWERS: Final = 100


class History(msgspec.Struct, frozen=True):
    """The past weeks and the coming days by the model of today; `given` was really answered."""

    history: Past
    hot_until: SilentForecast
    answers: list[LoggedAnswer] = msgspec.field(name="given")
    target: TargetField = msgspec.UNSET


KINDS: Final = (ScoreAnswer, History, ChangeSplit)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    def _in_form(lead_id: str) -> str:
        return id_in_form(lead_id, ("leads", "lead_id"), context.reading)

    @routes.get(
        "/{lead_id:id}/score", openapi_extra=described(None, None, ScoreAnswer, [LANGUAGE, TARGET])
    )
    async def score(lead_id: str, request: Request) -> Response:
        """Score a stored lead now; the answer is logged before it is sent."""
        lead_id, language = _in_form(lead_id), language_of(request, context.settings.language)
        key_id, loaded = key_of(request), champion_of(context, request).current()
        scoring = await context.threads(
            score_stored_columns, context, loaded, lead_id, language, key_id
        )
        await context.receipts.append([scoring])
        return Response(scoring.answer, media_type=JSON)

    @routes.get("/{lead_id:id}/history", openapi_extra=described(None, None, History, [TARGET]))
    async def history(lead_id: str, request: Request) -> Response:
        """Return the scores of 13 weeks, when the band falls without activity, and past answers."""
        lead_id, loaded = _in_form(lead_id), champion_of(context, request).current()
        score_request, _ = await context.threads(
            context.store.histories.request, lead_id, context.now()
        )
        answers = await context.threads(
            context.receipts.answers, lead_id, MOST_ANSWERS, loaded.target
        )
        weeks = await context.threads(past, loaded, score_request)
        silent = await context.threads(silent_forecast, loaded, score_request)
        await context.threads(_give_back, score_request)
        answer = History(weeks, silent, answers, loaded.target_field)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    @routes.get(
        "/{lead_id:id}/change",
        openapi_extra=described(None, None, ChangeSplit, [SINCE, LANGUAGE, TARGET]),
    )
    async def change(lead_id: str, request: Request) -> Response:
        """Split the change of the probability since a moment; the parts add up exactly."""
        language = language_of(request, context.settings.language)
        loaded = champion_of(context, request).current()
        score_request, _ = await context.threads(
            context.store.histories.request, _in_form(lead_id), context.now()
        )
        since = since_of(request, score_request.histories[0].lead.created_at, score_request.cutoff)
        before = Side(loaded, msgspec.structs.replace(score_request, cutoff=since))
        now = Side(loaded, score_request)
        answer = await context.threads(split, before, now, language)
        await context.threads(_give_back, score_request)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def _give_back(request: ScoreRequest) -> None:
    """Free the records of a request, which hold everybody if they are very many."""
    give_back(history.activities for history in request.histories)
