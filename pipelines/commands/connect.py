"""Connections to CRMs: in, out, and webhooks."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from features import erasers
from features.errors import BadRequest
from pipelines.commands import connect_erasing, connect_webhooks
from pipelines.commands.connect_webhooks import (
    Server,
    folder_of,
    server_at,
)
from pipelines.commands.options import DEFAULT_PARAMS, ParamsFile, job

if TYPE_CHECKING:
    from pipelines.connect.opening import OpenConnection, Outside
    from pipelines.connect.round import PullRules
    from pipelines.connect.server_api import ServerApi

PANEL = "Connections"
System = Literal["kintone", "hubspot", "salesforce", "dynamics", "sql"]
Name = Annotated[str, typer.Argument(help="The connection.")]
Whole = Annotated[bool, typer.Option("--whole", help="Everything, not only what changed.")]
Accept = Annotated[
    bool, typer.Option("--accept-deletions", help="Erase also if a fifth of all records is gone.")
]
group = typer.Typer(no_args_is_help=True, help="Connect a CRM: leads flow in, scores flow out.")


def add(app: typer.Typer) -> None:
    """Add the commands of this panel."""
    connect_webhooks.add(group)
    connect_erasing.add(group)
    app.add_typer(group, name="connect", rich_help_panel=PANEL)
    if connect_erasing.of_connections not in erasers.FACTORIES:
        erasers.FACTORIES.append(connect_erasing.of_connections)


@group.command("add")
def add_connection(
    system: Annotated[System, typer.Argument(help="The system.")],
    address: Annotated[str | None, typer.Option(help="Its address; none for sql.")] = None,
    table: Annotated[
        list[str] | None,
        typer.Option(help="NAME=PLACE, the first holds the leads; sql: NAME=TABLE:ID:CHANGED."),
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Option("--set", help="FIELD=VALUE: name, language, zone, link, login, ..."),
    ] = None,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a connection.")] = False,
) -> None:
    """Write `connections/NAME.yaml` beside the params file; secrets are not a part of it.

    PLACE is the id of an app (kintone), an object (HubSpot, Salesforce) or a set of entities
    (Dynamics). What it then needs from the environment is printed.
    """
    from pipelines.connect import connection as connections  # noqa: PLC0415 - slow to import
    from pipelines.connect.credentials import variable  # noqa: PLC0415
    from pipelines.connect.opening import SECRETS  # noqa: PLC0415

    values: dict[str, Any] = dict(_pairs(fields or [], "--set"))
    name, folder = values.pop("name", system), folder_of(params)
    tables = {n: _table(system, place) for n, place in _pairs(table or [], "--table")}
    if address is not None:
        values["address"] = address
    made = connections.draft(name, system, {**values, "tables": tables})
    places = connections.ConnectionPlaces(folder, name)
    if places.file.exists() and not force:
        raise BadRequest.of(f"a connection {name}", "a new name", "say --force, or --set name=...")
    typer.echo(f"{connections.store(folder, made)}: written, without secrets")
    for secret in SECRETS[system][0]:
        typer.echo(f"needs  {variable(name, secret)} (or a line {secret}=... in {places.secrets})")
    typer.echo(f"next   mikomi connect check {name}")


@group.command()
def check(
    context: typer.Context,
    name: Name,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    create: Annotated[bool, typer.Option("--create", help="Create missing score fields.")] = False,
) -> None:
    """Try every right that a connection needs, and report all that is missing."""
    with _opened(context, folder_of(params), name) as work:
        if create and (made := work.crm.prepare()):
            typer.echo(f"created  {', '.join(made)}")
        if faults := work.crm.faults():
            raise BadRequest(faults)
    typer.echo(f"{name}: every right is there")


@group.command()
def pull(
    context: typer.Context,
    name: Name,
    params: ParamsFile = DEFAULT_PARAMS,
    server: Annotated[
        str | None, typer.Option("--server", help="A server elsewhere that erases them too.")
    ] = None,
    *,
    whole: Whole = False,
    accept_deletions: Accept = False,
) -> None:
    """Take what changed into the export of the connection; persons that are gone are erased.

    The first time takes everything. It can be stopped anywhere and run again. The export,
    `connections/NAME/export`, is what `mikomi init --from` and the mapping read. Persons are
    erased from the workspace and from the database of a server on this machine. Another server
    that was sent to erases them at the next `send`, `run` or `push`, or here with `--server`.
    """
    from pipelines.connect.round import PullRules  # noqa: PLC0415 - slow to import

    rules = PullRules(whole, accept_deletions)
    with ExitStack() as stack:
        work = stack.enter_context(_opened(context, folder_of(params), name))
        api = stack.enter_context(closing(server_at(server))) if server else None
        _pull(context, work, params, api, rules)


@group.command()
def send(
    context: typer.Context,
    name: Name,
    params: ParamsFile = DEFAULT_PARAMS,
    server: Server = None,
) -> None:
    """Read the export through the mapping of the params file, and send a server what changed.

    Leads that are gone from the CRM are erased on the server first.
    """
    with _opened(context, folder_of(params), name) as work, closing(server_at(server)) as api:
        connect_erasing.pay(work, api)
        _send(context, work, params, api)


@group.command()
def push(
    context: typer.Context,
    name: Name,
    server: Server = None,
    params: ParamsFile = DEFAULT_PARAMS,
    *,
    whole: Whole = False,
) -> None:
    """Write the server's scores into the CRM: those that moved by enough, or are shown wrongly.

    With `--whole` every lead is written, which is safe at any time. Leads that are gone from the
    CRM are erased on the server first.
    """
    with _opened(context, folder_of(params), name) as work, closing(server_at(server)) as api:
        connect_erasing.pay(work, api)
        _push(context, work, api, whole=whole)


@group.command()
def run(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Connections; none: all.")] = None,
    params: ParamsFile = DEFAULT_PARAMS,
    server: Server = None,
    every: Annotated[int, typer.Option(min=10, help="Seconds between rounds.")] = 300,
    rounds: Annotated[int, typer.Option(min=0, help="How many; 0: until it is ended.")] = 0,
) -> None:
    """Do it all on a schedule: hints, pull, send, write scores back, notify.

    A connection that fails is reported and does not stop the others; the next round goes on.
    """
    from pipelines.commands.console import refuse  # noqa: PLC0415 - slow to import
    from pipelines.connect.connection import names as known  # noqa: PLC0415

    done = 0
    while True:
        for name in names or known(folder_of(params)):
            try:
                _round(context, name, params, server)
            except Exception as error:  # noqa: BLE001 - the other connections go on
                refuse(connect_erasing.in_words_of(name, error))
        connect_webhooks.try_notify(context, params, server)
        done += 1
        if done == rounds:
            return
        time.sleep(every)


@group.command()
def ledger(
    name: Name,
    params: ParamsFile = DEFAULT_PARAMS,
    limit: Annotated[int, typer.Option(min=1, help="Rows.")] = 20,
) -> None:
    """Show what the CRM was last sent of each lead, and when; the newest first."""
    from pipelines.commands.console import out, table  # noqa: PLC0415 - slow to import
    from pipelines.connect.connection import ConnectionPlaces, load  # noqa: PLC0415
    from pipelines.connect.ledger import ScoreLedger  # noqa: PLC0415
    from pipelines.connect.state import State  # noqa: PLC0415

    folder = folder_of(params)
    connection = load(folder, name)
    state = State(ConnectionPlaces(folder, name).state)
    rows = sorted(
        (
            (one.sent_at, lead, one)
            for lead, one in ScoreLedger(state, connection.lead_table).all().items()
        ),
        reverse=True,
    )
    state.close()
    listed = [
        (lead, one.fields["mikomi_score"], one.fields["mikomi_probability"],
         one.fields["mikomi_band"], one.as_of[:19], at[:19])
        for at, lead, one in rows[:limit]
    ]  # fmt: skip
    columns = ["lead", "score", "probability %", "band", "as of", "sent at"]
    out().print(table(f"{len(rows):,} leads sent", columns, listed))


def _round(context: typer.Context, name: str, params: Path, server: str | None) -> None:
    from pipelines.connect import round as rounds  # noqa: PLC0415 - slow to import

    with _opened(context, folder_of(params), name) as work, closing(server_at(server)) as api:
        connect_erasing.pay(work, api)
        if hinted := rounds.follow_hints(work, api, context.obj()):
            typer.echo(f"{name}: {hinted} records by hints")
        _pull(context, work, params, api, rounds.PullRules())
        if params.is_file():
            _send(context, work, params, api)
        if work.connection.system != "sql" or work.connection.scores:
            _push(context, work, api, whole=False)


def _pull(
    context: typer.Context,
    work: "OpenConnection",
    params: Path,
    server: "ServerApi | None",
    rules: "PullRules",
) -> None:
    from pipelines.connect import round as rounds  # noqa: PLC0415 - slow to import

    def erase(lead_ids: Sequence[str]) -> None:
        connect_erasing.erase_everywhere(context, lead_ids, params)

    if server is not None:
        connect_erasing.pay(work, server)
    pulled, written = rounds.take(work, context.obj(), rules, erase)
    line = f"{pulled.news:,} new or changed, {pulled.mended:,} mended, {pulled.gone:,} gone"
    place = f"; export: {work.places.export}" if written else ""
    typer.echo(f"pulled  {work.connection.name}: {line}{place}")
    if server is not None:
        connect_erasing.pay(work, server)
    connect_erasing.list_owed(work)


def _send(
    context: typer.Context, work: "OpenConnection", params: Path, server: "ServerApi"
) -> None:
    from pipelines.connect import round as rounds  # noqa: PLC0415 - slow to import
    from pipelines.stages import ingest  # noqa: PLC0415

    made = job(params, context)
    ingest.run(made)
    delivered = rounds.bring(work, made.places.tables, server)
    line = "  ".join(f"{table} {count:,}" for table, count in delivered.sent.items())
    typer.echo(f"sent    {work.connection.name}: {line or 'nothing changed'}")
    _list_refused(delivered.refused)


def _push(
    context: typer.Context, work: "OpenConnection", server: "ServerApi", *, whole: bool
) -> None:
    from pipelines.connect import round as rounds  # noqa: PLC0415 - slow to import

    pushed = rounds.write_back(work, server, context.obj(), whole=whole)
    counts = (
        f"{pushed.written:,} written, {pushed.emptied:,} emptied, {pushed.unchanged:,} as before"
    )
    typer.echo(f"pushed  {work.connection.name}: {counts}")
    if server.waiting:
        line = f"{server.waiting:,} leads are not ranked yet: push again in a minute"
        typer.echo(f"waiting {work.connection.name}: {line}", err=True)
    _list_refused(pushed.refused)


def _list_refused(refused: dict[str, str]) -> None:
    for lead_id, why in list(refused.items())[:20]:
        typer.echo(f"refused  {lead_id}: {why}", err=True)
    if refused:
        typer.echo(f"refused  {len(refused)} in all", err=True)


@contextmanager
def _opened(context: typer.Context, folder: Path, name: str) -> "Iterator[OpenConnection]":
    from pipelines.connect.opening import opened  # noqa: PLC0415 - slow to import

    with opened(folder, name, _world(context)) as work:
        yield work


def _world(context: typer.Context) -> "Outside":
    from pipelines.connect.opening import Outside  # noqa: PLC0415 - slow to import

    report = partial(typer.echo, err=True)
    return Outside(context.obj(), os.environ, time.sleep, report=report)


def _table(system: str, place: str) -> dict[str, str]:
    if system != "sql":
        return {"place": place}
    return dict(zip(("place", "key", "changed"), place.split(":"), strict=False))


def _pairs(written: Sequence[str], option: str) -> list[tuple[str, str]]:
    pairs = [one.partition("=") for one in written]
    if wrong := [one for one, pair in zip(written, pairs, strict=True) if not all(pair)]:
        raise BadRequest.of(f"{option} {wrong[0]}", "NAME=VALUE", "write it so")
    return [(name, value) for name, _, value in pairs]
