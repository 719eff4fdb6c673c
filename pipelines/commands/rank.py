"""Ranking the open leads, and the versions of the model that may do it."""

from pathlib import Path
from typing import Annotated, Final

import typer

from pipelines.commands.options import (
    DEFAULT_PARAMS,
    ParamsFile,
    as_of_or_now,
    job,
    moment,
)

ALARM: Final = 3
"""Exit code of `monitor` with an alarm; 2 is what the command refuses."""
Database = Annotated[
    str,
    typer.Option(envvar="MIKOMI_DATABASE_URL", help="The server's database.", show_envvar=True),
]
DATABASE = "sqlite:///artifacts/serve/mikomi.db"


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (score, models, recalibrate, rollback, shadow, lift, monitor):
        app.command(rich_help_panel="Ranking")(command)


def score(  # noqa: PLR0913 - one option each
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    leads: Annotated[
        Path | None,
        typer.Option(help="A folder that ingest wrote, or a mapping file; none: the workspace's."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="The moment, e.g. 2026-04-01; none: when observation ended."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The ranking, .parquet or .csv; none: in the workspace.")
    ] = None,
    model: Annotated[
        str,
        typer.Option(help="champion, challenger, a version number, or the folder of an artifact."),
    ] = "champion",
    show: Annotated[int, typer.Option(help="Print so many leads, with their reasons.")] = 0,
) -> None:
    """Rank all open leads, with probability, score, band and reasons in both languages.

    Works partition by partition in bounded memory. Interrupted, it goes on where it was when it is
    called again with the same data, model and moment. While another run makes the same output, it
    is refused.
    """
    from pipelines import asking  # noqa: PLC0415 - slow to import
    from pipelines import score as scoring  # noqa: PLC0415
    from pipelines.commands.saying import out as console  # noqa: PLC0415
    from pipelines.commands.saying import written  # noqa: PLC0415

    made = job(params, context)
    at = None if as_of is None else moment(as_of, "--as-of")
    question = asking.question(made, leads, at, out, model)
    told = scoring.run(made, question)
    line = "  ".join(f"{key} {written(value)}" for key, value in told.items())
    console().print(f"{line}  as of {question.at:%Y-%m-%d %H:%M} UTC  {question.out}")
    if show:
        _show(question.out, show)


def models(params: ParamsFile = DEFAULT_PARAMS) -> None:
    """List the registered versions, newest first, with aliases, verdicts and grounds."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from models.registry import Registry  # noqa: PLC0415 - slow to import
    from pipelines.commands.saying import out, table  # noqa: PLC0415

    made = job(params)
    registry = Registry(made.params.registry, made.places.registry)
    rows = [
        (
            str(one.number),
            ", ".join(one.aliases),
            f"{datetime.fromtimestamp(one.registered_at_ms / 1000, UTC):%Y-%m-%d %H:%M}",
            one.tags.get("verdict"),
            one.tags.get("grounds", ""),
        )
        for one in registry.versions()
    ]
    columns = ("version", "aliases", "registered (UTC)", "verdict", "grounds")
    out().print(table(f"{made.params.registry.model} in {registry.url}", columns, rows))


def recalibrate(params: ParamsFile = DEFAULT_PARAMS) -> None:
    """Repair the champion's probabilities from new outcomes alone, as a new version.

    Uses the snapshots of the workspace that have matured since the champion learned: run `mikomi
    ingest` and `mikomi snapshot` on new data first. A shift, or a shift and a slope, must win in
    held-out log loss beyond noise, or nothing is changed and the reason is said.
    """
    from pipelines import recalibrate as repairing  # noqa: PLC0415 - slow to import
    from pipelines.commands.saying import out, written  # noqa: PLC0415

    told = repairing.run(job(params))
    out().print("  ".join(f"{key} {written(one)}" for key, one in told.items()))


def rollback(
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is written into the registry.")],
    to: Annotated[
        str | None, typer.Option(help="A version that was champion once; none: the former one.")
    ] = None,
) -> None:
    """Make the former champion answer again, at once and without proof.

    A running server follows within seconds. The version that leaves is not promoted again.
    """
    from pipelines import rollback as rolling_back  # noqa: PLC0415 - slow to import
    from pipelines.commands.saying import out, written  # noqa: PLC0415

    told = rolling_back.run(job(params), reason, to)
    out().print("  ".join(f"{key.replace('_', ' ')} {written(one)}" for key, one in told.items()))


def shadow(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    database: Database = DATABASE,
    as_of: Annotated[
        str | None, typer.Option(help="Up to when outcomes are complete; none: now.")
    ] = None,
) -> None:
    """Compare champion and challenger on live leads whose horizon is over.

    A server with `MIKOMI_SHADOW_SHARE` above 0 lets the challenger answer what the champion was
    asked, beside it and unseen. Both are held against the outcomes that came in since, by the
    rule of `promote`; nobody is promoted by this.
    """
    from pipelines import shadow as shadowing  # noqa: PLC0415 - slow to import
    from pipelines.commands.saying import out, written  # noqa: PLC0415

    at = as_of_or_now(context, as_of)
    told = shadowing.run(job(params), database, at)
    out().print("  ".join(f"{key} {written(one)}" for key, one in told.items()))


def monitor(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    as_of: Annotated[
        str | None,
        typer.Option(help="Today, e.g. 2026-04-01; none: when observation of the tables ended."),
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
    from pipelines import monitor as monitoring  # noqa: PLC0415 - slow to import
    from pipelines.commands.saying import out, table  # noqa: PLC0415
    from pipelines.monitor.writing import PAGES, told_in_english  # noqa: PLC0415

    made = job(params, context)
    at = None if as_of is None else moment(as_of, "--as-of")
    found = monitoring.run(made, at, database)
    told = told_in_english(made.places.monitor)
    if told:
        columns = ("check", "what", "found", "expected", "what_to_do")
        rows = [[one[name] for name in columns] for one in told]
        out().print(table("Alarms", [name.replace("_", " ") for name in columns], rows))
    page = made.places.monitor / PAGES["en"]
    out().print(f"[bold]{found.verdict}[/]  alarms {len(told)}  report {page}")
    if told:
        raise typer.Exit(ALARM)


def lift(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    database: Database = DATABASE,
    as_of: Annotated[
        str | None, typer.Option(help="Up to when outcomes are complete; none: now.")
    ] = None,
) -> None:
    """Compare leads that were worked by rank with those that a lot put on the lists.

    A server with `MIKOMI_EXPLORE_SHARE` above 0 draws the last places of "Plan my week" at random
    from the leads below the cut, and keeps who stood there and why. Of the leads whose horizon is
    over it is told how many converted, by rank and by lot, with intervals by lead.
    """
    from pipelines import lift as lifting  # noqa: PLC0415 - slow to import
    from pipelines.commands.saying import out, table  # noqa: PLC0415

    at = as_of_or_now(context, as_of)
    told = lifting.run(job(params), database, at)
    console = out()
    columns = ("", "chosen", "leads", "contacted", "matured", "converted", "share", "from", "to")
    rows = [
        (
            *(group, chosen),
            *(one[key] for key in ("leads", "contacted", "matured", "conversions")),
            *(one["rate"][end] for end in ("value", "low", "high")),
        )
        for group in ("contacted", "listed")
        for chosen, one in (("by rank", told[group]["ranked"]), ("by lot", told[group]["drawn"]))
    ]
    console.print(table(f"Leads to work, until {told['as_of'][:10]}", columns, rows))
    for group in ("contacted", "listed"):
        console.print(f"{group}: {told[group]['said']}")


def _show(path: Path, count: int) -> None:
    from rich.markup import escape  # noqa: PLC0415 - slow to import

    from pipelines.commands.saying import out  # noqa: PLC0415
    from pipelines.score import top  # noqa: PLC0415

    console = out()
    for row in top(path, count).to_dict("records"):
        console.print(
            f"\n[bold]{row['rank']:>4}  {escape(row['lead_id'])}[/]  {row['probability']:.1%} "
            f"[dim]({row['probability_low']:.1%} to {row['probability_high']:.1%})[/]  "
            f"score {row['score']:.0f}  {row['band']}"
            f"{'' if row['sufficient_evidence'] else '  [yellow]insufficient evidence[/]'}"
        )
        for points, ja, en in zip(
            row["reason_contributions"], row["reasons_ja"], row["reasons_en"], strict=True
        ):
            console.print(f"      {100 * points:+5.1f}  {escape(ja)}  [dim]{escape(en)}[/]")
