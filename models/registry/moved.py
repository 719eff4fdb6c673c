"""A local registry that was moved or copied: the addresses of its files follow the folder.

Decided here: MLflow writes down where every file lies, from the root of the machine. A project that
is renamed, a copy of it, or a backup that is restored elsewhere would name files of another place;
so the addresses below a former folder are rewritten to the present one, in one transaction. Only
the folder that the product itself made (`files` beside the database) is followed, and only where
the files came along.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

FILES: Final = "files"
"""The folder of the artifacts of a local registry, beside its database."""
_ADDRESSES: Final = ("artifact_location", "artifact_uri", "source", "storage_location")
"""Columns of MLflow's tables that hold the address of a file."""


def follow(database: Path) -> int:
    """Rewrite the addresses of a registry that lay elsewhere; return how many folders it had.

    Parameters
    ----------
    database
        The SQLite file of a local registry; nothing is done if it is not there.
    """
    files = database.parent / FILES
    if not (database.is_file() and files.is_dir()):
        return 0
    with closing(sqlite3.connect(database)) as connection:
        former = list(_former(connection, files))
        for address in former:
            _rewrite(connection, address, files.as_uri())
        connection.commit()
    return len(former)


def _former(connection: sqlite3.Connection, files: Path) -> Iterator[str]:
    """Yield the addresses of other folders in which the experiments of this registry kept files."""
    if "artifact_location" not in _columns(connection, "experiments"):
        return
    query = "select distinct artifact_location from experiments"
    for (address,) in connection.execute(query).fetchall():
        parts = urlsplit(address or "")
        place = Path(unquote(parts.path))
        same = place.exists() and place.samefile(files)
        if parts.scheme == "file" and place.name == FILES and not same:
            yield address


def _rewrite(connection: sqlite3.Connection, former: str, present: str) -> None:
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for (table,) in tables:
        for column in _columns(connection, table) & set(_ADDRESSES):
            statement = (
                f'update "{table}" set "{column}" = ? || substr("{column}", ?) '  # noqa: S608 - names of its own tables
                f'where "{column}" = ? or substr("{column}", 1, ?) = ?'
            )
            below = f"{former}/"
            values = (present, len(former) + 1, former, len(below), below)
            connection.execute(statement, values)


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f'pragma table_info("{table}")')}
