"""/leads/{id}: one lead, why it is where it is, and what sales say of it.

Decided here: looking at a lead scores it now, so nothing on the page is stale. A lead of another is
as if it were not there. A verdict is about the receipt that the page showed.
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from features.records.normalize import folded
from serve.errors import BadBody, NoLead
from serve.pages import display_names
from serve.pages.frame import Pages
from serve.pages.lead_content import lead_told
from serve.pages.visitor import Visit, may_see
from serve.scoring.point_in_time import owner_of
from serve.store.receipts.receipts import VERDICTS, Verdict

_MOST_NOTE: Final = 2_000


def router(pages: Pages) -> APIRouter:
    """Make the routes."""
    routes = APIRouter()

    @routes.get("/leads/{lead_id:path}")
    def lead(lead_id: str, request: Request) -> Response:
        visit = pages.visit(request)
        return pages.show(request, visit, "lead.html.j2", **lead_told(pages, visit, lead_id))

    @routes.post("/feedback")
    async def feedback(request: Request) -> Response:
        visit, form = await pages.posted(request)
        lead_id = form.one("lead_id")
        said = Verdict(
            form.one("verdict"), form.one("note")[:_MOST_NOTE] or None, f"user:{visit.user_id}"
        )
        await pages.parts.threads(_judge, pages, visit, (lead_id, form.one("receipt_id")), said)
        return RedirectResponse(f"{display_names.lead_address(lead_id)}#feedback", 303)

    return routes


def _judge(pages: Pages, visit: Visit, about: tuple[str, str], said: Verdict) -> None:
    lead_id, receipt_id = about
    parts = pages.parts
    if said.verdict not in VERDICTS:
        raise BadBody([Fault(f"verdict: {said.verdict[:40]}", " or ".join(VERDICTS), "choose one")])
    asked, _ = parts.store.histories.asked(lead_id, parts.now())
    scoring = parts.receipts.of(receipt_id)
    mine = may_see(visit, parts.settings, owner_of(asked, parts.now()))
    if not mine or scoring.lead_id != folded(lead_id):
        raise NoLead.of("no such lead", "a lead of yours", "ask its owner")
    parts.receipts.judge(receipt_id, said, parts.now())
