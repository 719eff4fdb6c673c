"""Watching what is in use: the champion, its challenger, and the leads that sales worked.

Decided here: the panel is called like this file, Watching, and comes last, as its work does.
"""

from typing import Annotated, Final

import typer

from pipelines.commands.options import (
    DEFAULT_PARAMS,
    ParamsFile,
    TargetName,
    as_of_or_now,
    job,
    moment_in,
    target_of,
    with_target,
)

ALARM: Final = 3
"""Exit code of `monitor` with an alarm; 2 is what the command refuses."""
Database = Annotated[
    str,
    typer.Option(envvar="MIKOMI_DATABASE_URL", help="The server's database.", show_envvar=True),
]
Complete = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Up to when outcomes are complete: a date, to its end in the company's time zone, or "
        "a moment; none: now.",
    ),
]
DATABASE = "sqlite:///artifacts/serve/mikomi.db"


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (monitor, shadow, lift):
        app.command(rich_help_panel="Watching")(command)


def monitor(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Today, e.g. 2026-04-01, to its end in the company's time zone; or a moment; "
            "none: when observation of the tables ended."
        ),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            envvar="MIKOMI_DATABASE_URL",
            help="The server's database, for what it told and was sent; none: the tables alone.",
            show_envvar=True,
        ),
    ] = None,
) -> None:
    """Look whether the world still is as the champion learned it, and its probabilities true.

    Compares the open leads of the tables that `mikomi ingest` wrote with leads of the same ages in
    training: features, scores, activities, words never taught; and predictions whose horizon is
    over with their outcomes. Writes a page and JSON.

    The exit code is 0 when all is quiet or there is not enough to tell, and 3 with an alarm.
    """
    from pipelines.commands.console import out, table  # noqa: PLC0415
    from pipelines.lifecycle.monitor import stage as monitoring  # noqa: PLC0415 - slow to import
    from pipelines.reports.monitor.writing import PAGES, written_alarms  # noqa: PLC0415

    made = job(params, context, target)
    at = None if as_of is None else moment_in(made, as_of, "--as-of")
    result = monitoring.run(made, at, database)
    alarms, below_alarm = written_alarms(made.places.monitor)
    if alarms:
        columns = ("check", "what", "found", "expected", "what_to_do")
        rows = [[one[name] for name in columns] for one in alarms]
        out().print(table("Alarms", [name.replace("_", " ") for name in columns], rows))
    if below_alarm:
        out().print("\n".join(["Below the alarm:", *below_alarm]), markup=False)
    page = made.places.monitor / PAGES["en"]
    of_target = f"{target_of(made)}  " if target_of(made) else ""
    out().print(f"{of_target}[bold]{result.verdict}[/]  alarms {len(alarms)}  report {page}")
    if alarms:
        raise typer.Exit(ALARM)


def shadow(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    database: Database = DATABASE,
    as_of: Complete = None,
) -> None:
    """Compare champion and challenger on live leads whose horizon is over.

    A server with `MIKOMI_SHADOW_SHARE` above 0 lets the challenger answer what the champion was
    asked, beside it and unseen. Both are held against the outcomes that came in since, by the
    rule of `promote`; nobody is promoted by this.
    """
    from pipelines.commands.console import out, written  # noqa: PLC0415
    from pipelines.lifecycle import shadow as shadowing  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    at = as_of_or_now(context, as_of, made)
    summary = shadowing.run(made, database, at)
    facts = with_target(made, summary)
    out().print("  ".join(f"{key} {written(one)}" for key, one in facts.items()))


def lift(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    database: Database = DATABASE,
    as_of: Complete = None,
) -> None:
    """Compare leads that were worked by rank with those that a lot put on the lists.

    A server with `MIKOMI_EXPLORE_SHARE` above 0 draws the last places of "Plan my week" at random
    from the leads below the cut, and keeps who stood there and why. Of the leads whose horizon is
    over it is told how many converted, by rank and by lot, with intervals by lead.
    """
    from pipelines.commands.console import out, table  # noqa: PLC0415
    from pipelines.lifecycle import lift as lifting  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    at = as_of_or_now(context, as_of, made)
    summary = lifting.run(made, database, at)
    console = out()
    columns = ("", "chosen", "leads", "contacted", "matured", "converted", "share", "from", "to")
    rows = [
        (
            *(group, chosen),
            *(one[key] for key in ("leads", "contacted", "matured", "conversions")),
            *(one["rate"][end] for end in ("value", "low", "high")),
        )
        for group in ("contacted", "listed")
        for chosen, key in (("by rank", "ranked"), ("by lot", "drawn"))
        for one in (summary[group][key],)
    ]
    title = f"Leads to work, until {summary['as_of'][:10]}"
    console.print(table(f"{title} {target_of(made)}".rstrip(), columns, rows))
    for group in ("contacted", "listed"):
        console.print(f"{group}: {summary[group]['said']}")
