"""Bringing data: a first mapping, the checks, the schema, the sample company."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from features.errors import BadRequest
from pipelines.commands.options import now

MappingFile = Annotated[Path, typer.Argument(help="The mapping file.")]


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    for command in (init, check, schema, sample):
        app.command(rich_help_panel="Data")(command)


def init(
    export: Annotated[
        list[Path],
        typer.Argument(help="CSV or Parquet files, also .gz, workbooks, or folders of them."),
    ],
    out: Annotated[Path, typer.Option(help="The mapping file to write.")] = Path("mapping.yaml"),
    system: Annotated[
        str | None,
        typer.Option(
            "--from",
            help="The system that wrote it: dynamics, hubspot, kintone, odoo, pipedrive, "
            "salesforce, sansan or zoho.",
        ),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
) -> None:
    """Look at an export and write a first mapping, its guesses and questions as comments.

    Read it, answer its questions, then run `mikomi check` on it.
    """
    from pipelines.intake.guess.draft import guess  # noqa: PLC0415
    from pipelines.storage.atomic import write_text  # noqa: PLC0415 - slow to import

    if out.exists() and not force:
        raise BadRequest.of(
            f"{out} is there already", "a new file", "say --force, or another --out"
        )
    write_text(out, guess(export, out.parent, system))
    typer.echo(f"{out}: read it, answer its questions, then run: mikomi check {out}")


def check(
    context: typer.Context,
    mapping: MappingFile,
    report: Annotated[Path | None, typer.Option(help="Write the report as JSON too.")] = None,
) -> None:
    """Read data through a mapping and tell every fault at once; nothing is kept.

    Rows in = rows kept + rows that `mikomi ingest` would put in quarantine, with the reason. The
    exit code is 1 when a check took rows out.
    """
    from pipelines.commands.console import ProgressLine  # noqa: PLC0415
    from pipelines.intake import ingest  # noqa: PLC0415 - slow to import
    from pipelines.storage.atomic import write_json  # noqa: PLC0415

    settings = ingest.IngestSettings(as_of=now(context))
    result = ingest.check(mapping, settings, ProgressLine())
    typer.echo("\n".join(result.lines()))
    if report is not None:
        write_json(report, result.to_dict())
    if result.errors:
        raise typer.Exit(1)


def schema(
    *,
    params: Annotated[
        bool, typer.Option("--params", help="The schema of params.yaml, not the mapping's.")
    ] = False,
) -> None:
    """Print the JSON schema of the mapping file, for editors and for reading."""
    import json  # noqa: PLC0415

    if params:
        from pipelines.run.params_file import json_schema  # noqa: PLC0415 - slow to import

        printed = json_schema()
    else:
        from pipelines.intake.mapping.schema import Mapping  # noqa: PLC0415 - slow to import

        printed = Mapping.model_json_schema()
    typer.echo(json.dumps(printed, ensure_ascii=False, indent=2))


class SampleFacet(StrEnum):
    """What a sample company may have beside the usual; see `SampleSettings`."""

    COMMITTEES = "committees"
    PRODUCTS = "products"


def sample(  # noqa: PLR0913 - an argument an option
    leads: Annotated[int, typer.Option(help="How many leads come.")] = 4000,
    seed: Annotated[int, typer.Option(help="Of all chance: the same seed, the same company.")] = 7,
    out: Annotated[Path, typer.Option(help="Folder for the export and its truth.")] = Path(
        "data/sample/export"
    ),
    months: Annotated[int, typer.Option(help="Length of its history.")] = 24,
    *,
    mess: Annotated[bool, typer.Option("--mess", help="Plant faulty rows in the export.")] = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="Deals only with leads that an old grade had called.")
    ] = False,
    also: Annotated[
        list[SampleFacet] | None,
        typer.Option(help="committees: hidden in some accounts; products: customers buy a plan."),
    ] = None,
) -> None:
    """Make the sample company: a Japanese software company whose true probabilities are known.

    Writes the export as a CRM would give it, the true conversion probability of every snapshot
    (truth.parquet) and what was planted (planted.json).
    """
    from pipelines.sample.company import SampleSettings, make  # noqa: PLC0415 - slow to import
    from pipelines.sample.write import write  # noqa: PLC0415

    facets = {one.value: True for one in also or ()}
    company = make(SampleSettings(leads, seed, months, mess, gate=gate, **facets))
    write(company, out)
    typer.echo(f"{leads:,} leads in {months} months, seed {seed}: {out}")
