"""/handover: leads that became hot or woke up since the user last confirmed the list.

Decided here: the hottest come first, with how long each waits. Reading the list changes nothing:
it is done when the user confirms it on the last page, up to the moment at which that page was
rendered. A user who may see a lead may take it or assign it to someone, see `serve.pages.steps`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from serve.errors import BadBody
from serve.pages.ranking.cards import Card, Cards
from serve.pages.shell import display_names
from serve.pages.shell.done import done_notice
from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit, visible_owners
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.hand_over import Waiting

FIRST_LOOK: Final = timedelta(days=7)
SHOWN: Final = 50
_PAGE: Final = "handover"
_SEE_OTHER: Final = 303
_DIGITS: Final = 6


TABS: Final[dict[Waiting, str]] = {
    "all": mark("Not looked at"),
    "hot": mark("Became hot"),
    "woke": mark("Woke up"),
}
"""The tabs of the page."""


@dataclass(frozen=True)
class Event:
    """A lead to hand over; one of the two moments may be missing, not both."""

    card: Card
    crossed_at: datetime | None
    woke_up_at: datetime | None


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/handover")
    def handover(request: Request) -> Response:
        visit = pages.visit(request)
        kind = cast("Waiting", request.query_params.get("show", "all"))
        kind = kind if kind in TABS else "all"
        context = _context(pages, visit, _number(request.query_params.get("page", "1")), kind)
        saved = "saved" in request.query_params
        context |= {"saved": saved, "done": done_notice(pages, visit, request)}
        return pages.show(request, visit, "handover.html.j2", **context)

    @routes.post("/handover/seen")
    async def confirm(request: Request) -> Response:
        visit, form = await pages.posted(request)
        until = min(_moment(form.one("until")), pages.parts.now())
        looks = pages.parts.store.looks
        await pages.parts.threads(looks.record, visit.user_id, _page_of(visit), until)
        return RedirectResponse(visit.link("/handover?saved=1"), _SEE_OTHER)

    return routes


def _context(pages: Pages, visit: Visit, number: int, kind: Waiting) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.champion(visit).current()
    words, now = pages.words[visit.language], parts.now()
    since = parts.store.looks.last(visit.user_id, _page_of(visit)) or now - FIRST_LOOK
    people = pages.people(visit.language)
    skipped = (number - 1) * SHOWN
    page = parts.store.to_hand_over.page(_visible(pages, visit), since, skipped, SHOWN, kind)
    if not page.rows and number > 1:
        return _context(pages, visit, 1, kind)
    return {
        "events": [_event(card, since) for card in Cards(pages, visit).of(page.rows)],
        "waiting": page.total,
        "number": number,
        "tabs": TABS,
        "kind": kind,
        "last": skipped + SHOWN >= page.total,
        "since": since,
        "until": now,
        "owners": people.choices(_owners(pages, visit)),
        "outcome": display_names.outcome_words(loaded, words),
        "horizon_days": loaded.artifact.about.get("horizon_days"),
    }


def _visible(pages: Pages, visit: Visit) -> RankingFilter:
    """Return which leads of the target the user may see."""
    owners, now = visible_owners(visit, pages.parts.settings), pages.parts.now()
    return RankingFilter(target=visit.target, owners=owners, aside_at=now)


def _page_of(visit: Visit) -> str:
    """Return the name under which the visits of this page are stored: each target has its own."""
    return f"{_PAGE}:{visit.target}" if visit.target else _PAGE


def _event(card: Card, since: datetime) -> Event:
    crossed_at = card.ranked.crossed_at if card.ranked else None
    crossed, woke = (
        at if at is not None and at >= since else None for at in (crossed_at, card.row.woke_up_at)
    )
    return Event(card, crossed, woke)


def _owners(pages: Pages, visit: Visit) -> set[str]:
    """Return who may get a lead: the owners of leads, and users."""
    store = pages.parts.store
    visible = _visible(pages, visit)
    known = {user.owner_id for user in store.users.all() if user.owner_id and not user.disabled}
    return {*known, *store.ranking_counts.choices(visible).owners}


def _number(text: str) -> int:
    """Read the number of a page; anything else means the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 1


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadBody([Fault("no moment", "the moment of the page", "open it anew")]) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
