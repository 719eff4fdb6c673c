"""/steps: what people do with a lead, from its page and from the lists, and undoing it.

Decided here: a form carries the version of the lead that its page showed. If somebody did something
since, a page says who and when, and nothing is changed. After a step the visitor is back where they
were, with a notice from which it can be undone.
"""

from datetime import datetime, time, timedelta
from typing import Any, Final, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from serve.errors import BadBody, NoLead, TakenMeanwhile
from serve.pages.shell.contact import contact_of
from serve.pages.shell.done import by_of, numbers_of, result_words
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import Pages
from serve.pages.shell.step_words import KINDS
from serve.pages.shell.visitor import Visit, may_name, may_see
from serve.wire.bodies import refuse
from serve.wire.team.steps import (
    MOST_NOTE,
    RESULTS,
    Kind,
    LeadStep,
    StepBody,
    WorkState,
    step_faults,
)

_SEE_OTHER: Final = 303
_DIGITS: Final = 18
_MORNING: Final = time(0, 0)


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.post("/steps")
    async def take(request: Request) -> Response:
        visit, form = await pages.posted(request)
        try:
            step = await pages.parts.threads(take_step, pages, visit, form)
        except TakenMeanwhile as error:
            return await pages.parts.threads(_taken, pages, request, visit, form, error)
        return RedirectResponse(back_to(form, [step]), _SEE_OTHER)

    @routes.post("/steps/bulk")
    async def many(request: Request) -> Response:
        visit, form = await pages.posted(request)
        return await pages.parts.threads(_assign_many, pages, visit, form)

    @routes.post("/steps/undo")
    async def undo(request: Request) -> Response:
        visit, form = await pages.posted(request)
        try:
            steps = await pages.parts.threads(_undo, pages, visit, form)
        except TakenMeanwhile as error:
            return await pages.parts.threads(_taken, pages, request, visit, form, error)
        return RedirectResponse(back_to(form, steps), _SEE_OTHER)

    return routes


def take_step(pages: Pages, visit: Visit, form: Form) -> LeadStep:
    """Do what a form says with its lead.

    Parameters
    ----------
    pages
        The frame of all pages.
    visit
        Who does it.
    form
        `lead`, `version`, `do` (a kind, and its result after a colon), `until`, `note`, `owner`.

    Raises
    ------
    NoLead
        If there is none, or this user may not see it.
    TakenMeanwhile
        If somebody did something with it since the page was shown.
    """
    parts = pages.parts
    lead_id = form.one("lead")
    check_sight(pages, visit, lead_id)
    body = _body(pages, visit, form)
    refuse(step_faults(body, parts.now()))
    return parts.store.steps.take(lead_id, body, by_of(visit), parts.now())


def check_sight(pages: Pages, visit: Visit, lead_id: str) -> None:
    """Refuse a lead that is not stored, or that the user may not see.

    Parameters
    ----------
    pages
        The frame of all pages.
    visit
        Who looks.
    lead_id
        The lead.

    Raises
    ------
    NoLead
        If so.
    """
    owner = pages.parts.store.owners.of(lead_id)
    if not may_see(visit, pages.parts.settings, owner):
        raise NoLead.of("no such lead", "a lead that you may see", "go back to the list")


def assignable(pages: Pages) -> set[str]:
    """Return who may get a lead: the owners of leads, and users."""
    store = pages.parts.store
    known = {user.owner_id for user in store.users.all() if user.owner_id and not user.disabled}
    return {*known, *store.ranking_counts.all_owners()}


def back_to(form: Form, steps: list[LeadStep], missed: int = 0) -> str:
    """Return the address to return to, with the steps that were done.

    Parameters
    ----------
    form
        `back` is an address of these pages; anything else means the ranking.
    steps
        The steps.
    missed
        How many leads were somebody else's meanwhile.
    """
    back = form.one("back")
    local = back.startswith("/") and not back.startswith(("//", "/\\"))
    address = back if local else "/"
    done = "-".join(str(step.step_id) for step in steps)
    others = f"&missed={'-'.join('1' * missed)}" if missed else ""
    return f"{address}{'&' if '?' in address else '?'}done={done}{others}"


def _assign_many(pages: Pages, visit: Visit, form: Form) -> Response:
    """Assign the leads that were chosen; those that are somebody else's meanwhile are left."""
    parts, owner = pages.parts, form.one("owner")
    if owner not in assignable(pages):
        raise BadBody([Fault("an unknown owner", "one of the list", "choose one")])
    steps, missed = [], 0
    for one in form.many("pick"):
        version, _, lead_id = one.partition(":")
        check_sight(pages, visit, lead_id)
        known = int(version) if version.isdigit() and len(version) <= _DIGITS else None
        body = StepBody(kind="assigned", owner_id=owner, version=known)
        try:
            steps.append(parts.store.steps.take(lead_id, body, by_of(visit), parts.now()))
        except TakenMeanwhile:
            missed += 1
    return RedirectResponse(back_to(form, steps, missed), _SEE_OTHER)


def _body(pages: Pages, visit: Visit, form: Form) -> StepBody:
    kind, _, result = form.one("do").partition(":")
    if kind not in RESULTS:
        raise BadBody([Fault(f"do: {kind[:40]}", " or ".join(RESULTS), "use a button of the page")])
    owner = form.one("owner") or None
    if kind == "assigned" and owner is not None and owner not in assignable(pages):
        raise BadBody([Fault("an unknown owner", "one of the list", "choose one")])
    version = form.one("version")
    days = result if kind == "snoozed" else ""
    return StepBody(
        kind=cast("Kind", kind),
        result=None if kind == "snoozed" else (result or form.one("reason") or None),
        until=_until(pages, visit, form, days),
        note=form.one("note")[:MOST_NOTE] or None,
        owner_id=owner,
        version=int(version) if version.isdigit() and len(version) <= _DIGITS else None,
    )


def _until(pages: Pages, visit: Visit, form: Form, days: str) -> datetime | None:
    """Return the beginning of the day that a form names: so many days from now, or a date."""
    zone = pages.words[visit.language].zone
    today = pages.parts.now().astimezone(zone)
    if days.isdigit():
        day = (today + timedelta(days=int(days[:4]))).date()
        return datetime.combine(day, _MORNING, zone)
    try:
        day = datetime.fromisoformat(form.one("until")).date()
    except ValueError:
        return None
    return datetime.combine(day, _MORNING, zone)


def _undo(pages: Pages, visit: Visit, form: Form) -> list[LeadStep]:
    store, leads = pages.parts.store.steps, visit.user is None or visit.user.role != "sales"
    steps = [store.one(number) for number in numbers_of("-".join(form.many("step")))]
    mine = [step for step in steps if step is not None and (leads or step.by == by_of(visit))]
    if not mine or len(mine) < len(steps):
        raise NoLead.of("no such step", "a step of yours", "go back to the list")
    return [store.undo(step.step_id, by_of(visit), pages.parts.now()) for step in mine]


def _taken(
    pages: Pages, request: Request, visit: Visit, form: Form, error: TakenMeanwhile
) -> Response:
    """Answer that somebody else was first; nothing was changed."""
    words, people = pages.words[visit.language], pages.people(visit.language)
    last = error.last if isinstance(error.last, WorkState) else WorkState()
    lead_id = form.one("lead")
    named = bool(lead_id) and may_name(visit, pages.parts.store.owners.of(lead_id))
    shown = pages.parts.store.displays.of([lead_id]) if named else {}
    context: dict[str, Any] = {
        "who": contact_of(lead_id, {}, shown.get(lead_id, {})).title,
        "lead_id": lead_id,
        "by": people.user((last.by or "").removeprefix("user:")) or words.say("somebody"),
        "at": last.at,
        "what": words.say(KINDS[last.kind]) if last.kind else words.say("undone"),
        "result": result_words(last.result, words),
    }
    return pages.show(request, visit, "taken.html.j2", 409, **context)
