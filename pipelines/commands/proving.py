"""Proving what a score is worth: the one there is, the list in use, and declared tests.

Decided here: the panel is called like this file, Proving. Options of `audit` stand over the section
`incumbent` of params.yaml, so that any file can be looked at without writing it down first.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipelines.commands.monitoring import DATABASE, Complete, Database
from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile, TargetName, as_of_or_now, job

_Meaning = Literal["points", "grade", "probability"]


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (audit, worth, contact_value, worked):
        app.command(rich_help_panel="Proving")(command)
    app.add_typer(experiments, name="experiment", rich_help_panel="Proving")


def audit(  # noqa: PLR0913 - one option each
    scores: Annotated[
        Path | None,
        typer.Option(help="CSV, Parquet or workbook: one row a lead and moment, or a lead."),
    ] = None,
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    points: Annotated[
        Path | None, typer.Option(help="Instead: a points table (YAML), counted from features.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What people call the score.")] = None,
    lead: Annotated[str | None, typer.Option(help="Column: the id of the lead.")] = None,
    at: Annotated[
        str | None, typer.Option(help="Column: from when the score stood; none: not recorded.")
    ] = None,
    score: Annotated[str | None, typer.Option(help="Column: the score or grade.")] = None,
    best_first: Annotated[
        str | None, typer.Option(help="The grades, the best first: A,B,C.")
    ] = None,
    meaning: Annotated[_Meaning | None, typer.Option(help="What the score claims to be.")] = None,
    cost_per_month: Annotated[
        float | None, typer.Option(min=0, help="What the score costs to keep.")
    ] = None,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="Leads that sales can work in a week.")
    ] = None,
) -> None:
    """Judge the score you have now: does it order leads, does it peek, is it stuck.

    Needs leads, outcomes and the score (`mikomi ingest` has to have run), and no activity. Twelve
    checks name faults of the score itself: values that move with the outcome, are filled late,
    never change, never fade, are stale or stuck at an end, or are no probability. The page says
    too which cut-off fits the team, and what other lists would have won with the same calls.
    """
    from pipelines.commands.console import out, table  # noqa: PLC0415
    from pipelines.lifecycle.audit import stage  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    options = {
        "scores": scores and str(scores),
        "points": points and str(points),
        "name": name,
        "lead": lead,
        "at": at,
        "score": score,
        "best_first": best_first and tuple(best_first.split(",")),
        "meaning": meaning,
        "cost_per_month": cost_per_month,
    }
    facts = stage.run(replace(made, params=_with(made.params, options, capacity)))
    bad = [one for one in facts["checks"] if one["answer"] in ("fail", "warn")]
    if bad:
        columns = ("code", "title", "verdict", "observed")
        rows = [[one[column] for column in columns] for one in bad]
        out().print(table("Faults and warnings", ("check", "question", "answer", "found"), rows))
    out().print("\n".join(facts["verdict"]), markup=False)
    out().print(f"report {facts['report']}")


def _with(params: Any, options: dict[str, Any], capacity: int | None) -> Any:
    """Return the parameters with what the options state instead."""
    stated = {key: one for key, one in options.items() if one is not None}
    if stated.get("at") == "none":
        stated["at"] = None
    if {"scores", "points"} & set(stated):
        stated = {"scores": None, "points": None} | stated
    incumbent = replace(params.incumbent, **stated)
    backtest = params.backtest
    if capacity is not None:
        backtest = replace(backtest, capacity=capacity)
    return replace(params, incumbent=incumbent, backtest=backtest)


def worth(  # noqa: PLR0913 - one option each
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    lists: Annotated[
        Path | None,
        typer.Option(help="Weekly lists in a file (lead_id, at, chosen_by: rank or lot) instead."),
    ] = None,
    quarter: Annotated[
        str | None, typer.Option(help="Such as 2026Q1; none: the newest with outcomes.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Divide the wins by this attribute; may repeat.")
    ] = None,
    cost_per_call: Annotated[
        float | None, typer.Option(min=0, help="What a call costs; for the cost of a win.")
    ] = None,
    database: Database = DATABASE,
    as_of: Complete = None,
) -> None:
    """Write the money receipt of a quarter: what the list won beyond a lottery.

    A server with `MIKOMI_EXPLORE_SHARE` above 0 puts some leads on the weekly list by lot. They
    show what the places would have won without the ranking. The page says how many extra wins (and
    revenue, and cost of a win) the order brought, with an interval and a plain verdict, "not shown
    yet" included; also against the score of the section `incumbent`, and against recency.

    Look as often as you like: while outcomes still mature, the verdict needs evidence that stays
    valid at every look.
    """
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.worth import stage  # noqa: PLC0415 - slow to import
    from pipelines.lifecycle.worth.stage import WorthRequest  # noqa: PLC0415

    made = job(params, target=target)
    at = as_of_or_now(context, as_of, made)
    request = WorthRequest(database, lists, quarter, tuple(by or ()), cost_per_call)
    facts = stage.run(made, request, at)
    out().print("\n".join([facts["account"]["quarter"], *facts["verdict"]]), markup=False)
    out().print(f"report {facts['report']}")


def contact_value(
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    experiment: Annotated[
        str | None, typer.Option(help="A declared test whose second arm is a contact.")
    ] = None,
    contacts: Annotated[
        Path | None,
        typer.Option(help="A file: lead_id, at, contacted (0 or 1); chance where a lot decided."),
    ] = None,
    lists: Annotated[
        Path | None, typer.Option(help="Weekly lists in a file (lead_id, at, chosen_by).")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="A server's database, whose weekly lists have lots.")
    ] = None,
) -> None:
    """Estimate what a contact adds to the probability of a conversion, and whom it helps most.

    Best from chance: a declared test, the lots of the weekly lists, or a file with the chance of
    each contact. Without any of them, from the contacts that the section `contacts` of params.yaml
    names; people chose those, so the answer is marked as weaker.

    "Unknown" is the usual answer. Only where it is shown that contacts help some leads more than
    others is there a table of whom to call. The ranking follows it only where a target chooses so
    (`ranking: contact_value`).
    """
    from features.errors import BadRequest  # noqa: PLC0415
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.contact import stage  # noqa: PLC0415 - slow to import
    from pipelines.lifecycle.contact.stage import ContactRequest  # noqa: PLC0415

    named = [one for one in (experiment, contacts, lists, database) if one is not None]
    if len(named) > 1:
        raise BadRequest.of(
            f"{len(named)} sources", "one of them", "run the command once for each source"
        )
    request = ContactRequest(experiment, contacts, lists, database)
    facts = stage.run(job(params, target=target), request)
    out().print("\n".join(facts["verdict"]["en"]), markup=False)
    out().print(f"report {facts['report']}")


def worked(
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    database: Annotated[
        str | None,
        typer.Option(help="A server's database: contacts noted on pages and by the API count."),
    ] = None,
) -> None:
    """Judge the model on leads that were worked, on those that nobody called, and on all.

    Outcomes of leads that nobody called may never come about or never be entered. With
    `contacts.labels: worked` they count as unknown, never as lost; the model is then judged on
    worked leads, weighted so that they stand for the others, as far as some of their kind were
    worked. Needs the section `contacts` or --database, and a trained model.
    """
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.contact import worked_stage  # noqa: PLC0415 - slow to import

    facts = worked_stage.run(job(params, target=target), database)
    out().print("\n".join(facts["verdict"]["en"]), markup=False)
    out().print(f"report {facts['report']}")


experiments = typer.Typer(no_args_is_help=True, help="Declare, draw and analyse tests by lot.")


@experiments.command()
def declare(
    file: Annotated[Path, typer.Argument(help="The declaration: YAML or JSON.")],
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
) -> None:
    """Declare a test before anybody is drawn, and say how long it takes to notice its effect.

    A declaration names the two arms, the share of the second, what is drawn (lead or account), the
    seed, from when on and for how long, outcome and horizon, and the smallest effect worth
    noticing. It does not change afterwards.
    """
    from features.errors import BadInput  # noqa: PLC0415
    from features.reading.written_files import text_of  # noqa: PLC0415
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.experiment import stage  # noqa: PLC0415 - slow to import
    from pipelines.reports.experiment.verdicts import duration  # noqa: PLC0415

    if not file.is_file():
        raise BadInput.of(f"no file {file}", "a declaration", "correct the path")
    made = job(params, target=target)
    path, plan = stage.declare(made, text_of(file))
    out().print(duration(plan, "en"), markup=False)
    out().print(f"declared {path}")


@experiments.command()
def assign(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The name of the test.")],
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    leads: Annotated[
        Path | None, typer.Option(help="A file with a column lead_id; none: all open leads.")
    ] = None,
    at: Annotated[str | None, typer.Option(help="The moment of the draw; none: now.")] = None,
) -> None:
    """Draw leads into the arms of a test; who has an arm keeps it."""
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.experiment import stage  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    facts = stage.assign(made, name, leads, as_of_or_now(context, at, made))
    out().print("  ".join(f"{key} {one}" for key, one in facts.items()))


@experiments.command()
def report(
    name: Annotated[str, typer.Argument(help="The name of the test.")],
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    lists: Annotated[
        Path | None, typer.Option(help="Weekly lists in a file, for drawn_by: lists.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(help="A server's database, for drawn_by: lists and drawn_by: shadow."),
    ] = None,
) -> None:
    """Analyse a test as far as it has come, and write its page and its verdict.

    Leads whose horizon is not over do not decide. Look as often as you like. `mikomi card` quotes
    the verdict in the model card. A test that the weekly lists draw compares leads by rank with
    those by lot; one in shadow compares challenger and champion on the same live leads, and its
    verdict comes with the end of the declared time.
    """
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.experiment import stage  # noqa: PLC0415 - slow to import

    facts = stage.report(job(params, target=target), name, lists, database)
    out().print("\n".join(facts["sentences"]), markup=False)
    out().print(f"report {facts['report']}")
