"""What contacts add, and what is known of leads that nobody called; in the panel Proving."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile, TargetName, job


def add(app: typer.Typer) -> None:
    """Add the commands to the panel."""
    app.command("contact-value", rich_help_panel="Proving")(contact_value)
    app.command(rich_help_panel="Proving")(worked)


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
    others is there a table of whom to call. The ranking is never made from it.
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


def worked(params: ParamsFile = DEFAULT_PARAMS, target: TargetName = None) -> None:
    """Judge the model on leads that were worked, on those that nobody called, and on all.

    Outcomes of leads that nobody called may never come about or never be entered. With
    `contacts.labels: worked` they count as unknown, never as lost; the model is then judged on
    worked leads, weighted so that they stand for the others, as far as some of their kind were
    worked. Needs the section `contacts`, and `mikomi evaluate` to have run.
    """
    from pipelines.commands.console import out  # noqa: PLC0415
    from pipelines.lifecycle.contact import worked_stage  # noqa: PLC0415 - slow to import

    facts = worked_stage.run(job(params, target=target))
    out().print("\n".join(facts["verdict"]["en"]), markup=False)
    out().print(f"report {facts['report']}")
