"""The commands `mikomi backup` and `mikomi restore`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from serve.store.backup import BackupPlaces

Folder = Annotated[Path, typer.Argument(help="The folder of the backup.")]


def backup(context: typer.Context, folder: Folder) -> None:
    """Copy the database, the models and the local registry; a running server goes on.

    Not copied: a remote registry, and the export of the CRM.
    """
    from serve.store.backup import back_up  # noqa: PLC0415 - slow to import

    count = back_up(_places(), folder, context.obj())
    typer.echo(f"{count} files in {folder}; erased persons may be in it until you remove it")


def restore(
    folder: Folder,
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the database that is there.")
    ] = False,
) -> None:
    """Put a backup back; a running server refuses requests meanwhile and takes it up."""
    from serve.store.backup import restore as put_back  # noqa: PLC0415 - slow to import

    count = put_back(_places(), folder, replace=replace)
    typer.echo(f"{count} files restored from {folder}; erase again who was erased since")


def _places() -> "BackupPlaces":
    from serve.settings import Settings  # noqa: PLC0415 - slow to import
    from serve.store.backup import BackupPlaces  # noqa: PLC0415

    settings = Settings.read(os.environ)
    registry = Path(settings.registry if "://" not in settings.registry else os.devnull)
    return BackupPlaces(settings.database_url, settings.models, registry)
