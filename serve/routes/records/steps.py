"""/v1/leads/{id}/steps and /v1/lists: what people do with leads, and the lists they work from.

Decided here: a step without `version` is taken whatever happened before; with it, the one who comes
second gets 409 and reads who was first. Lists hold no names: a program knows them already.
"""

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import BadBody, NoLead
from serve.http.app_context import AppContext
from serve.routes.describing import JSON, TARGET, described, key_of, target_of
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.standings import ListedLead
from serve.wire.bodies import read, refuse
from serve.wire.team.standing import LISTS
from serve.wire.team.steps import MOST_NOTE, LeadStep, StepBody, WorkState, step_faults
from serve.wire.value_limits import faults_in, faults_in_id

USUAL: Final = 50
MOST: Final = 1_000
_NAMES: Final = (*LISTS, "aside")
_EXAMPLE: Final = {"kind": "snoozed", "until": "2026-07-01T00:00:00+09:00", "version": 0}
_WHOLE: Final = {"type": "integer", "minimum": 0}
PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": "owner_id",
        "in": "query",
        "description": "Of this owner.",
        "schema": {"type": "string"},
    },
    {"name": "skip", "in": "query", "description": "How many come before.", "schema": _WHOLE},
    {"name": "limit", "in": "query", "description": "How many at most; 50.", "schema": _WHOLE},
    TARGET,
]


class StepsAnswer(msgspec.Struct, frozen=True):
    """What was last done with a lead, and its history, the newest first."""

    state: WorkState
    steps: list[LeadStep]


class ListAnswer(msgspec.Struct, frozen=True):
    """Some leads of a list, and how many it has in all."""

    leads: list[ListedLead]
    total: int


KINDS: Final = (StepBody, LeadStep, StepsAnswer, ListAnswer)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["steps"])
    steps = context.store.steps

    @routes.post(
        "/v1/leads/{lead_id:id}/steps", openapi_extra=described(StepBody, _EXAMPLE, LeadStep)
    )
    async def take(lead_id: str, request: Request) -> Response:
        """Do something with a lead: contacted, snoozed, disqualified, assigned or resumed."""
        body = read(StepBody, await request.body())
        refuse(faults_in_id(lead_id, "lead_id"))
        refuse(faults_in(body, "$"))
        refuse(step_faults(body, context.now()))
        note = body.note[:MOST_NOTE] if body.note else None
        body = msgspec.structs.replace(body, note=note)
        step = await context.threads(steps.take, lead_id, body, key_of(request), context.now())
        return _answer(step)

    @routes.get("/v1/leads/{lead_id:id}/steps", openapi_extra=described(None, None, StepsAnswer))
    def history(lead_id: str) -> Response:
        """Return what was done with a lead, undone steps included."""
        refuse(faults_in_id(lead_id, "lead_id"))
        context.store.owners.of(lead_id)
        state = steps.states([lead_id]).get(lead_id, WorkState())
        return _answer(StepsAnswer(state, steps.history(lead_id)))

    @routes.post("/v1/steps/{step_id}/undo", openapi_extra=described(None, None, LeadStep))
    async def undo(step_id: str, request: Request) -> Response:
        """Undo a step, if it is the last of its lead."""
        step = steps.one(_number(step_id))
        if step is None:
            raise NoLead.of("no such step", "the number of a step", "read the history of the lead")
        who, number = key_of(request), step.step_id
        return _answer(await context.threads(steps.undo, number, who, context.now()))

    @routes.get("/v1/lists/{name}", openapi_extra=described(None, None, ListAnswer, PARAMETERS))
    def listed(name: str, request: Request) -> Response:
        """Return a list: call, deals, customers, lost or aside, in the order of the page."""
        query = dict(request.query_params)
        skip, limit = (_whole(query, *one) for one in (("skip", 0), ("limit", USUAL)))
        if name not in _NAMES:
            raise BadBody([Fault(f"list: {name[:40]}", " or ".join(_NAMES), "name one of them")])
        target = target_of(context, request)
        wanted = RankingFilter(target=target, owner_id=query.get("owner_id"))
        page = context.store.standings.page(name, wanted, skip, min(limit, MOST), context.now())  # type: ignore[arg-type]
        return _answer(ListAnswer(page.rows, page.total))

    return routes


def _whole(query: dict[str, str], name: str, usual: int) -> int:
    text = query.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 - digits
        raise BadBody([Fault(f"{name}: {text[:40]}", "a whole number", "correct the parameter")])
    return int(text)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0  # noqa: PLR2004


def _answer(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type=JSON)
