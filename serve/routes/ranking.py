"""GET /v1/leads: the open leads, the hottest first, as they were last scored.

Decided here: a row tells as of when it was computed; `waiting` tells of how many leads something is
known that their rows do not say yet. Sentences are said as of the moment of asking, with the time
that has passed since; a row whose model this server has no more keeps its codes alone.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import ArtifactError, Fault
from features.wording.sentences import Language
from models.model.reference import BANDS
from serve.http.app_context import Parts
from serve.ranking.reasons import reasons_told
from serve.routes.describing import JSON, LANGUAGE, described, language_of
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import MOST, RankedLead
from serve.wire.bodies import refuse
from serve.wire.responses import ReasonTold

USUAL: Final = 50
_DO: Final = "correct the parameter"
_TIMES: Final = ("crossed_since", "woke_since")
_TEXTS: Final = ("band", "owner_id", "source", "q")


class RankedAnswer(RankedLead, frozen=True, kw_only=True):
    """A row of the ranking with its reasons in words."""

    sentences: list[ReasonTold]


class Ranking(msgspec.Struct, frozen=True):
    """A page; `total` leads on all pages; `waiting` leads are due for refreshing."""

    leads: list[RankedAnswer]
    next_cursor: str | None
    total: int
    waiting: int


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}


_TEXT: Final = {"type": "string"}
_TIME: Final = {"type": "string", "format": "date-time"}
PARAMETERS: Final = [
    _parameter("sort", {"type": "string", "enum": ["score"]}, "The hottest first; the only order."),
    _parameter("band", {"type": "string", "enum": list(reversed(BANDS))}, "Of this band."),
    _parameter("owner_id", _TEXT, "Of this owner."),
    _parameter("source", _TEXT, "With this value of the attribute `source`."),
    _parameter("q", _TEXT, "With this in the id or in a text of an attribute."),
    _parameter("crossed_since", _TIME, "That became hot at this moment or later."),
    _parameter("woke_since", _TIME, "That did something after 60 silent days, then or later."),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Rows a page; 50."),
    _parameter("cursor", _TEXT, "`next_cursor` of the page before."),
    LANGUAGE,
]
KINDS: Final = (Ranking,)
"""What the description of the API refers to."""


def router(parts: Parts) -> APIRouter:
    """Make the route."""
    routes = APIRouter(prefix="/v1/leads", tags=["leads"])

    @routes.get("", openapi_extra=described(None, None, Ranking, PARAMETERS))
    async def ranking(request: Request) -> Response:
        """List the open leads, the hottest first, page by page."""
        language = language_of(request, parts.settings.language)
        asked = dict(request.query_params)
        refuse(_faults(asked))
        wanted = RankingFilter(
            **{name: asked[name] for name in _TEXTS if name in asked},  # type: ignore[arg-type]
            **{name: _time(asked[name]) for name in _TIMES if name in asked},  # type: ignore[arg-type]
        )
        store, now = parts.store.ranking, parts.now()
        page = await parts.threads(
            store.page, wanted, asked.get("cursor"), int(asked.get("limit", USUAL))
        )
        waiting = await parts.threads(store.waiting, now)
        leads = [_told(parts, row, language, now) for row in page.rows]
        told = Ranking(leads, page.next_cursor, page.total, waiting)
        return Response(msgspec.json.encode(told), media_type=JSON)

    return routes


def _told(parts: Parts, row: RankedLead, language: Language, now: datetime) -> RankedAnswer:
    try:
        loaded = parts.champion.of(row.model_fingerprint, _version(parts, row))
        sentences = reasons_told(row, loaded, language, now)
    except (ArtifactError, OSError):
        sentences = []
    return RankedAnswer(**msgspec.structs.asdict(row), sentences=sentences)


def _version(parts: Parts, row: RankedLead) -> int | None:
    current = parts.champion.current()
    version: int | None = current.version
    return version if current.fingerprint == row.model_fingerprint else None


def _faults(asked: dict[str, str]) -> Iterator[Fault]:
    if asked.get("sort", "score") != "score":
        yield Fault(f"sort: {asked['sort'][:40]}", "score", _DO)
    if asked.get("band", BANDS[0]) not in BANDS:
        yield Fault(f"band: {asked['band'][:40]}", " or ".join(BANDS), _DO)
    limit = asked.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST):
        yield Fault(f"limit: {limit[:40]}", f"1 to {MOST}", _DO)
    for name in _TEXTS:
        if "\0" in asked.get(name, ""):
            yield Fault(f"{name}: a text with NUL", "a text without", _DO)
    for name in _TIMES:
        if name in asked and _time(asked[name]) is None:
            yield Fault(f"{name}: {asked[name][:40]}", "a time with its zone, from 1970 on", _DO)


def _time(said: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(said.replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo is not None and 1970 < at.year < 9998 else None  # noqa: PLR2004 - years
