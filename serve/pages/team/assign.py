"""/assign: a proposal of who gets which lead, which a person may change and confirms.

Decided here: reading the proposal changes nothing. The form carries the version of every lead that
was shown: those with which somebody did something meanwhile are left, and the page says how many.
"""

from typing import Any, Final, NamedTuple, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from serve.errors import BadBody
from serve.insight.assignment import HOT_FACTOR, OTHER, SPREAD, AssignedPair
from serve.pages.shell import display_names
from serve.pages.shell.contact import Contact, contact_of
from serve.pages.shell.done import by_of, done_notice
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.people import PersonNames
from serve.pages.shell.visitor import Visit
from serve.pages.steps import back_to
from serve.pages.team.salespeople import LEVEL_NAMES, SKILL_NAMES
from serve.ranking.assigning import SCOPES, AssignmentQuery, Proposal, Scope, proposal_of
from serve.store.ranking.filters import Band
from serve.store.ranking.ranking import RankedLead
from serve.wire.team.steps import Assigning, WorkState

SCOPE_NAMES: Final[dict[Scope, str]] = {
    "unowned": mark("leads of nobody"),
    "hot": mark("leads that became hot in the last 7 days"),
    "away": mark("leads of salespeople who are away"),
    "all": mark("all leads to call, the hottest first"),
}
MOST: Final = 100
_USUAL: Final = 50
_BANDS: Final = ("hot", "warm", "")
_SEE_OTHER: Final = 303
_DIGITS: Final = 18


class ProposedRow(NamedTuple):
    """A lead of the proposal as the page shows it."""

    pair: AssignedPair
    row: RankedLead
    contact: Contact
    address: str
    about: list[str]
    before: str
    version: int


class LoadRow(NamedTuple):
    """A salesperson's week before and after; `after` includes the proposal."""

    owner_id: str
    name: str
    level: str
    capacity: int
    before: int
    after: int
    free: int
    away: bool
    chosen: bool


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/assign")
    def proposal(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        chosen = "scope" in request.query_params
        context = _context(pages, visit, _query(request, visit), chosen=chosen)
        context["done"] = done_notice(pages, visit, request)
        return pages.show(request, visit, "assign.html.j2", **context)

    @routes.post("/assign")
    async def confirm(request: Request) -> Response:
        visit, form = await pages.posted(request)
        check_role(visit)
        return await pages.parts.threads(_confirmed, pages, visit, form)

    return routes


def _query(request: Request, visit: Visit) -> AssignmentQuery:
    sent = request.query_params
    scope, band, most = sent.get("scope"), sent.get("band", "hot"), sent.get("most", "")
    known = most.isascii() and most.isdigit() and len(most) <= _DIGITS
    return AssignmentQuery(
        scope if scope in SCOPES else "unowned",
        cast("Band", band) if band in _BANDS and band else None,
        min(max(int(most), 1), MOST) if known else _USUAL,
        frozenset(sent.getlist("rep")),
        visit.target,
    )


def _confirmed(pages: Pages, visit: Visit, form: Form) -> Response:
    parts, known = pages.parts, {one.owner_id for one in pages.parts.store.team.reps()}
    leads, owners = form.many("lead"), form.many("owner")
    if len(leads) != len(owners) or len(leads) > MOST:
        raise BadBody([Fault("leads without owners", "the form of the page", "open it anew")])
    wanted = []
    for one, owner_id in zip(leads, owners, strict=True):
        version, _, lead_id = one.partition(":")
        if owner_id and owner_id not in known:
            raise BadBody([Fault("an unknown salesperson", "one of the list", "choose one")])
        if owner_id:
            read_version = int(version) if version.isdigit() and len(version) <= _DIGITS else None
            wanted.append(Assigning(lead_id=lead_id, owner_id=owner_id, version=read_version))
    steps, left = parts.store.steps.assign_many(wanted, by_of(visit), parts.now())
    return RedirectResponse(back_to(form, steps, len(left)), _SEE_OTHER)


def _context(pages: Pages, visit: Visit, query: AssignmentQuery, *, chosen: bool) -> dict[str, Any]:
    """Return what the page shows; where nobody chose and no lead is free, those newly hot."""
    parts, people = pages.parts, pages.people(visit.language)
    made = proposal_of(parts.store.ranking, parts.store.team, query, parts.local_now())
    if not made.rows and not chosen:
        query = query._replace(scope="hot")
        made = proposal_of(parts.store.ranking, parts.store.team, query, parts.local_now())
    every = parts.store.team.reps()
    loads = made.loads
    return {
        "query": query,
        "most": MOST,
        "scopes": SCOPE_NAMES,
        "rows": _rows(pages, visit, made, people),
        "loads": [
            LoadRow(
                one.owner_id,
                people.owner(one.owner_id),
                LEVEL_NAMES[one.level],
                one.capacity,
                loads[one.owner_id].assigned,
                loads[one.owner_id].assigned + made.got(one.owner_id),
                loads[one.owner_id].free,
                loads[one.owner_id].away,
                not query.owner_ids or one.owner_id in query.owner_ids,
            )
            for one in every
        ],
        "owners": people.choices(one.owner_id for one in every),
        "assignment": made.assignment,
        "skill_names": SKILL_NAMES,
        "factors": {"other": 1.0 - OTHER, "spread": SPREAD - 1.0}
        | {level: 1.0 - HOT_FACTOR[level] for level in ("regular", "junior")},
    }


def _rows(pages: Pages, visit: Visit, made: Proposal, people: PersonNames) -> list[ProposedRow]:
    store, loaded = pages.parts.store, pages.champion(visit).current()
    shown, states = store.displays.of(made.rows), store.steps.states(made.rows)
    vocabulary = loaded.artifact.catalog.vocabulary
    rows = []
    for pair in made.assignment.pairs:
        row = made.rows[pair.lead.lead_id]
        rows.append(
            ProposedRow(
                pair,
                row,
                contact_of(row.lead_id, row.attributes, shown.get(row.lead_id, {})),
                display_names.lead_address(row.lead_id, visit.target),
                display_names.kind_of(row.attributes, vocabulary, visit.language),
                people.owner(row.owner_id),
                states.get(row.lead_id, WorkState()).version,
            )
        )
    return rows
