"""/limits: from which score or probability on a lead is hot or warm, with a preview.

Decided here: the preview counts the leads to call as they are ranked now. Limits change bands,
never scores; every change stays in the history, from which it can be set again.
"""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from models.model.reference import BandMeasure
from serve.errors import BadBody
from serve.pages.shell.done import by_of
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.routes.team.team import cuts_now, model_cuts
from serve.store.team.band_limits import Cuts
from serve.wire.bodies import refuse
from serve.wire.team.band_limits import LimitsBody, limits_faults

MEASURES: Final[dict[BandMeasure, str]] = {
    "score": mark("the score"),
    "probability": mark("the probability in percent"),
}
_SEE_OTHER: Final = 303
_LONGEST: Final = 20
_NOTE: Final = 2_000


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/limits")
    def limits(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        sent = request.query_params
        wanted = None
        if sent.get("by") in MEASURES:
            wanted = _cuts(sent.get("by", ""), sent.get("hot", ""), sent.get("warm", ""))
        context = _context(pages, visit, wanted) | {"saved": "saved" in sent}
        return pages.show(request, visit, "limits.html.j2", **context)

    @routes.post("/limits")
    async def put(request: Request) -> Response:
        visit, form = await pages.posted(request)
        check_role(visit)
        await pages.parts.threads(_put, pages, visit, form)
        return RedirectResponse(visit.link("/limits?saved=1"), _SEE_OTHER)

    return routes


def _put(pages: Pages, visit: Visit, form: Form) -> None:
    parts, own = pages.parts, model_cuts(pages.parts, visit.target)
    note = form.one("note")[:_NOTE] or None
    body = LimitsBody(by=None, hot=own.hot, warm=own.warm, note=note)
    if form.one("by"):
        wanted = _cuts(form.one("by"), form.one("hot"), form.one("warm"))
        body = LimitsBody(by=wanted.by, hot=wanted.hot, warm=wanted.warm, note=note)
    parts.store.band_limits.put(visit.target, body, own, by_of(visit), parts.now())


def _cuts(by: str, hot: str, warm: str) -> Cuts:
    if by not in MEASURES:
        raise BadBody([Fault(f"by: {by[:40]}", " or ".join(MEASURES), "choose one")])
    cuts = Cuts(by, _number(hot), _number(warm))
    refuse(limits_faults(LimitsBody(by=cuts.by, hot=cuts.hot, warm=cuts.warm)))
    return cuts


def _number(text: str) -> float:
    try:
        number = float(text) if len(text) <= _LONGEST else float("nan")
    except ValueError:
        number = float("nan")
    if not 0.0 <= number <= 100.0:  # noqa: PLR2004 - percent
        raise BadBody([Fault(f"limit: {text[:40]}", "a number from 0 to 100", "correct it")])
    return number


def _context(pages: Pages, visit: Visit, wanted: Cuts | None) -> dict[str, Any]:
    store, now = pages.parts.store.band_limits, cuts_now(pages.parts, visit.target)
    return {
        "now_in_force": now,
        "own": model_cuts(pages.parts, visit.target),
        "wanted": wanted or now,
        "is_preview": wanted is not None,
        "counts": store.preview(visit.target, now),
        "preview": store.preview(visit.target, wanted) if wanted else None,
        "measures": MEASURES,
        "history": store.history(visit.target),
        "people": pages.people(visit.language),
    }
