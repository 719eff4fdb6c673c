"""Erasing persons who vanished from a CRM, and connections for `mikomi erase`."""

from collections.abc import Sequence
from pathlib import Path

import typer

from features import erasers
from features.erasers import PersonEraser
from pipelines.commands.connect_webhooks import folder_of


def erase_everywhere(context: typer.Context, lead_ids: Sequence[str], params: Path) -> None:
    """Erase what vanished from a CRM, as `mikomi erase` does; its own mirror has lost it.

    Parameters
    ----------
    context
        Holds the clock.
    lead_ids
        The leads.
    params
        The params file.
    """
    from features.reading.normalize import folded  # noqa: PLC0415
    from pipelines.connect.erasing import forget_letters  # noqa: PLC0415 - slow to import

    ids = {folded(one) for one in lead_ids}
    forget_letters(folder_of(params), ids)
    for factory in erasers.FACTORIES:
        one = None if factory is of_connections else factory(params)
        for removed in one.erase(ids, context.obj()) if one is not None else ():
            typer.echo(f"erased  {removed.amount} {removed.what}: {removed.place}")


def of_connections(params: Path) -> PersonEraser | None:
    """Return the eraser of the connections beside a params file; none if there are none."""
    from pipelines.connect import erasing  # noqa: PLC0415 - slow to import

    return erasing.eraser(params)
