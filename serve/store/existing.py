"""The database of a server, opened by commands that must not create one.

Decided here: SQLite creates an empty file for a mistyped address, and opening a store creates its
tables; so the file and the tables are checked first, over a connection that changes nothing.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadParams, MikomiError
from serve.store.engine import made, open_engine, sqlite_place

_DO: Final = "set MIKOMI_DATABASE_URL to what `mikomi serve` is started with"


def open_existing(url: str) -> Engine:
    """Open the database of a server and migrate its tables to the newest version.

    Raises
    ------
    BadParams
        If the address cannot be parsed, or the database does not exist, cannot be reached, or was
        not made by a server.
    SchemaMismatch
        If its tables were made by another version.
    """
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError as error:
        raise _none("an address that cannot be read") from error
    place = sqlite_place(url)
    if place and not Path(place).is_file():
        raise _none(f"{shown}: no file {Path(place).absolute()}")
    try:
        probe = create_engine(url) if place else open_engine(url)
        with probe.connect() as connection:
            has_tables = inspect(connection).has_table("alembic_version")
        probe.dispose()
        if not has_tables:
            raise _none(f"{shown}: no tables of a server")
        return made(url)
    except (SQLAlchemyError, ImportError) as error:
        raise _none(f"{shown}: {str(error).splitlines()[0]}") from error


def _none(what: str) -> MikomiError:
    return BadParams.of(what, "the database of `mikomi serve`", _DO)
