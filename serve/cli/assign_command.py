"""The command `mikomi assign`: who gets which lead, as the page /assign proposes it.

Decided here: it needs no running server and no model, only the database. The proposal changes
nothing until `--confirm`; what is assigned then is signed as done by the command.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from serve.cli.team_command import BY, company_zone, open_store

if TYPE_CHECKING:
    from serve.ranking.assigning import Proposal
    from serve.stored_leads.store import Store


def assign(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    scope: Annotated[str, typer.Option(help="unowned, hot, away or all.")] = "unowned",
    band: Annotated[str, typer.Option(help="hot, warm, cold or all.")] = "hot",
    most: Annotated[int, typer.Option(min=1, max=500, help="How many leads at most.")] = 50,
    to: Annotated[str, typer.Option(help="owner_ids, separated by commas; empty: all.")] = "",
    target: Annotated[str, typer.Option(help="The target; empty: the default.")] = "",
    *,
    confirm: Annotated[bool, typer.Option("--confirm", help="Assign them.")] = False,
) -> None:
    """Propose who gets which lead by skills, room and experience; `--confirm` assigns them."""
    from features.errors import BadRequest  # noqa: PLC0415 - slow to import
    from serve.ranking.assigning import SCOPES, AssignmentQuery, proposal_of  # noqa: PLC0415

    bands: dict[str, Any] = {"hot": "hot", "warm": "warm", "cold": "cold", "all": None}
    if scope not in SCOPES or band not in bands:
        expected = f"a scope of {', '.join(SCOPES)}; a band of {', '.join(bands)}"
        raise BadRequest.of(f"scope {scope}, band {band}", expected, "correct the options")
    store, owners = open_store(), frozenset(one for one in to.split(",") if one)
    query = AssignmentQuery(scope, bands[band], most, owners, target)
    made = proposal_of(store.ranking, store.team, query, context.obj().astimezone(company_zone()))
    _show(made)
    if confirm:
        _confirm(store, made, context)
    elif made.assignment.pairs:
        typer.echo("nothing was changed; --confirm assigns them")


def _show(made: "Proposal") -> None:
    for one in made.assignment.pairs:
        skills = " ".join([*(f"+{x}" for x in one.fitting), *(f"-{x}" for x in one.other)])
        typer.echo(
            f"{one.lead.lead_id:<20} {one.lead.probability:>6.1%}  {one.owner_id:<16} {skills}"
        )
    for rep in made.reps:
        before, got = made.loads[rep.owner_id].assigned, made.got(rep.owner_id)
        typer.echo(f"{rep.owner_id:<16} {before} -> {before + got} of {rep.capacity} this week")
    assignment = made.assignment
    typer.echo(
        f"{len(assignment.pairs)} leads, expected conversions {assignment.expected:.2f}"
        f" (in turn {assignment.in_turn:.2f}); {len(assignment.left)} left"
    )


def _confirm(store: "Store", made: "Proposal", context: typer.Context) -> None:
    from serve.wire.team.steps import Assigning, WorkState  # noqa: PLC0415 - slow to import

    states = store.steps.states(made.rows)
    wanted = [
        Assigning(
            lead_id=one.lead.lead_id,
            owner_id=one.owner_id,
            version=states.get(one.lead.lead_id, WorkState()).version,
        )
        for one in made.assignment.pairs
    ]
    steps, left = store.steps.assign_many(wanted, BY, context.obj())
    typer.echo(f"{len(steps)} assigned, {len(left)} changed meanwhile")
