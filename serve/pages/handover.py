"""/handover: leads that became hot, and sleeping ones that woke up, since this user's last look.

Decided here: the longest waiting comes first, and what is new stands at the end. Nothing is
forgotten by looking: a list is done when its reader has come to its last page and says so, and then
up to the moment at which that was made. Whoever sees a lead may take it
or give it to someone; who takes a lead is a change of the lead, see `serve.store.leads.owners`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from serve.errors import BadBody, NoLead
from serve.pages import display_names
from serve.pages.cards import Card, Cards
from serve.pages.forms import Form
from serve.pages.frame import Pages
from serve.pages.ranking_query import recent
from serve.pages.visitor import Visit, may_see, seen_by
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import RankedLead

FIRST_LOOK: Final = timedelta(days=7)
SHOWN: Final = 50
_PAGE: Final = "handover"
_SEE_OTHER: Final = 303
_DIGITS: Final = 6


@dataclass(frozen=True)
class Event:
    """A lead to hand over; either moment may be missing, not both."""

    card: Card
    crossed_at: datetime | None
    woke_up_at: datetime | None


def router(pages: Pages) -> APIRouter:
    """Make the routes."""
    routes = APIRouter()

    @routes.get("/handover")
    def handover(request: Request) -> Response:
        visit = pages.visit(request)
        told = _told(pages, visit, _number(request.query_params.get("page", "1")))
        saved = "saved" in request.query_params
        return pages.show(request, visit, "handover.html.j2", saved=saved, **told)

    @routes.post("/handover/seen")
    async def seen(request: Request) -> Response:
        visit, form = await pages.posted(request)
        until = min(_moment(form.one("until")), pages.parts.now())
        await pages.parts.threads(pages.parts.store.looks.seen, visit.user_id, _PAGE, until)
        return RedirectResponse("/handover?saved=1", _SEE_OTHER)

    @routes.post("/handover/owner")
    async def owner(request: Request) -> Response:
        visit, form = await pages.posted(request)
        await pages.parts.threads(_give, pages, visit, form)
        return RedirectResponse("/handover?saved=1", _SEE_OTHER)

    return routes


def _told(pages: Pages, visit: Visit, number: int) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.parts.champion.current()
    words, now = pages.words[visit.language], parts.now()
    since = parts.store.looks.last(visit.user_id, _PAGE) or now - FIRST_LOOK
    people = pages.people(visit.language)
    cards = Cards(parts.champion, words, people, recent(now))
    owners = seen_by(visit, parts.settings)
    skipped = (number - 1) * SHOWN
    page = parts.store.to_hand_over.page(owners, since, skipped, SHOWN)
    if not page.rows and number > 1:
        return _told(pages, visit, 1)
    return {
        "events": [_event(row, cards.of(row), since) for row in page.rows],
        "waiting": page.total,
        "number": number,
        "last": skipped + SHOWN >= page.total,
        "since": since,
        "until": now,
        "owners": people.choices(_owners(pages, visit)),
        "outcome": display_names.outcome_words(loaded, words),
        "horizon_days": loaded.artifact.about.get("horizon_days"),
    }


def _event(row: RankedLead, card: Card, since: datetime) -> Event:
    crossed, woke = (
        at if at is not None and at >= since else None for at in (row.crossed_at, row.woke_up_at)
    )
    return Event(card, crossed, woke)


def _owners(pages: Pages, visit: Visit) -> set[str]:
    """List to whom a lead may be given: owners of leads, and users."""
    store = pages.parts.store
    seen = RankingFilter(owners=seen_by(visit, pages.parts.settings))
    known = {user.owner_id for user in store.users.all() if user.owner_id and not user.disabled}
    return {*known, *store.ranking_counts.choices(seen).owners}


def _give(pages: Pages, visit: Visit, form: Form) -> None:
    parts, owner = pages.parts, form.one("owner")
    row = parts.store.ranking.one(form.one("lead"))
    if row is None or not may_see(visit, parts.settings, row.owner_id):
        raise NoLead.of("no such lead", "a lead that you may see", "go back to the list")
    if owner not in _owners(pages, visit):
        raise BadBody([Fault("an unknown owner", "one of the list", "choose one")])
    parts.store.owners.give(row.lead_id, owner, parts.now())


def _number(said: str) -> int:
    """Read the number of a page; what is none is the first."""
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 1


def _moment(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadBody([Fault("no moment", "the moment of the page", "open it anew")]) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
