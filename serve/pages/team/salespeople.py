"""/team: salespeople with their skills, room and absences, and the speed to lead.

Decided here: whoever owns leads or signs in as an owner can be described; only those who are take
part in the proposal of an assignment. The speed to lead is that of the last 30 days.
"""

from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.catalog.naming import ACCOUNT_PREFIX
from features.errors import Fault
from serve.errors import BadBody
from serve.pages.shell import display_names
from serve.pages.shell.done import by_of
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.pages.steps import assignable
from serve.scoring.loaded_model import LoadedModel
from serve.store.team.reps import RepLoad
from serve.store.team.speed import SpeedToLead, speed_by, speed_of
from serve.wire.bodies import refuse
from serve.wire.team.reps import (
    LEVELS,
    SKILLS,
    Absence,
    AbsenceBody,
    Rep,
    RepBody,
    absence_faults,
    rep_faults,
)

SPEED_DAYS: Final = 30
LEVEL_NAMES: Final = {
    "junior": mark("beginner"),
    "regular": mark("experienced"),
    "senior": mark("very experienced"),
}
SKILL_NAMES: Final = {
    "industry": mark("Industries"),
    "product": mark("Products"),
    "region": mark("Regions"),
    "language": mark("Languages"),
}
_SEE_OTHER: Final = 303
_DIGITS: Final = 9
_MOST_BOXES: Final = 60
_MOST_SKILLS: Final = 6


class RepRow(NamedTuple):
    """A salesperson as the page shows them; without `rep` they were not described yet."""

    owner_id: str
    name: str
    rep: Rep | None
    load: RepLoad | None
    skills: list[str]
    absences: list[Absence]
    speed: SpeedToLead | None


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/team")
    def team(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        return pages.show(request, visit, "team.html.j2", **_context(pages, visit))

    @routes.get("/team/rep")
    def rep(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        context = _of_one(pages, visit, request.query_params.get("owner", ""))
        return pages.show(request, visit, "rep.html.j2", **context)

    @routes.post("/team/{what}")
    async def change(request: Request, what: str) -> Response:
        visit, form = await pages.posted(request)
        check_role(visit)
        await pages.parts.threads(_change, pages, visit, form, what)
        return RedirectResponse(visit.link("/team"), _SEE_OTHER)

    return routes


def _change(pages: Pages, visit: Visit, form: Form, what: str) -> None:
    store, now, who = pages.parts.store.team, pages.parts.now(), by_of(visit)
    owner_id = form.one("owner")
    if what == "all":
        described = {one.owner_id for one in store.reps()}
        for one in sorted(assignable(pages) - described):
            store.put(one, RepBody(), who, now)
        return
    if owner_id not in assignable(pages) | {one.owner_id for one in store.reps()}:
        raise BadBody([Fault("an unknown salesperson", "one of the list", "go back to it")])
    if what == "rep":
        body = _rep_body(form)
        refuse(rep_faults(body))
        store.put(owner_id, body, who, now)
    elif what == "absence":
        absence = AbsenceBody(first_on=_day(form.one("first")), last_on=_day(form.one("last")))
        refuse(absence_faults(absence))
        store.add_absence(owner_id, absence, who, now)
    elif what == "present":
        store.remove_absence(_number(form.one("absence")), who, now)
    elif what == "remove":
        store.remove(owner_id, who, now)
    else:
        raise BadBody([Fault(what[:40], "an action of the page", "use a button of it")])


def _rep_body(form: Form) -> RepBody:
    level = form.one("level")
    if level not in LEVELS:
        raise BadBody([Fault(f"level: {level[:40]}", " or ".join(LEVELS), "choose one")])
    skills = {}
    for kind in SKILLS:
        typed = [text.strip() for text in form.one(f"more:{kind}").replace("、", ",").split(",")]
        skills[kind] = [text for text in (*form.many(f"skill:{kind}"), *typed) if text]
    return RepBody(level=level, capacity=_number(form.one("capacity")), skills=skills)


def _context(pages: Pages, visit: Visit) -> dict[str, Any]:
    parts, now = pages.parts, pages.parts.local_now()
    store, people = parts.store.team, pages.people(visit.language)
    reps = {one.owner_id: one for one in store.reps()}
    loads = store.loads(reps.values(), visit.target, now)
    hot = parts.store.speed.hot_leads(visit.target, now - timedelta(days=SPEED_DAYS), now)
    by_owner, absences = speed_by(hot, "owner_id"), store.absences(now.date())
    loaded = pages.champion(visit).current()
    rows = [
        RepRow(
            owner_id,
            name,
            reps.get(owner_id),
            loads.get(owner_id),
            _skill_texts(reps.get(owner_id), loaded, visit),
            [one for one in absences if one.owner_id == owner_id],
            by_owner.get(owner_id),
        )
        for owner_id, name in people.choices(assignable(pages) | set(reps))
    ]
    return {
        "rows": sorted(rows, key=lambda one: one.rep is None),
        "described": bool(reps),
        "levels": LEVEL_NAMES,
        "channels": _by_channel(speed_by(hot, "source"), loaded, visit),
        "speed": speed_of(hot),
        "speed_days": SPEED_DAYS,
    }


def _by_channel(
    speeds: dict[str | None, SpeedToLead], loaded: LoadedModel, visit: Visit
) -> list[tuple[str, SpeedToLead]]:
    vocabulary = loaded.artifact.catalog.vocabulary
    named = [
        (display_names.value_words("source", source or "", vocabulary, visit.language), speed)
        for source, speed in speeds.items()
    ]
    return sorted(named, key=lambda pair: -pair[1].leads)


def _skill_texts(rep: Rep | None, loaded: LoadedModel, visit: Visit) -> list[str]:
    if rep is None:
        return []
    vocabulary = loaded.artifact.catalog.vocabulary
    texts = [
        display_names.value_words(_key(kind, loaded), one, vocabulary, visit.language)
        for kind in SKILLS
        for one in rep.skills.get(kind, ())
    ]
    more = len(texts) - _MOST_SKILLS
    return [*texts[:_MOST_SKILLS], f"+{more}"] if more > 0 else texts


def _key(kind: str, loaded: LoadedModel) -> str:
    """Return the attribute of a kind of skill that the model knows; else the kind itself."""
    known = loaded.artifact.catalog.vocabulary.categories
    return next((key for key in (kind, ACCOUNT_PREFIX + kind) if key in known), kind)


def _of_one(pages: Pages, visit: Visit, owner_id: str) -> dict[str, Any]:
    store, loaded = pages.parts.store.team, pages.champion(visit).current()
    rep = next((one for one in store.reps() if one.owner_id == owner_id), None)
    if rep is None and owner_id not in assignable(pages):
        raise BadBody([Fault("an unknown salesperson", "one of the list", "go back to it")])
    today = pages.parts.local_now().date()
    shown = rep or Rep(owner_id=owner_id)
    return {
        "rep": shown,
        "described": rep is not None,
        "name": pages.people(visit.language).owner(owner_id),
        "levels": LEVEL_NAMES,
        "skills": [_choices(kind, shown, loaded, visit) for kind in SKILLS],
        "absences": [one for one in store.absences(today) if one.owner_id == owner_id],
        "today": today.isoformat(),
    }


def _choices(kind: str, rep: Rep, loaded: LoadedModel, visit: Visit) -> dict[str, Any]:
    """Return the values of a kind that the model knows as boxes, and the others as a text."""
    vocabulary, key = loaded.artifact.catalog.vocabulary, _key(kind, loaded)
    known = vocabulary.categories.get(key, ())
    boxes = known if len(known) <= _MOST_BOXES else ()
    own = rep.skills.get(kind, [])
    return {
        "kind": kind,
        "name": SKILL_NAMES[kind],
        "boxes": [
            (one, display_names.value_words(key, one, vocabulary, visit.language), one in own)
            for one in boxes
        ],
        "text": ", ".join(one for one in own if one not in boxes),
    }


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadBody([Fault(f"day: {text[:40]}", "a day", "choose one")]) from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise BadBody([Fault(f"number: {text[:40]}", "a whole number", "correct it")])
    return int(text)
