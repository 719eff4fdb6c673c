"""The commands `mikomi database`: check, upgrade and downgrade the tables of a server.

Decided here: a server migrates its database when it starts, so nobody needs these day to day; they
are for looking before an update, for migrating at a moment of one's own, and for going back. Going
back removes what the newer tables hold, so it wants the word of the administrator and a backup.
"""

import os
from typing import Annotated

import typer


def made() -> typer.Typer:
    """Return the commands."""
    app = typer.Typer(no_args_is_help=True, help="Check and migrate the database of a server.")
    for command in (check, upgrade, downgrade):
        app.command()(command)
    return app


def check() -> None:
    """Print which tables there are and the migrations that an update would run; change nothing.

    Exit code 1: they are not those that this version of mikomi needs.
    """
    from serve.cli.opening import tables_of  # noqa: PLC0415 - slow to import

    state = tables_of(_url())
    typer.echo(state.sentence)
    for one in state.to_run:
        typer.echo(f"  {one}")
    if not state.current:
        raise typer.Exit(1)


def upgrade() -> None:
    """Create the tables, or migrate them to the newest version."""
    from serve.cli.opening import open_or_create  # noqa: PLC0415 - slow to import

    open_or_create(_url()).dispose()
    check()


def downgrade(
    version: Annotated[str, typer.Argument(help="A version that `mikomi database check` lists.")],
    *,
    lose: Annotated[
        bool, typer.Option("--lose", help="Yes, remove what only the newer tables hold.")
    ] = False,
) -> None:
    """Take the tables back to an older version, for the older code; make a backup before.

    Refused while a server or another command uses the database.
    """
    from serve.cli.opening import open_to_downgrade  # noqa: PLC0415 - slow to import
    from serve.store.schema_versions import downgrade as take_back  # noqa: PLC0415

    with open_to_downgrade(_url()) as engine:
        to = take_back(engine, version, lose=lose)
    typer.echo(f"tables of version {to}; start the code that needs them")


def _url() -> str:
    from serve.settings import Settings  # noqa: PLC0415 - slow to import

    return Settings.read(os.environ).database_url
