"""/v1/receipts/{id}/change, /moves, /similar: what stands behind a logged answer.

Decided here: everything is computed from the records and by the model of the receipt, at its
moment, so that a number here is as repeatable as the answer itself: the same receipt gives the same
bytes. Similar winners carry no number, since the wins that are known change.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.wording.sentences import Language
from serve.errors import BadBody
from serve.http.app_context import AppContext
from serve.insight.change import ChangeSplit, Side, split
from serve.insight.missing_facts import MissingFact, missing_facts
from serve.insight.possible_activities import PossibleActivity, possible_activities
from serve.insight.silent_forecast import SilentForecast, silent_forecast
from serve.routes.describing import JSON, described, language_of
from serve.scoring.loaded_model import LoadedModel
from serve.stored_leads.replay import logged_request
from serve.stored_leads.similar_winners import MOST, Alike
from serve.wire.receipt import Scoring
from serve.wire.records import ScoreRequest

BEFORE: Final = {
    "name": "before",
    "in": "query",
    "required": True,
    "description": "The receipt of an earlier answer about the same lead.",
    "schema": {"type": "string"},
}
LANGUAGE: Final = {
    "name": "lang",
    "in": "query",
    "description": "The language of the labels; missing: as Accept-Language says.",
    "schema": {"type": "string", "enum": ["en", "ja"]},
}


class ScoreMoves(msgspec.Struct, frozen=True, kw_only=True):
    """What could move a score: missing facts, a further activity, and silence.

    `activities` compares with leads that had such an activity; it is no promise of an effect.
    """

    receipt_id: str
    probability: float
    missing_facts: list[MissingFact]
    activities: list[PossibleActivity]
    silence: SilentForecast


class SimilarWinner(msgspec.Struct, frozen=True):
    """A lead that was won, and the labels of the reasons that favour both."""

    lead_id: str
    won_at: datetime
    owner_id: str | None
    shared: list[str]


class WinnersAnswer(msgspec.Struct, frozen=True):
    """Leads that were won and were alike two weeks before; none until the server has read them."""

    receipt_id: str
    winners: list[SimilarWinner]


KINDS: Final = (ChangeSplit, ScoreMoves, WinnersAnswer)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1/receipts", tags=["receipts"])

    @routes.get(
        "/{receipt_id}/change", openapi_extra=described(None, None, ChangeSplit, [BEFORE, LANGUAGE])
    )
    def receipt_change(receipt_id: str, request: Request) -> Response:
        """Split the difference of two logged answers about a lead; the parts add up exactly."""
        after, earlier = context.receipts.of(receipt_id), request.query_params.get("before", "")
        before = context.receipts.of(earlier)
        if (before.lead_id, before.target) != (after.lead_id, after.target):
            observed = f"before: a receipt about {before.lead_id!r}"
            raise BadBody.of(observed, f"one about {after.lead_id!r}", "name another receipt")
        if before.cutoff > after.cutoff:
            expected = f"one of {after.cutoff.isoformat()} or earlier"
            raise BadBody.of("before: a later receipt", expected, "exchange the two")
        answer = split(_side(context, before), _side(context, after), _language(context, request))
        return Response(msgspec.json.encode(answer), media_type=JSON)

    @routes.get("/{receipt_id}/moves", openapi_extra=described(None, None, ScoreMoves, [LANGUAGE]))
    def receipt_moves(receipt_id: str, request: Request) -> Response:
        """Compute what could move a logged score, as of its moment."""
        scoring, language = context.receipts.of(receipt_id), _language(context, request)
        loaded, about = _side(context, scoring)
        answer = _moves(scoring, loaded, about, language)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    @routes.get(
        "/{receipt_id}/similar", openapi_extra=described(None, None, WinnersAnswer, [LANGUAGE])
    )
    def receipt_similar(receipt_id: str, request: Request) -> Response:
        """List leads that were won and were alike two weeks before."""
        scoring, language = context.receipts.of(receipt_id), _language(context, request)
        loaded, about = _side(context, scoring)
        alike = context.store.winners.like(loaded, loaded.values(about), scoring.lead_id)
        winners = list(_similar(loaded, alike, language))
        answer = WinnersAnswer(scoring.receipt_id, winners)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def _language(context: AppContext, request: Request) -> Language:
    return language_of(request, context.settings.language)


def _side(context: AppContext, scoring: Scoring) -> Side:
    """Return the model and the records of a logged answer."""
    champion = context.targets.of(scoring.target)
    loaded = champion.of(scoring.model_fingerprint, scoring.model_version)
    return Side(loaded, logged_request(scoring, loaded, context.store.histories))


def _moves(
    scoring: Scoring, loaded: LoadedModel, request: ScoreRequest, language: Language
) -> ScoreMoves:
    values = loaded.values(request)
    return ScoreMoves(
        receipt_id=scoring.receipt_id,
        probability=loaded.scorer.score_lead(values).probability,
        missing_facts=missing_facts(loaded, values, language),
        activities=possible_activities(loaded, request, language),
        silence=silent_forecast(loaded, request),
    )


def _similar(
    loaded: LoadedModel, alike: Iterator[Alike], language: Language
) -> Iterator[SimilarWinner]:
    concepts = loaded.scorer.concepts
    for one in islice(alike, MOST):
        labels = (concepts.labels[concepts.codes.index(code)] for code in one.shared)
        shared = [str(getattr(label, language)) for label in labels]
        winner = one.winner
        yield SimilarWinner(winner.lead_id, winner.won_at, winner.owner_id, shared)
