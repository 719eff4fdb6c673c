"""Erasing persons who vanished from a CRM, here and on servers; connections for `mikomi erase`."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features import erasers
from features.erasers import PersonEraser
from features.errors import BadRequest, MikomiError, place_of
from pipelines.commands.connect_webhooks import folder_of
from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile

if TYPE_CHECKING:
    from pipelines.connect.debts import ErasingServer
    from pipelines.connect.opening import OpenConnection


def add(group: typer.Typer) -> None:
    """Add the commands to those of connections."""
    group.command()(servers)


def servers(
    name: Annotated[str, typer.Argument(help="The connection.")],
    retired: Annotated[
        str | None, typer.Option("--retired", help="Forget a server that is no more.")
    ] = None,
    params: ParamsFile = DEFAULT_PARAMS,
) -> None:
    """List the servers that a connection works with, and how many leads each is still to erase.

    `send`, `run` and `push` erase them there first. A server that is no more is forgotten with
    `--retired` and its address as it is listed.
    """
    from pipelines.commands.console import out, table  # noqa: PLC0415 - slow to import
    from pipelines.connect import debts  # noqa: PLC0415 - slow to import
    from pipelines.connect.connection import ConnectionPlaces, load  # noqa: PLC0415
    from pipelines.connect.state import State  # noqa: PLC0415

    folder = folder_of(params)
    load(folder, name)
    with closing(State(ConnectionPlaces(folder, name).state)) as state:
        if retired is not None and not debts.retire(state, retired):
            raise BadRequest.of(f"no server {retired}", "one that is listed", "list them")
        rows = [(one or "of before", count) for one, count in debts.servers(state).items()]
    out().print(table(f"{len(rows)} servers", ["server", "leads to erase"], rows))


def pay(work: "OpenConnection", server: "ErasingServer") -> None:
    """Remember a server, and erase there what is gone since it was sent.

    Parameters
    ----------
    work
        The connection.
    server
        The server.
    """
    from pipelines.connect import debts  # noqa: PLC0415 - slow to import

    if count := debts.pay(work.state, server):
        typer.echo(f"erased  {work.connection.name}: {count:,} leads on {server.address}")


def list_owed(work: "OpenConnection") -> None:
    """Print which servers still have erased leads, and what removes them.

    Parameters
    ----------
    work
        The connection.
    """
    from pipelines.connect import debts  # noqa: PLC0415 - slow to import

    name = work.connection.name
    for line in debts.lines(name, debts.servers(work.state)):
        typer.echo(f"owed    {name}: {line}", err=True)


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


def in_words_of(name: str, error: Exception) -> MikomiError:
    """Return an error of a connection in words; even a defect may not end the others.

    Parameters
    ----------
    name
        Of the connection.
    error
        The error; the own words of a defect may name persons and are left out.

    Raises
    ------
    ModuleNotFoundError
        If it is one: nothing can run.
    """
    from pipelines.storage.machine import in_words  # noqa: PLC0415 - slow to import, rarely needed

    if isinstance(error, ModuleNotFoundError):
        raise error
    if isinstance(error, MikomiError):
        return error
    observed = f"{name}: {type(error).__name__} at {place_of(error)}"
    do = "report it; the other connections go on, and this one is tried again"
    return in_words(error) or MikomiError.of(observed, "no error of this program", do)
