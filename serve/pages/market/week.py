"""/week: the digest of the last seven days, made to be printed; as JSON at /v1/digest."""

from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.pages.shell import display_names
from serve.pages.shell.contact import Contact, contact_of
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.visitor import Visit
from serve.ranking.digest import Digest, digest_of
from serve.routes.team.digest import reason_of
from serve.store.ranking.ranking import RankedLead


class WeekRow(NamedTuple):
    """A lead of the digest as the page shows it."""

    row: RankedLead
    contact: Contact
    address: str
    owner: str
    change: str
    reason: str


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/week")
    def week(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        return pages.show(request, visit, "week.html.j2", **_context(pages, visit))

    return routes


def _context(pages: Pages, visit: Visit) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.champion(visit).current()
    made = digest_of(parts.store.weekly, parts.store.ranking, loaded, parts.now())
    rows = _rows(pages, visit, made)
    return {
        "digest": made,
        "up": [rows[one.lead_id] for one in made.up],
        "down": [rows[one.lead_id] for one in made.down],
        "untouched": [rows[one.lead_id] for one in made.untouched],
        "outcome": display_names.outcome_words(loaded, pages.words[visit.language]),
        "horizon_days": loaded.artifact.about.get("horizon_days"),
    }


def _rows(pages: Pages, visit: Visit, made: Digest) -> dict[str, WeekRow]:
    parts, words = pages.parts, pages.words[visit.language]
    leads = {row.lead_id: row for row in (*made.up, *made.down, *made.untouched)}
    shown, people = parts.store.displays.of(leads), pages.people(visit.language)
    champion = pages.champion(visit)
    return {
        lead_id: WeekRow(
            row,
            contact_of(lead_id, row.attributes, shown.get(lead_id, {})),
            display_names.lead_address(lead_id, visit.target),
            people.owner(row.owner_id),
            "" if row.week_change is None else words.points(row.week_change),
            reason_of(row, champion, visit.language, parts),
        )
        for lead_id, row in leads.items()
    }
