"""Outgoing webhooks: receivers, delivery, dead letters."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import BadRequest, MikomiError
from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile
from pipelines.commands.own_server import own_server

if TYPE_CHECKING:
    from pipelines.connect.server_api import ServerApi

Server = Annotated[
    str | None,
    typer.Option(
        "--server", help="The mikomi server; none: this machine's, by MIKOMI_HOST and MIKOMI_PORT."
    ),
]


def add(group: typer.Typer) -> None:
    """Add the commands to those of connections."""
    for command in (receiver, notify, dead):
        group.command()(command)


def receiver(
    name: Annotated[str, typer.Argument(help="Of the receiver.")],
    url: Annotated[str, typer.Argument(help="https://<host>/<path>")],
    event: Annotated[list[str] | None, typer.Option(help="An event; none: all.")] = None,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    private: Annotated[
        bool, typer.Option("--private", help="Allow a private address and plain http.")
    ] = False,
) -> None:
    """Add a receiver of outgoing webhooks (Standard Webhooks); a second of the name replaces it."""
    from pydantic import ValidationError  # noqa: PLC0415 - slow to import

    from pipelines.connect.credentials import variable  # noqa: PLC0415
    from pipelines.connect.webhooks import receivers  # noqa: PLC0415
    from pipelines.connect.webhooks.addresses import destination  # noqa: PLC0415

    try:
        made = receivers.Receiver(
            name=name,
            url=url,
            private=private,
            events=tuple(event or receivers.EVENTS),  # type: ignore[arg-type]
        )
    except ValidationError as error:
        expected = f"a name, and events of {', '.join(receivers.EVENTS)}"
        raise BadRequest.of(error.errors()[0]["msg"], expected, "correct it") from None
    destination(url, private=private)
    folder = folder_of(params)
    others = [one for one in receivers.load(folder) if one.name != name]
    receivers.store(folder, [*others, made])
    typer.echo(f"{receivers.path_of(folder)}: {name} gets {', '.join(made.events)}")
    typer.echo(f"needs  {variable(receivers.NAME, receivers.secret_name(made))} (whsec_...)")


def notify(
    context: typer.Context, server: Server = None, params: ParamsFile = DEFAULT_PARAMS
) -> None:
    """Compare the ranking with how it stood, and deliver webhooks that are due."""
    _notify(context, folder_of(params), server)


def dead(
    context: typer.Context,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    resend: Annotated[bool, typer.Option("--resend", help="Let them be sent again.")] = False,
    letter: Annotated[list[str] | None, typer.Option(help="An id; none: all.")] = None,
) -> None:
    """List the webhooks that nobody took within a day; with `--resend` they wait again."""
    from pipelines.commands.console import out, table  # noqa: PLC0415 - slow to import
    from pipelines.connect.webhooks import delivery  # noqa: PLC0415

    with _webhooks_state(folder_of(params)) as state:
        if resend:
            count = delivery.resend(state, letter or [], context.obj())
            typer.echo(f"{count} wait again; `mikomi connect notify` sends them")
            return
        rows = [tuple(one) for one in delivery.dead(state)]
    columns = ["id", "receiver", "lead", "of", "tries", "why"]
    out().print(table(f"{len(rows)} dead letters", columns, rows))


def try_notify(context: typer.Context, params: Path, server: str | None) -> None:
    """Notify, and report what stands in the way.

    Parameters
    ----------
    context
        Holds the clock.
    params
        The params file, beside which the receivers are.
    server
        The mikomi server; none is that of this machine.
    """
    from pipelines.commands.console import refuse  # noqa: PLC0415 - slow to import

    try:
        _notify(context, folder_of(params), server)
    except MikomiError as error:
        refuse(error)


def _notify(context: typer.Context, folder: Path, server: str | None) -> None:
    from pipelines.connect.webhooks import delivery, events, receivers  # noqa: PLC0415

    listed = receivers.load(folder)
    if not listed:
        return
    secrets = receivers.secrets_of(folder, listed, os.environ)
    with _webhooks_state(folder) as state, closing(server_at(server)) as api:
        now, model = context.obj(), api.model()
        made = events.note(state, api.ranking("en"), model.get("version"), listed, now)
        with closing(delivery.Postman(state, listed, secrets)) as postman:
            sent = postman.deliver(now)
        delivery.prune(state, now)
    typer.echo(
        f"webhooks  {len(made)} events; {sent.taken} taken, {sent.waiting} wait, {sent.dead} dead"
    )


@contextmanager
def _webhooks_state(folder: Path) -> Iterator[Any]:
    from pipelines.connect.state import State  # noqa: PLC0415
    from pipelines.connect.webhooks.receivers import NAME  # noqa: PLC0415

    state = State(folder / NAME / "state.db")
    try:
        yield state
    finally:
        state.close()


def folder_of(params: Path) -> Path:
    """Return the folder of the connections beside a params file."""
    from pipelines.connect.connection import FOLDER  # noqa: PLC0415 - slow to import

    return params.parent / FOLDER


def server_at(address: str | None) -> "ServerApi":
    """Return the server at an address; that of this machine if there is none."""
    import time  # noqa: PLC0415
    from functools import partial  # noqa: PLC0415

    from pipelines.connect.rest_client import Pace  # noqa: PLC0415 - slow to import
    from pipelines.connect.server_api import ServerApi, key_of_environment  # noqa: PLC0415

    pace = Pace(time.sleep, report=partial(typer.echo, err=True))
    return ServerApi(address or own_server(), key_of_environment(), pace)
