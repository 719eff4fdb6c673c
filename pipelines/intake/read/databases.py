"""Databases that are read, by their SQLAlchemy address.

Decided here: what is read has to be there. SQLite makes an empty file of an address that is
mistyped, so a file that is not there is refused before anything is connected to it.
"""

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadTables, Fault
from pipelines.intake.mapping.variables import expand

_DO: Final = "correct the address, or install its driver"


def safe_place(address: str) -> str:
    """Write the address of a database without its password."""
    return make_url(expand(address)).render_as_string(hide_password=True)


def opened(address: str, do: str = _DO) -> Engine:
    """Open a database for reading; `postgresql://` means the driver that is installed here.

    Parameters
    ----------
    address
        Where it is; `${NAME}` is filled in from the environment.
    do
        The advice in the refusal if it cannot be opened.

    Raises
    ------
    BadTables
        The address is malformed, or names a file that does not exist.
    """
    try:
        url = make_url(expand(address))
        if url.drivername in {"postgresql", "postgres"}:
            url = url.set(drivername="postgresql+psycopg")
        engine = create_engine(url, hide_parameters=True)
    except (SQLAlchemyError, ImportError) as error:
        observed = f"url: {first_line(error)}"
        raise BadTables([Fault(observed, "an SQLAlchemy address", do)]) from error
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        observed = f"{safe_place(address)}: no file {file.absolute()}"
        raise BadTables([Fault(observed, "a database that is there", do)])
    return engine


def sqlite_file(url: URL) -> Path | None:
    """Name the file that an address means; None for a server, or a database in memory.

    >>> sqlite_file(make_url("sqlite:///a/b.db")).as_posix()
    'a/b.db'
    >>> sqlite_file(make_url("sqlite:///file:a/b.db?mode=ro&uri=true")).as_posix()
    'a/b.db'
    >>> sqlite_file(make_url("sqlite://"))
    """
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or ":memory:" in name:
        return None
    if "uri" not in url.query:
        return Path(name)
    return None if url.query.get("mode") == "memory" else Path(unquote(urlsplit(name).path))


def first_line(error: Exception) -> str:
    """Return the first line of a driver's message; the rest are statements and links."""
    return str(error).splitlines()[0]
