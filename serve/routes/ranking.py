"""GET /v1/leads: the open leads, the hottest first, as they were last scored.

Decided here: a row carries the moment as of which it was computed; `waiting` counts the leads with
records that their rows do not include yet. Sentences are written as of the request, with the time
that has passed since; a row whose model this server no longer has keeps only its codes.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import ArtifactError, Fault
from features.wording.sentences import Language
from models.contact.ranked_by import Order, RankedBy
from models.model.reference import BANDS
from serve.http.app_context import AppContext
from serve.ranking.reasons import reasons_of_row
from serve.routes.describing import JSON, LANGUAGE, TARGET, described, language_of, target_of
from serve.scoring.protocols import Champion
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import MOST, RankedLead
from serve.wire.bodies import refuse
from serve.wire.responses import ReasonBody
from serve.wire.targets import TargetField, target_field

USUAL: Final = 50
_DO: Final = "correct the parameter"
_TIMES: Final = ("crossed_since", "woke_since")
_TEXTS: Final = ("band", "owner_id", "source", "q")


class RankedAnswer(RankedLead, frozen=True, kw_only=True):
    """A row of the ranking with its reasons as sentences."""

    sentences: list[ReasonBody]


class RankedByBody(msgspec.Struct, frozen=True):
    """What the target chose to rank by, what leads are ranked by, and why; in words too."""

    wanted: Order
    by: Order
    why: str | None
    sentence: str


class Ranking(msgspec.Struct, frozen=True):
    """A page; `total` leads on all pages; `waiting` leads are due for refreshing.

    `ranked_by` is left out where nothing but the probability was chosen.
    """

    leads: list[RankedAnswer]
    next_cursor: str | None
    total: int
    waiting: int
    ranked_by: RankedByBody | msgspec.UnsetType = msgspec.UNSET
    target: TargetField = msgspec.UNSET


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": "string", "format": "date-time"}
PARAMETERS: Final = [
    _parameter("sort", {"type": "string", "enum": ["score"]}, "The hottest first; the only order."),
    _parameter("list", {"type": "string", "enum": ["call"]}, "Leads to call, none set aside."),
    _parameter("band", {"type": "string", "enum": list(reversed(BANDS))}, "Of this band."),
    _parameter("owner_id", _TEXT, "Of this owner."),
    _parameter("source", _TEXT, "With this value of the attribute `source`."),
    _parameter("q", _TEXT, "With this in the id or in a text of an attribute."),
    _parameter("crossed_since", _TIME, "That became hot at this moment or later."),
    _parameter("woke_since", _TIME, "That did something after 60 silent days, then or later."),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Rows a page; 50."),
    _parameter("cursor", _TEXT, "`next_cursor` of the page before."),
    LANGUAGE,
    TARGET,
]
_CHOICES: Final = {"sort": ("score",), "list": ("call",), "band": BANDS}
KINDS: Final = (Ranking,)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the route."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get("", openapi_extra=described(None, None, Ranking, PARAMETERS))
    async def ranking(request: Request) -> Response:
        """List the open leads, the hottest first, page by page."""
        language = language_of(request, context.settings.language)
        query, target = dict(request.query_params), target_of(context, request)
        refuse(_faults(query))
        wanted = RankingFilter(
            target=target,
            standing="call" if "list" in query else None,
            aside_at=context.now() if "list" in query else None,
            **{name: query[name] for name in _TEXTS if name in query},  # type: ignore[arg-type]
            **{name: _time(query[name]) for name in _TIMES if name in query},  # type: ignore[arg-type]
        )
        store, now = context.store.ranking, context.now()
        page = await context.threads(
            store.page, wanted, query.get("cursor"), int(query.get("limit", USUAL))
        )
        waiting = await context.threads(store.waiting, now)
        champion = context.targets.of(target)
        leads = [_row_answer(champion, row, language, now) for row in page.rows]
        by = _ranked_by(champion, language)
        answer = Ranking(leads, page.next_cursor, page.total, waiting, by, target_field(target))
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def _ranked_by(champion: Champion, language: Language) -> RankedByBody | msgspec.UnsetType:
    """Return by what leads are ranked, where something was chosen and there is a model."""
    by = champion.current().ranked_by if champion.has_model else RankedBy()
    if by.sentence is None:
        return msgspec.UNSET
    return RankedByBody(*by, getattr(by.sentence, language))


def _row_answer(
    champion: Champion, row: RankedLead, language: Language, now: datetime
) -> RankedAnswer:
    try:
        loaded = champion.of(row.model_fingerprint, _version(champion, row))
        sentences = reasons_of_row(row, loaded, language, now)
    except (ArtifactError, OSError):
        sentences = []
    return RankedAnswer(**msgspec.structs.asdict(row), sentences=sentences)


def _version(champion: Champion, row: RankedLead) -> int | None:
    current = champion.current()
    version: int | None = current.version
    return version if current.fingerprint == row.model_fingerprint else None


def _faults(query: dict[str, str]) -> Iterator[Fault]:
    for name, known in _CHOICES.items():
        if query.get(name, known[0]) not in known:
            yield Fault(f"{name}: {query[name][:40]}", " or ".join(known), _DO)
    limit = query.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST):
        yield Fault(f"limit: {limit[:40]}", f"1 to {MOST}", _DO)
    for name in _TEXTS:
        if "\0" in query.get(name, ""):
            yield Fault(f"{name}: a text with NUL", "a text without", _DO)
    for name in _TIMES:
        if name in query and _time(query[name]) is None:
            yield Fault(f"{name}: {query[name][:40]}", "a time with its zone, from 1970 on", _DO)


def _time(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo is not None and 1970 < at.year < 9998 else None  # noqa: PLR2004 - years
