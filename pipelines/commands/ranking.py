"""Ranking the open leads, and the versions of the model that may do it."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import (
    DEFAULT_PARAMS,
    ParamsFile,
    TargetName,
    job,
    moment_or_day,
    with_target,
)


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (score, models, recalibrate, rollback):
        app.command(rich_help_panel="Ranking")(command)


def score(  # noqa: PLR0913 - one option each
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    leads: Annotated[
        Path | None,
        typer.Option(help="A folder that ingest wrote, or a mapping file; none: the workspace's."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="The moment, e.g. 2026-04-01T09:00+09:00, or a day, e.g. 2026-04-01: all that was "
            "known when it ended in the company's time zone; none: when observation ended."
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            help="The ranking: .parquet, .csv, or a database, sqlite:///FILE or postgresql://..."
            "; none: in the workspace."
        ),
    ] = None,
    table: Annotated[str, typer.Option(help="The table of a database.")] = "lead_scores",
    model: Annotated[
        str,
        typer.Option(help="champion, challenger, a version number, or the folder of an artifact."),
    ] = "champion",
    show: Annotated[int, typer.Option(help="Print so many leads, with their reasons.")] = 0,
    curve: Annotated[
        bool,
        typer.Option("--curve", help="Write the probabilities of other horizons beside it too."),
    ] = False,
    accounts: Annotated[
        bool,
        typer.Option("--accounts", help="Write the probabilities of accounts beside it too."),
    ] = False,
) -> None:
    """Rank all open leads, with probability, score, band and reasons in both languages.

    Works partition by partition in bounded memory. Interrupted, it goes on where it was when it is
    called again with the same data, model and moment. While another run makes the same output, or
    reads the same mapping, it is refused.

    With `--curve` a table `<out>-curve` stands beside the ranking: the probabilities by 30, 60, 90
    and 180 days with their intervals, as far as the data reach, and the quartiles of the days that
    those who convert take.

    With `--accounts` a table `<out>-accounts` stands beside the ranking: for each account with open
    leads the probability that at least one of them converts, and the leads that carry it.

    Into a database the ranking is written by upsert, all of it or nothing, beside the file in the
    workspace; leads that are no longer in it are removed from the table, and a ranking as of an
    earlier moment than the table's is refused. `${NAME}` in the address is filled in from the
    environment.

    The ranking of another target than the default is written to
    `artifacts/<workspace>/targets/<target>/scores-<target>.parquet`.
    """
    from models.artifact.remote import place  # noqa: PLC0415 - slow to import
    from pipelines.commands.console import out as console  # noqa: PLC0415
    from pipelines.commands.console import written  # noqa: PLC0415
    from pipelines.scoring import (  # noqa: PLC0415  # noqa: PLC0415
        account_probabilities,
        conversion_curves,
        database_table,
        resolve_request,
    )
    from pipelines.scoring import score as scoring  # noqa: PLC0415

    made = job(params, context, target)
    at = None if as_of is None else moment_or_day(as_of, "--as-of")
    database = None if out is None or not database_table.is_database(out) else out
    engine = None if database is None else database_table.opened(database)
    file = None if out is None or engine is not None else place(out)
    with resolve_request.question(made, leads, at, file, model) as question:
        summary = scoring.run(made, question)
        if engine is not None:
            ranked_by = database_table.ranked_by(made.places.target, question)
            summary["removed"] = database_table.write(question.out, engine, ranked_by, table)
        if accounts:
            made_of = account_probabilities.write(question.out, question.model, question.tables)
            summary["accounts"] = str(made_of)
        if curve:
            summary["curves"] = str(conversion_curves.write(question.out, question.model))
    facts = with_target(made, summary)
    line = "  ".join(f"{key} {written(value)}" for key, value in facts.items())
    console().print(f"{line}  as of {question.at:%Y-%m-%d %H:%M} UTC  {question.out}")
    if engine is not None:
        shown = engine.url.render_as_string(hide_password=True)
        console().print(f"{shown}  table {table}")
    if show:
        _show(question.out, show)


def models(params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None) -> None:
    """List the registered versions, newest first, with aliases, verdicts and grounds."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from models.registry.registry import FORMER_TAG, Registry  # noqa: PLC0415 - slow to import
    from pipelines.commands.console import out, table  # noqa: PLC0415

    made = job(params, target=target)
    registry = Registry(made.params.registry, made.places.registry)
    registry.champion()  # notes what it replaced, where MLflow's own page or API moved the alias
    rows = [
        (
            str(one.number),
            ", ".join(one.aliases),
            one.tags.get(FORMER_TAG, ""),
            f"{datetime.fromtimestamp(one.registered_at_ms / 1000, UTC):%Y-%m-%d %H:%M}",
            one.tags.get("verdict"),
            one.tags.get("grounds", ""),
        )
        for one in registry.versions()
    ]
    columns = ("version", "aliases", "replaced", "registered (UTC)", "verdict", "grounds")
    out().print(table(f"{made.params.registry.model} in {registry.place.shown}", columns, rows))


def recalibrate(params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None) -> None:
    """Repair the champion's probabilities from new outcomes alone, as a new version.

    Uses the snapshots of the workspace that have matured since the champion learned: run `mikomi
    ingest` and `mikomi snapshot` on new data first. A shift, or a shift and a slope, must win in
    held-out log loss beyond noise, or nothing is changed and the reason is said.
    """
    from pipelines.commands.console import out, written  # noqa: PLC0415
    from pipelines.lifecycle import recalibrate as repairing  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    summary = repairing.run(made)
    facts = with_target(made, summary)
    out().print("  ".join(f"{key} {written(one)}" for key, one in facts.items()))


def rollback(
    params: ParamsFile = DEFAULT_PARAMS,
    target: TargetName = None,
    *,
    reason: Annotated[str, typer.Option(help="Why; it is written into the registry.")],
    to: Annotated[
        str | None, typer.Option(help="A version that was champion once; none: the former one.")
    ] = None,
) -> None:
    """Make the former champion answer again, at once and without proof.

    A running server follows within seconds. The version that leaves is not promoted again.
    """
    from pipelines.commands.console import out, written  # noqa: PLC0415
    from pipelines.lifecycle import rollback as rolling_back  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    summary = rolling_back.run(made, reason, to)
    facts = with_target(made, summary)
    texts = (f"{key.replace('_', ' ')} {written(one)}" for key, one in facts.items())
    out().print("  ".join(texts))


def _show(path: Path, count: int) -> None:
    from rich.markup import escape  # noqa: PLC0415 - slow to import

    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.scoring.score import top  # noqa: PLC0415

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
