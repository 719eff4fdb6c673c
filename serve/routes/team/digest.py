"""GET /v1/digest: what changed in the last week, as the page /week shows it.

Decided here: leads are named by their ids, as in every answer of the API; a program knows the
names already.
"""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import ArtifactError
from features.wording.sentences import Language
from serve.http.app_context import AppContext
from serve.ranking.digest import digest_of
from serve.ranking.reasons import reasons_of_row
from serve.routes.describing import JSON, LANGUAGE, TARGET, described, language_of, target_of
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.protocols import Champion
from serve.store.ranking.ranking import RankedLead
from serve.wire.targets import target_field
from serve.wire.team.digest import DigestAnswer, DigestLead, PromiseBody, WeekBody

KINDS: Final = (DigestAnswer,)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["team"])
    extra = described(None, None, DigestAnswer, [LANGUAGE, TARGET])

    @routes.get("/v1/digest", openapi_extra=extra)
    def digest(request: Request) -> Response:
        """Return what changed in the last seven days: counts, movers, promised against won."""
        language = language_of(request, context.settings.language)
        champion = context.targets.of(target_of(context, request))
        answer = answered(context, champion, language)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def answered(context: AppContext, champion: Champion, language: Language) -> DigestAnswer:
    """Return the digest as an answer.

    Parameters
    ----------
    context
        Of the server.
    champion
        Of the target.
    language
        Of the sentences.
    """
    loaded, store, now = champion.current(), context.store, context.now()
    made = digest_of(store.weekly, store.ranking, loaded, now)

    def leads(rows: list[RankedLead]) -> list[DigestLead]:
        return [_lead(row, champion, language, context) for row in rows]

    promise = made.promise
    return DigestAnswer(
        since=made.since,
        until=made.until,
        week=WeekBody(**made.week._asdict()),
        week_before=WeekBody(**made.before._asdict()),
        up=leads(made.up),
        down=leads(made.down),
        untouched=leads(made.untouched),
        promise=None
        if promise is None
        else PromiseBody(
            since=promise.since,
            until=promise.until,
            leads=promise.leads,
            expected=promise.expected.mean,
            low=promise.expected.low,
            high=promise.expected.high,
            won=promise.won,
        ),
        knows_from=made.knows_from,
        target=target_field(loaded.target),
    )


def _lead(
    row: RankedLead, champion: Champion, language: Language, context: AppContext
) -> DigestLead:
    return DigestLead(
        lead_id=row.lead_id,
        owner_id=row.owner_id,
        probability=row.probability,
        week_change=row.week_change,
        band=row.band,
        hot_since=row.crossed_at if row.band == "hot" else None,
        reason=reason_of(row, champion, language, context),
    )


def reason_of(row: RankedLead, champion: Champion, language: Language, context: AppContext) -> str:
    """Return the sentence of the reason that goes with the last week's change of a lead.

    Parameters
    ----------
    row
        The lead.
    champion
        Of the target.
    language
        Of the sentence.
    context
        Of the server.
    """
    try:
        loaded: LoadedModel = champion.of(row.model_fingerprint, champion.current().version)
    except (ArtifactError, OSError):
        return ""
    reasons: list[Any] = reasons_of_row(row, loaded, language, context.now())
    moved = [one for one in reasons if one.code == row.trend_reason]
    sign = 1.0 if (row.week_change or 0.0) >= 0.0 else -1.0
    alike = [one for one in reasons if one.contribution * sign > 0.0]
    return str(next((one.sentence for one in (*moved, *alike, *reasons)), ""))
