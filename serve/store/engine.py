"""The database: SQLite by default, PostgreSQL by URL.

Decided here: SQLite writes ahead (WAL) and syncs at checkpoints, so what was committed outlives a
killed process; a writer takes its lock when it begins. PostgreSQL is asked whether it is there
before a pooled connection is used, and given up on after seconds. Alembic makes and moves the
tables.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event, inspect

BUSY_SECONDS: Final = 5
CONNECT_SECONDS: Final = 3
HEAD: Final = "0009"
SAID: Final = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "secure_delete=ON",
)
_EMPTY: Final = "PRAGMA wal_checkpoint(TRUNCATE)"
_PAUSE_SECONDS: Final = 0.02
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def open_engine(url: str) -> Engine:
    """Open a database by its URL; nothing is connected before it is needed."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            url = f"postgresql+psycopg://{url.removeprefix(short)}"
    arguments = {"connect_timeout": CONNECT_SECONDS}
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=BUSY_SECONDS,
        connect_args=arguments,
        pool_size=10,
        hide_parameters=True,
    )


def sqlite_place(url: str) -> str:
    """Name the file that an address of SQLite means; "" for a server, or a database in memory.

    >>> sqlite_place("sqlite:///a/b.db?timeout=5"), sqlite_place("postgresql:///b")
    ('a/b.db', '')
    """
    return url.partition("///")[2].partition("?")[0] if url.startswith("sqlite") else ""


def _sqlite(url: str) -> Engine:
    place = sqlite_place(url)
    if place:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": BUSY_SECONDS, "isolation_level": None}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for said in SAID:
            connection.execute(f"PRAGMA {said}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        told = connection.get_execution_options()
        if not told.get("at_once"):
            connection.exec_driver_sql("BEGIN" if told.get("reads_only") else "BEGIN IMMEDIATE")

    return engine


def reading(engine: Engine) -> Engine:
    """Give the engine for reading alone: it never waits for a writer.

    In PostgreSQL each statement sees what is committed when it begins, in a transaction or not, so
    the two ways to the server and back that a transaction costs are saved.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reads_only=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def forget(engine: Engine) -> bool:
    """Let the files of SQLite forget what was deleted: the log of writes is emptied.

    What was deleted from the tables is overwritten at once. PostgreSQL does both by itself, in its
    time. A reader or another checkpoint may hold this up; if they do for `BUSY_SECONDS`, false is
    given back: try again later.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    until = time.monotonic() + BUSY_SECONDS
    try:
        while held_up := bool(raw.cursor().execute(_EMPTY).fetchone()[0]):
            if time.monotonic() > until:
                break
            time.sleep(_PAUSE_SECONDS)
    finally:
        raw.close()
    return not held_up


def at_once(engine: Engine) -> Engine:
    """Give the engine for lone statements: each is a transaction of its own, asked for at once."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(at_once=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def upgrade(engine: Engine) -> None:
    """Make the tables, or move them to the newest form; nothing to do costs one look."""
    if is_current(engine):
        return
    from alembic import command  # noqa: PLC0415 - slow to import, needed once
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def made(url: str) -> Engine:
    """Open a database by its URL with the tables in their newest form, made if there are none."""
    engine = open_engine(url)
    upgrade(engine)
    return engine


def is_current(engine: Engine) -> bool:
    """Tell whether the tables are there, in their newest form."""
    return _version(engine) == HEAD


def _version(engine: Engine) -> str | None:
    with reading(engine).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.exec_driver_sql("select version_num from alembic_version").scalar()
        return None if found is None else str(found)


def moment(at: datetime) -> int:
    """Give the microseconds of a moment.

    >>> moment(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (at - _EPOCH) // _MICROSECOND


def time_of(at: int) -> datetime:
    """Give the moment of microseconds.

    >>> time_of(86_400_000_000).isoformat()
    '1970-01-02T00:00:00+00:00'
    """
    return _EPOCH + at * _MICROSECOND
