"""Sending what ingest wrote to a server."""

import os
from contextlib import closing
from functools import partial
from typing import Annotated

import typer

from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile, job
from pipelines.commands.own_server import own_server

KEY = "MIKOMI_KEY"


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Serving")(send)


def send(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    to: Annotated[
        str | None,
        typer.Option(help="The server; none: this machine's, by MIKOMI_HOST and MIKOMI_PORT."),
    ] = None,
    today: Annotated[
        bool,
        typer.Option(
            "--today", help="Move all dates by whole days until the data end today: for examples."
        ),
    ] = False,
) -> None:
    """Send the ingested leads and their histories to a server, to be kept and ranked there.

    A key of the scope `ingest` is read from MIKOMI_KEY, if the server asks for one. Sending again
    does no harm: what is kept already is counted, not kept twice.
    """
    from pipelines.lifecycle import send_to_server  # noqa: PLC0415 - slow to import

    to = to or own_server()
    client = send_to_server.ServerClient(to, os.environ.get(KEY), partial(typer.echo, err=True))
    with closing(client) as server:
        counts = send_to_server.run(job(params, context), server, today=today)
    line = "  ".join(f"{name} {count:,}" for name, count in counts.items())
    typer.echo(f"sent  {line}  to {to}")
