"""/leads/{id}: one lead, the explanation of its score, and feedback on it.

Decided here: opening the page scores the lead, so nothing on it is stale. A lead that the user may
not see does not exist for them. A verdict refers to the receipt on the page.
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from features.reading.normalize import folded
from serve.errors import BadBody, NoLead
from serve.http.path_ids import decoded
from serve.pages.lead.content import lead_context
from serve.pages.shell import display_names
from serve.pages.shell.done import done_notice
from serve.pages.shell.frame import Pages
from serve.pages.shell.visitor import Visit, may_see
from serve.scoring.inputs.point_in_time import owner_of
from serve.store.receipts.receipts import VERDICTS, AnswerVerdict

_MOST_NOTE: Final = 2_000


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/leads/{lead_id:path}")
    def lead(lead_id: str, request: Request) -> Response:
        visit = pages.visit(request)
        context = lead_context(pages, visit, decoded(lead_id))
        done = done_notice(pages, visit, request)
        return pages.show(request, visit, "lead.html.j2", done=done, **context)

    @routes.post("/feedback")
    async def feedback(request: Request) -> Response:
        visit, form = await pages.posted(request)
        lead_id = form.one("lead_id")
        verdict = AnswerVerdict(
            form.one("verdict"), form.one("note")[:_MOST_NOTE] or None, f"user:{visit.user_id}"
        )
        await pages.parts.threads(_judge, pages, visit, (lead_id, form.one("receipt_id")), verdict)
        address = display_names.lead_address(lead_id, visit.target)
        return RedirectResponse(f"{address}#feedback", 303)

    return routes


def _judge(pages: Pages, visit: Visit, about: tuple[str, str], verdict: AnswerVerdict) -> None:
    lead_id, receipt_id = about
    parts = pages.parts
    if verdict.verdict not in VERDICTS:
        raise BadBody(
            [Fault(f"verdict: {verdict.verdict[:40]}", " or ".join(VERDICTS), "choose one")]
        )
    request, _ = parts.store.histories.request(lead_id, parts.now())
    scoring = parts.receipts.of(receipt_id)
    mine = may_see(visit, parts.settings, owner_of(request, parts.now()))
    if not mine or scoring.lead_id != folded(lead_id):
        raise NoLead.of("no such lead", "a lead of yours", "ask its owner")
    parts.receipts.judge(receipt_id, verdict, parts.now())
