"""/v1/reps, /v1/assignment, /v1/band-limits: the team, who gets which lead, where bands begin.

Decided here: a proposal changes nothing; the caller sends back what it accepts of it, with the
versions it read. Limits of bands need a key with the scope admin.
"""

from itertools import chain
from typing import Any, Final, cast

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import BadBody
from serve.http.app_context import AppContext
from serve.ranking.assigning import MOST_ASSIGNED, SCOPES, AssignmentQuery, Proposal, proposal_of
from serve.routes.describing import JSON, TARGET, described, key_of, target_of
from serve.store.team.band_limits import Cuts
from serve.wire.bodies import read, refuse
from serve.wire.team.assignment import (
    AssignedAnswer,
    AssignmentAnswer,
    AssignmentBody,
    ProposedLead,
    ProposedLoad,
    RepsAnswer,
)
from serve.wire.team.band_limits import BandLimits, LimitsBody, limits_faults, limits_of
from serve.wire.team.reps import Rep, RepBody, rep_faults
from serve.wire.team.steps import WorkState
from serve.wire.value_limits import faults_in, faults_in_id

_TEXT: Final = {"type": "string"}
_REP: Final = {"level": "senior", "capacity": 40, "skills": {"industry": ["製造業"]}}
_ASSIGNED: Final = {"leads": [{"lead_id": "L-1", "owner_id": "sato", "version": 0}]}
_LIMITS: Final = {"by": "probability", "hot": 20.0, "warm": 8.0}
PARAMETERS: Final[list[dict[str, Any]]] = [
    {
        "name": "scope",
        "in": "query",
        "description": "Leads of nobody, hot since a week, of those who are away, or all to call.",
        "schema": {"type": "string", "enum": list(SCOPES)},
    },
    {"name": "band", "in": "query", "description": "Of this band.", "schema": _TEXT},
    {"name": "limit", "in": "query", "description": "Leads at most; 50.", "schema": _TEXT},
    {"name": "owner_id", "in": "query", "description": "To these; repeated.", "schema": _TEXT},
    TARGET,
]


class LimitsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of the bands in force, and those that were, the newest first."""

    by: str
    hot: float
    warm: float
    history: list[BandLimits]


KINDS: Final = (
    *(RepBody, Rep, RepsAnswer, AssignmentAnswer, AssignmentBody, AssignedAnswer),
    *(LimitsBody, LimitsAnswer, BandLimits),
)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["team"])
    store = context.store

    @routes.get("/v1/reps", openapi_extra=described(None, None, RepsAnswer))
    def reps() -> Response:
        """List the salespeople that were described."""
        return _answer(RepsAnswer(reps=store.team.reps()))

    @routes.put("/v1/reps/{owner_id:id}", openapi_extra=described(RepBody, _REP, Rep))
    async def put_rep(owner_id: str, request: Request) -> Response:
        """Describe a salesperson: level, capacity a week, skills."""
        body = read(RepBody, await request.body())
        refuse(chain(faults_in_id(owner_id, "owner_id"), faults_in(body, "$"), rep_faults(body)))
        put, now = store.team.put, context.now()
        return _answer(await context.threads(put, owner_id, body, key_of(request), now))

    @routes.get("/v1/assignment", openapi_extra=described(None, None, AssignmentAnswer, PARAMETERS))
    def propose(request: Request) -> Response:
        """Propose who gets which lead, by skills, room and experience; nothing is changed."""
        query, now = _query(context, request), context.local_now()
        made = proposal_of(store.ranking, store.team, query, now)
        return _answer(_proposed(made, store.steps.states(made.rows)))

    @routes.post(
        "/v1/assignment", openapi_extra=described(AssignmentBody, _ASSIGNED, AssignedAnswer)
    )
    async def confirm(request: Request) -> Response:
        """Assign leads, all in one transaction; those that changed meanwhile are left."""
        body = read(AssignmentBody, await request.body())
        refuse(faults_in(body, "$"))
        if len(body.leads) > MOST_ASSIGNED:
            observed, expected = f"{len(body.leads)} leads", f"at most {MOST_ASSIGNED}"
            raise BadBody([Fault(observed, expected, "send fewer at a time")])
        many, who, now = store.steps.assign_many, key_of(request), context.now()
        steps, left = await context.threads(many, body.leads, who, now)
        return _answer(AssignedAnswer(steps=steps, left=left))

    @routes.get("/v1/band-limits", openapi_extra=described(None, None, LimitsAnswer, [TARGET]))
    def limits(request: Request) -> Response:
        """Return the limits of the bands, and their history."""
        return _answer(_limits(context, target_of(context, request)))

    @routes.put(
        "/v1/band-limits", openapi_extra=described(LimitsBody, _LIMITS, LimitsAnswer, [TARGET])
    )
    async def put_limits(request: Request) -> Response:
        """Set the limits of the bands, or remove them with a `by` of null; see `LimitsBody`.

        Every worker uses them within seconds.
        """
        body = limits_of(await request.body())
        refuse(chain(faults_in(body, "$"), limits_faults(body)))
        target = target_of(context, request)
        who, now, own = key_of(request), context.now(), model_cuts(context, target)
        await context.threads(store.band_limits.put, target, body, own, who, now)
        return _answer(await context.threads(_limits, context, target))

    return routes


def model_cuts(context: AppContext, target: str) -> Cuts:
    """Return the limits that the model of a target was trained with.

    Parameters
    ----------
    context
        Of the server.
    target
        Empty is the default.
    """
    champion = context.targets.of(target)
    used = champion.current()
    bands = champion.of(used.fingerprint, used.version).artifact.reference.bands
    return Cuts("score", bands.hot, bands.warm)


def cuts_now(context: AppContext, target: str) -> Cuts:
    """Return the limits that are in force for a target.

    Parameters
    ----------
    context
        Of the server.
    target
        Empty is the default.
    """
    last = context.store.band_limits.latest().get(target)
    if last is None or last.by is None:
        return model_cuts(context, target)
    return Cuts(last.by, last.hot, last.warm)


def _limits(context: AppContext, target: str) -> LimitsAnswer:
    history = context.store.band_limits.history(target)
    return LimitsAnswer(history=history, **cuts_now(context, target)._asdict())


def _query(context: AppContext, request: Request) -> AssignmentQuery:
    sent, usual = request.query_params, AssignmentQuery()
    scope, band = sent.get("scope", usual.scope), sent.get("band")
    limit = sent.get("limit", str(usual.most))
    faults = []
    if scope not in SCOPES:
        faults.append(Fault(f"scope: {scope[:40]}", " or ".join(SCOPES), "correct the parameter"))
    if band not in (None, "hot", "warm", "cold"):
        faults.append(Fault(f"band: {band[:40]}", "hot, warm or cold", "correct the parameter"))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST_ASSIGNED):
        expected = f"1 to {MOST_ASSIGNED}"
        faults.append(Fault(f"limit: {limit[:40]}", expected, "correct the parameter"))
    refuse(iter(faults))
    owners = frozenset(sent.getlist("owner_id"))
    return AssignmentQuery(
        cast("Any", scope), cast("Any", band), int(limit), owners, target_of(context, request)
    )


def _proposed(made: Proposal, states: dict[str, WorkState]) -> AssignmentAnswer:
    assignment = made.assignment
    return AssignmentAnswer(
        leads=[
            ProposedLead(
                lead_id=one.lead.lead_id,
                owner_id=one.owner_id,
                owner_before=made.rows[one.lead.lead_id].owner_id,
                probability=one.lead.probability,
                expected=one.expected,
                fitting=list(one.fitting),
                other=list(one.other),
                version=states.get(one.lead.lead_id, WorkState()).version,
            )
            for one in assignment.pairs
        ],
        loads=[
            ProposedLoad(
                owner_id=rep.owner_id,
                level=rep.level,
                capacity=rep.capacity,
                assigned=made.loads[rep.owner_id].assigned,
                free=made.loads[rep.owner_id].free,
                proposed=made.got(rep.owner_id),
                away=made.loads[rep.owner_id].away,
            )
            for rep in made.reps
        ],
        left=[one.lead_id for one in assignment.left],
        expected=assignment.expected,
        in_turn=assignment.in_turn,
    )


def _answer(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type=JSON)
