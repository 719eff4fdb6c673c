"""Looking at data before and behind the figures: profile, splits, one lead's features."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.options import (
    DEFAULT_PARAMS,
    Language,
    ParamsFile,
    TargetName,
    job,
    moment_in,
)

if TYPE_CHECKING:
    from pipelines.scoring.one_lead import OneLead, Shown

Picture = Annotated[Path | None, typer.Option("--picture", help="Draw it too, into this SVG file.")]
PictureLanguage = Annotated[Language, typer.Option("--language", help="Language of the picture.")]


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (profile, splits, feature):
        app.command(rich_help_panel="Looking")(command)


def profile(
    params: ParamsFile = DEFAULT_PARAMS,
    picture: Picture = None,
    language: PictureLanguage = "en",
    target: TargetName = None,
) -> None:
    """Show how long conversions take, and suggest a horizon and windows.

    Reads the canonical tables that `mikomi ingest` wrote. Leads that have not converted count as
    still waiting, so that young leads do not make conversions look quick.
    """
    from pipelines.commands.console import out, table  # noqa: PLC0415
    from pipelines.stages import inspect_data  # noqa: PLC0415 - slow to import

    report = inspect_data.profile(job(params, target=target))
    console = out()
    console.print(
        f"{report.leads:,} leads, {report.conversions:,} converted, "
        f"watched for up to {report.observed_days:,.0f} days\n"
    )
    quantiles = [(f"{level:.0%}", days) for level, days in report.quantiles_days]
    console.print(table("Time to conversion", ("of conversions", "within days"), quantiles))
    shares = [(days, share) for days, share in report.converted_share]
    console.print(table("Converted", ("within days", "share of all leads"), shares))
    before = [(days, share) for days, share in report.activity_share]
    console.print(table("Activities before a conversion", ("window, days", "share"), before))
    windows = ", ".join(f"{days:g}" for days in report.windows_days)
    days = report.horizon_days
    horizon = "none: nobody converted" if days is None else f"{days:g}"
    console.print(f"suggested  cohort.horizon_days: {horizon}   features.windows_days: [{windows}]")
    if picture is not None:
        from pipelines.reports.evaluation import conversion_times  # noqa: PLC0415

        _draw(picture, conversion_times.picture(report, language))


def splits(
    params: ParamsFile = DEFAULT_PARAMS,
    picture: Picture = None,
    language: PictureLanguage = "en",
    target: TargetName = None,
) -> None:
    """Show cutoffs, windows, embargo and rows as they would be used, before any feature exists."""
    from pipelines.commands.console import out, table  # noqa: PLC0415
    from pipelines.stages import inspect_data  # noqa: PLC0415 - slow to import

    plan = inspect_data.splits(job(params, target=target))
    console = out()
    rows = plan.to_pandas()
    console.print(table("Splits", list(rows.columns), rows.astype(object).to_numpy().tolist()))
    windows = ", ".join(f"{days:g}" for days in plan.windows_days)
    console.print(
        f"horizon {plan.horizon_days:g} days, embargo {plan.embargo_days:g} days, "
        f"windows {windows} days"
    )
    if picture is not None:
        from pipelines.reports.evaluation import splits as drawn  # noqa: PLC0415

        _draw(picture, drawn.picture(plan, language))


def _draw(picture: Path, markup: str) -> None:
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.storage.atomic import write_text  # noqa: PLC0415 - slow to import

    write_text(picture, markup)
    out().print(f"picture: {picture}")


def feature(  # noqa: PLR0913 - one option each
    lead: Annotated[str, typer.Argument(help="The lead_id.")],
    cutoff: Annotated[
        str,
        typer.Argument(
            help="The moment of prediction; of a date, e.g. 2026-04-01, its end in the company's "
            "time zone."
        ),
    ],
    params: ParamsFile = DEFAULT_PARAMS,
    only: Annotated[str, typer.Option(help="Only features whose name holds this.")] = "",
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = "en",
    target: TargetName = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Zero and missing ones too.")] = False,
) -> None:
    """Show one lead's features at a cutoff, with the activities behind each.

    The activities are numbered, newest first; the numbers beside a count say which activities its
    type, topic and window speak of, so that a person can count them.
    """
    from pipelines.scoring import one_lead  # noqa: PLC0415 - slow to import
    from pipelines.storage import frames  # noqa: PLC0415 - slow to import

    made = job(params, target=target)
    catalog = frames.catalog(made.places.features)
    at = moment_in(made, cutoff, "CUTOFF")
    report = one_lead.look(made.places.tables, catalog, lead, at, language)
    shown = [
        one
        for one in report.shown
        if only in one.feature.name and (everything or _says_something(one))
    ]
    _print_lead(report, shown)


def _says_something(shown: "Shown") -> bool:
    return shown.value == shown.value and shown.value != 0


def _print_lead(report: "OneLead", shown: "list[Shown]") -> None:
    from pipelines.commands.console import out, table  # noqa: PLC0415 - slow to import

    console = out()
    visible = [
        (number, f"{row.occurred_at:%Y-%m-%d %H:%M}", row.days_before, row.activity_type, row.topic)
        for number, row in zip(report.activities.index, report.activities.itertuples(), strict=True)
    ]
    columns = ("#", "occurred at (UTC)", "days before", "type", "topic")
    console.print(table("Activities known before the cutoff", columns, visible))
    console.print(f"{report.later} activities of this lead were not known before the cutoff\n")
    rows = [
        (one.feature.name, one.value, one.sentence, " ".join(f"#{n}" for n in one.activities))
        for one in shown
    ]
    console.print(table("Features", ("feature", "value", "in words", "activities"), rows))
