"""/points: the points table of the sales team beside the data, edited, previewed, exported.

Decided here: an edited table changes no score; it is exported as `scorecard.yaml` and takes effect
by training. Marketing reads it, managers edit it; every table that was saved stays in the history.
"""

import json
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from features.errors import BadParams, Fault
from models.model.points import PointsFile, RuleLine, When, read, resolve
from serve.errors import BadBody
from serve.insight.points_review import RuleReview, as_yaml, reviews
from serve.pages.shell import display_names
from serve.pages.shell.contact import contact_of
from serve.pages.shell.done import by_of
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import HEADERS, Pages
from serve.pages.shell.navigation import check_role, leads
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.ranking.points_preview import preview
from serve.scoring.loaded_model import LoadedModel

SIGNS: Final = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<"}
VERDICTS: Final = {
    "fits": mark("fits the data"),
    "too_high": mark("more than the data say"),
    "too_low": mark("less than the data say"),
    "unknown": mark("too few leads"),
}
_SEE_OTHER: Final = 303
_MOST_RULES: Final = 120
_MOST_TEXT: Final = 100_000
_NOTE: Final = 2_000


class RuleRow(NamedTuple):
    """A rule as the page shows it; without `review` the model does not know its feature."""

    line: RuleLine
    label: str
    condition: str
    review: RuleReview | None


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/points")
    def points(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        context = _context(pages, visit, None) | {"saved": "saved" in request.query_params}
        return pages.show(request, visit, "points.html.j2", **context)

    @routes.post("/points")
    async def change(request: Request) -> Response:
        visit, form = await pages.posted(request)
        check_role(visit)
        if not leads(visit):
            raise HTTPException(404)
        return await pages.parts.threads(_changed, pages, request, visit, form)

    @routes.get("/points/scorecard.yaml")
    def exported(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        stored = pages.parts.store.points_drafts.history(visit.target, 1)
        if not stored:
            raise HTTPException(404)
        headers = HEADERS | {"content-disposition": 'attachment; filename="scorecard.yaml"'}
        text = as_yaml(_file(stored[0].points))
        return Response(text, 200, headers, "application/yaml; charset=utf-8")

    return routes


def _changed(pages: Pages, request: Request, visit: Visit, form: Form) -> Response:
    file = _sent(pages, visit, form)
    if form.one("do") == "preview":
        context = _context(pages, visit, file) | {"saved": False}
        return pages.show(request, visit, "points.html.j2", **context)
    note, who = form.one("note")[:_NOTE] or None, by_of(visit)
    content = json.dumps(_json(file), ensure_ascii=False)
    pages.parts.store.points_drafts.put(visit.target, content, note, who, pages.parts.now())
    return RedirectResponse(visit.link("/points?saved=1"), _SEE_OTHER)


def _sent(pages: Pages, visit: Visit, form: Form) -> PointsFile:
    """Return the table that was sent; one that training would refuse is refused here."""
    catalog = pages.champion(visit).current().artifact.catalog
    try:
        if form.one("do") == "load":
            file = read(form.one("text")[:_MOST_TEXT])
        else:
            file = _edited(form, _stored(pages, visit))
        resolve(file, catalog)
    except (BadParams, json.JSONDecodeError) as error:
        fault = Fault(str(error)[:200], "a points table", "correct it")
        faults = list(error.faults) if isinstance(error, BadParams) else [fault]
        raise BadBody(faults) from error
    return file


def _stored(pages: Pages, visit: Visit) -> PointsFile:
    history = pages.parts.store.points_drafts.history(visit.target, 1)
    return _file(history[0].points) if history else PointsFile()


def _edited(form: Form, before: PointsFile) -> PointsFile:
    """Return the table of a form; all faults are reported at once."""
    raw: list[dict[str, Any]] = [
        {"feature": feature, "when": json.loads(when), "points": points}
        for feature, when, points in zip(
            form.many("feature"), form.many("when"), form.many("points"), strict=False
        )
        if points.strip()
    ]
    raw += list(_added(form))
    if len(raw) > _MOST_RULES:
        fault = Fault(f"{len(raw)} rules", f"at most {_MOST_RULES}", "edit the file instead")
        raise BadBody([fault])
    content = _json(before) | {"rules": raw}
    return read(json.dumps(content))


def _added(form: Form) -> Iterator[dict[str, Any]]:
    feature, value = form.one("new_feature"), form.one("new_value")
    if not feature:
        return
    condition = form.one("new_when")
    if condition == "is":
        when: dict[str, Any] = {"is": [one.strip() for one in value.split(",") if one.strip()]}
    else:
        when = {condition: value}
    yield {"feature": feature, "when": when, "points": form.one("new_points")}


def _json(file: PointsFile) -> dict[str, Any]:
    return file.model_dump(mode="json", by_alias=True, exclude_none=True)


def _file(text: str) -> PointsFile:
    return PointsFile.model_validate(json.loads(text))


def _context(pages: Pages, visit: Visit, edited: PointsFile | None) -> dict[str, Any]:
    store, loaded = pages.parts.store, pages.champion(visit).current()
    history = store.points_drafts.history(visit.target)
    stored = _file(history[0].points) if history else PointsFile()
    file = edited or stored
    return {
        "rows": _rows(file, loaded, visit),
        "has_table": bool(history) or edited is not None,
        "double": file.points_to_double_odds,
        "trust": loaded.artifact.model.scorecard.scale,
        "verdicts": VERDICTS,
        "signs": SIGNS,
        "features": loaded.artifact.catalog.names,
        "history": history,
        "people": pages.people(visit.language),
        "preview": None if edited is None else _preview(pages, visit, (stored, edited)),
        "when_json": lambda when: json.dumps(_when(when), ensure_ascii=False),
    }


def _when(when: When) -> dict[str, Any]:
    return when.model_dump(mode="json", by_alias=True, exclude_none=True)


def _rows(file: PointsFile, loaded: LoadedModel, visit: Visit) -> list[RuleRow]:
    catalog = loaded.artifact.catalog
    rows = []
    for line in file.rules:
        try:
            review = reviews(file.model_copy(update={"rules": (line,)}), loaded.artifact)[0]
        except BadParams:
            review = None
        known = line.feature in catalog.names
        feature = catalog.features[catalog.names.index(line.feature)] if known else None
        label = getattr(feature.concept_label, visit.language) if feature else line.feature
        condition = _condition(line, feature.key if feature else "", loaded, visit)
        rows.append(RuleRow(line, label, condition, review))
    return rows


def _condition(line: RuleLine, key: str, loaded: LoadedModel, visit: Visit) -> str:
    vocabulary, when = loaded.artifact.catalog.vocabulary, line.when
    if when.words is not None:
        named = (
            display_names.value_words(key, one, vocabulary, visit.language) for one in when.words
        )
        return " · ".join(named)
    bounds = [f"{SIGNS[n]} {v:g}" for n in SIGNS if (v := getattr(when, n)) is not None]
    return ", ".join(bounds)


def _preview(pages: Pages, visit: Visit, tables: tuple[PointsFile, PointsFile]) -> dict[str, Any]:
    store, loaded = pages.parts.store, pages.champion(visit).current()
    made = preview((store.ranking, store.records), loaded, tables, pages.parts.now())
    ids = [*made.entering, *made.leaving]
    shown = store.displays.of(ids)
    rows = {row.lead_id: row for row in store.ranking.some(ids, visit.target)}
    named = {
        one: (
            contact_of(one, rows[one].attributes, shown.get(one, {})).title,
            display_names.lead_address(one, visit.target),
        )
        for one in ids
        if one in rows
    }
    return {
        "looked_at": made.looked_at,
        "top": made.top,
        "entering": [named[one] for one in made.entering if one in named],
        "leaving": [named[one] for one in made.leaving if one in named],
    }
