"""A server's database that commands look into: what is not there is refused, and never made.

Decided here: SQLite makes an empty file of an address that is mistyped, and opening a store brings
its tables; so the file and the tables are looked for first, by a connection that changes nothing.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine, inspect, make_url
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadParams, MikomiError
from serve.store.engine import made, open_engine, sqlite_place

_DO: Final = "set MIKOMI_DATABASE_URL to what `mikomi serve` is started with"


def found(url: str) -> Engine:
    """Open a database that a server has made, its tables in their newest form.

    Raises
    ------
    BadParams
        If nobody understands the address, it is not there, cannot be reached, or is no server's.
    """
    try:
        told = make_url(url).render_as_string(hide_password=True)
    except SQLAlchemyError as error:
        raise _none("an address that cannot be read") from error
    place = sqlite_place(url)
    if place and not Path(place).is_file():
        raise _none(f"{told}: no file {Path(place).absolute()}")
    try:
        looking = create_engine(url) if place else open_engine(url)
        with looking.connect() as connection:
            known = inspect(connection).has_table("alembic_version")
        looking.dispose()
        if not known:
            raise _none(f"{told}: no tables of a server")
        return made(url)
    except (SQLAlchemyError, ImportError) as error:
        raise _none(f"{told}: {str(error).splitlines()[0]}") from error


def _none(what: str) -> MikomiError:
    return BadParams.of(what, "the database of `mikomi serve`", _DO)
