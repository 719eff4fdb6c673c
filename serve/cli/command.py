"""The commands of the server: `mikomi serve`, `mikomi key`; `mikomi user` is added beside them.

Decided here: slow modules are imported in the command that needs them. Without any key a server
that requires one starts and answers nobody until `mikomi setup` has made it beside it, so that a
new machine needs no order of its own; a server of this machine alone answers its programs, and
warns, unless keys were made here before: then it does not start. While it starts it has the machine
to itself: garbage collection is off, and the helper processes of a server that has a model already
start later.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from features import erasers
from serve.cli import (
    assign_command,
    audit_command,
    backup_command,
    database_command,
    erasing,
    feedback_command,
    helpers,
    ranking_command,
    setup_command,
    team_command,
    user_command,
)
from serve.scoring.pointer import POINTER

if TYPE_CHECKING:
    from serve.settings import Settings

PANEL = "Serving"
GRACE_SECONDS = 20
WORKER_SECONDS = 30
"""Seconds without a response after which a worker is replaced."""
FIRST_SECONDS = 5.0
"""Seconds after which the helper processes start, if the server has a model already."""


def add(app: typer.Typer) -> None:
    """Add the commands to `mikomi`."""
    if erasing.eraser not in erasers.FACTORIES:
        erasers.FACTORIES.append(erasing.eraser)
    app.command(rich_help_panel=PANEL)(serve)
    for command in (setup_command.setup, backup_command.backup, backup_command.restore):
        app.command(rich_help_panel=PANEL)(command)
    keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys of the API.")
    for of_keys in (create, list_keys, revoke):
        keys.command(name=of_keys.__name__.removesuffix("_keys"))(of_keys)
    app.add_typer(keys, name="key", rich_help_panel=PANEL)
    app.command(rich_help_panel=PANEL)(feedback_command.feedback)
    app.command(rich_help_panel=PANEL)(ranking_command.load_ranking)
    app.add_typer(user_command.made(), name="user", rich_help_panel=PANEL)
    app.add_typer(team_command.team(), name="team", rich_help_panel=PANEL)
    app.add_typer(team_command.spend(), name="spend", rich_help_panel=PANEL)
    app.command(rich_help_panel=PANEL)(assign_command.assign)
    app.add_typer(database_command.made(), name="database", rich_help_panel=PANEL)
    app.command(name="audit-log", rich_help_panel=PANEL)(audit_command.audit_log)


def serve() -> None:
    """Serve scores over HTTP; settings are environment variables, printed at the start.

    Follows the champion of the registry: a newly promoted model is taken up within seconds.
    """
    gc.disable()  # until the server is ready, see `serve.app`
    import uvicorn  # noqa: PLC0415 - slow to import

    from serve.http.protocol import HeadTimeoutProtocol  # noqa: PLC0415
    from serve.settings import Settings  # noqa: PLC0415

    settings = Settings.read(os.environ)
    for name, value in settings.shown().items():
        typer.echo(f"{name}={value}", err=True)
    _warn_about_access(settings)
    typer.echo(f"http://{settings.host}:{settings.port}/ (the API: /docs)")
    with suppress(KeyboardInterrupt), _many_counters(settings.workers), _beside(settings):
        uvicorn.run(
            "serve.app:from_environment",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            timeout_worker_healthcheck=WORKER_SECONDS,
            http=partial(HeadTimeoutProtocol, seconds=settings.head_seconds),  # type: ignore[arg-type]
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )


def _unusable(error: Exception) -> str:
    """Return what to do about a database that cannot be read now; the server waits for it."""
    text = str(error).lower()
    if "malformed" in text or "not a database" in text:
        return (
            "THE DATABASE IS DAMAGED: put back a whole one (`mikomi restore`); nobody comes in "
            "until then."
        )
    if "locked" in text:
        return "THE DATABASE IS HELD by another program: nobody comes in until it is free."
    return f"NO DATABASE ({type(error).__name__}): nobody comes in until it answers."


def _warn_about_access(settings: "Settings") -> None:
    """Warn who needs no key, or that nobody has one; refuse a database that lost its keys."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - slow to import

    from serve.store.people import keys_required  # noqa: PLC0415
    from serve.store.people.api_keys import ApiKeys  # noqa: PLC0415
    from serve.store.people.users import Users  # noqa: PLC0415
    from serve.store.schema_versions import made  # noqa: PLC0415

    try:
        store = made(settings.database_url)
        every = ApiKeys(store).all()
        users = Users(store).exist()
    except (SQLAlchemyError, OSError) as error:
        typer.secho(_unusable(error), fg="red", err=True)
        return
    if all(key.revoked_at is not None for key in every):
        before = keys_required.has_note(settings.database_url)
        typer.secho(_without_keys(settings, revoked=bool(every), before=before), fg="red", err=True)
    if not users:
        access = (
            "no pages" if settings.needs_keys else "everyone on this machine may read the pages"
        )
        typer.secho(f"NO USERS: {access}; see `mikomi user add`.", fg="red", err=True)


def _without_keys(settings: "Settings", *, revoked: bool, before: bool) -> str:
    """Return who is answered by a server without a key in use.

    Parameters
    ----------
    settings
        Of the server.
    revoked
        Whether the database has keys that were revoked.
    before
        Whether another database at this place had keys.

    Raises
    ------
    BadParams
        If the keys are gone and nothing but this database required them.
    """
    from features.errors import BadParams  # noqa: PLC0415 - slow to import

    if revoked:
        return "NO KEY IN USE: nobody is answered until `mikomi key create` has made another."
    if not settings.needs_keys and before:
        raise BadParams.of(
            f"host {settings.host}, keys required, and no key",
            "a key",
            "run `mikomi setup`, or restore the database that has the keys",
        )
    if not settings.needs_keys:
        return "NO KEYS: everyone on this machine may do everything."
    lost = "THE KEYS ARE GONE: nobody is answered until their database is restored, or"
    return (
        f"{lost if before else 'NO KEYS YET: nobody is answered until'} `mikomi setup` has made "
        "the first key, with the settings of this server."
    )


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Who will use it.")],
    scopes: Annotated[str, typer.Option(help="Any of score, ingest, read, admin.")] = "score",
    per_minute: Annotated[int, typer.Option(help="How many requests a minute.")] = 6_000,
) -> None:
    """Make a key; it is shown once."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    own = frozenset(scopes.replace(",", " ").split())
    key_id, key = command_store.keys(new=True).create(name, own, per_minute, context.obj())
    typer.echo(f"key {key_id} for {name}; it is not shown again:", err=True)
    typer.echo(key)
    command_store.note(f"made key {key_id} ({','.join(sorted(own))}) for {name}", context.obj())


def list_keys() -> None:
    """List the keys, without what opens."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import
    from serve.store.engine import time_of  # noqa: PLC0415

    for key in command_store.keys().all():
        state = "revoked" if key.revoked_at else "in use"
        made = f"{time_of(key.created_at):%Y-%m-%d %H:%M}"
        scopes = ",".join(sorted(key.scopes))
        typer.echo(
            f"{key.key_id}  {state:<8} {made}  {key.per_minute:>6}/min  {scopes}  {key.name}"
        )


def revoke(context: typer.Context, key_id: str) -> None:
    """Revoke a key; servers refuse it within seconds."""
    from serve.cli import command_store  # noqa: PLC0415 - slow to import

    command_store.keys().revoke(key_id, context.obj())
    command_store.note(f"revoked key {key_id}", context.obj())
    typer.echo(f"key {key_id} is revoked")


@contextmanager
def _beside(settings: "Settings") -> Iterator[None]:
    """Run the follower and the refresher beside the server, and the shadow if it has a share."""
    modules = ["serve.processes.follow", "serve.processes.refresh"]
    modules += ["serve.processes.shadow_process"] if settings.shadow_share else []
    beside = helpers.Helpers(modules)
    beside.start(FIRST_SECONDS if (settings.models / POINTER).is_file() else 0.0)
    try:
        yield
    finally:
        beside.stop()


@contextmanager
def _many_counters(workers: int) -> Iterator[None]:
    """Create a folder in which several workers add up their metrics."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="mikomi-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield
