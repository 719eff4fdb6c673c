"""The commands `mikomi database`: check, upgrade and downgrade the tables of a server.

Decided here: a server migrates its database when it starts, so nobody needs these day to day; they
are for looking before an update, for migrating at a moment of one's own, and for going back. Going
back removes what the newer tables hold, so it wants the word of the administrator and a backup.
"""

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine


def made() -> typer.Typer:
    """Return the commands."""
    app = typer.Typer(no_args_is_help=True, help="Check and migrate the database of a server.")
    for command in (check, upgrade, downgrade):
        app.command()(command)
    return app


def check() -> None:
    """Print the version of the tables, and what an update would do; exit code 1 if they differ."""
    from serve.store import schema_versions  # noqa: PLC0415 - slow to import

    state = schema_versions.state(_engine())
    typer.echo(state.sentence)
    if not state.current:
        raise typer.Exit(1)


def upgrade() -> None:
    """Create the tables, or migrate them to the newest version."""
    from serve.store import engine  # noqa: PLC0415 - slow to import

    opened = _engine()
    engine.upgrade(opened)
    check()


def downgrade(
    version: Annotated[str, typer.Argument(help="A version that `mikomi database check` lists.")],
    *,
    lose: Annotated[
        bool, typer.Option("--lose", help="Yes, remove what only the newer tables hold.")
    ] = False,
) -> None:
    """Take the tables back to an older version, for the older code; make a backup before."""
    from serve.store import schema_versions  # noqa: PLC0415 - slow to import

    schema_versions.downgrade(_engine(), version, lose=lose)
    typer.echo(f"tables of version {version}; start the code that needs them")


def _engine() -> "Engine":
    from serve.settings import Settings  # noqa: PLC0415 - slow to import
    from serve.store.engine import open_engine  # noqa: PLC0415

    return open_engine(Settings.read(os.environ).database_url)
