"""The database of a server, opened by commands.

Decided here: SQLite creates an empty file for a mistyped address, and opening a store creates its
tables; so a command that must not create them checks the file and the tables first, over a
connection that changes nothing. A database that cannot be reached is reported, never a traceback.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadParams, MikomiError
from serve.store.engine import open_engine, sqlite_place
from serve.store.schema_versions import SchemaState, made, state

_NO_PLACE: Final = (FileNotFoundError, NotADirectoryError, FileExistsError)
"""What is raised where the folder of a file cannot be made."""
_OF_THE_MACHINE: Final = ("malformed", "locked", "disk")
"""Signs of SQLite's messages about a database that is the right one; the command reports them."""
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
    place = sqlite_place(url)
    with _reaching(url) as shown:
        _check_file(place, shown)
        probe = create_engine(url) if place else open_engine(url)
        with probe.connect() as connection:
            has_tables = inspect(connection).has_table("alembic_version")
        probe.dispose()
        if not has_tables:
            raise _none(f"{shown}: no tables of a server")
        return made(url)


def open_or_create(url: str) -> Engine:
    """Open the database of a server; create its tables, or migrate them to the newest version.

    Raises
    ------
    BadParams
        If the database cannot be reached.
    SchemaMismatch
        If its tables were made by another version.
    """
    with _reaching(url):
        return made(url)


def tables_of(url: str) -> SchemaState:
    """Return which tables a database has; neither a file nor a table is changed or created.

    Raises
    ------
    BadParams
        If the database cannot be reached.
    """
    place = sqlite_place(url)
    if place and not Path(place).exists():
        return SchemaState(None)
    with _reaching(url):
        engine = create_engine(_read_only(Path(place).absolute())) if place else open_engine(url)
        try:
            return state(engine)
        finally:
            engine.dispose()


@contextmanager
def open_to_downgrade(url: str) -> Iterator[Engine]:
    """Open a database whose tables are to go back; they are not migrated.

    Raises
    ------
    BadParams
        If the database does not exist or cannot be reached.
    """
    place = sqlite_place(url)
    with _reaching(url) as shown:
        _check_file(place, shown)
        engine = open_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()


def _read_only(file: Path) -> str:
    """Return the URL that reads a file of SQLite alone.

    A log beside it belongs to what is stored; without one nobody writes, and SQLite does not have
    to make one to read.
    """
    log = file.with_name(f"{file.name}-wal")
    mode = "mode=ro" if log.is_file() and log.stat().st_size else "immutable=1"
    return f"sqlite:///{file.as_uri()}?{mode}&uri=true"


def _check_file(place: str, shown: str) -> None:
    """Check that the file of SQLite is there; a database server has none."""
    if place and not Path(place).is_file():
        raise _none(f"{shown}: no file {Path(place).absolute()}")


@contextmanager
def _reaching(url: str) -> Iterator[str]:
    """Report a database that cannot be reached; give its address without the password."""
    try:
        shown = make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError as error:
        raise _none("an address that cannot be read") from error
    try:
        yield shown
    except (SQLAlchemyError, ImportError, *_NO_PLACE) as error:
        first = str(error).splitlines()[0]
        if any(sign in first for sign in _OF_THE_MACHINE):
            raise
        raise _none(f"{shown}: {first}") from error


def _none(what: str) -> MikomiError:
    return BadParams.of(what, "the database of `mikomi serve`", _DO)
