"""The database: SQLite by default, PostgreSQL by URL.

Decided here: SQLite uses a write-ahead log (WAL) and syncs at checkpoints, so what was committed
survives a killed process; a write transaction takes the lock when it begins. A pooled connection
to PostgreSQL that the server has closed is replaced before it is used, which takes no round trip:
its socket can be read then. Connecting gives up after `CONNECT_SECONDS`, and waiting
for a lock or a connection of the pool after `Waits`. Alembic creates and migrates the tables;
tables of other migrations are refused and never changed.
"""

import select
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.exc import DisconnectionError

from serve.errors import NoStore, SchemaMismatch
from serve.store.file_watch import FileWatch

BUSY_SECONDS: Final = 5
"""Seconds that a command or a helper waits for a lock."""
CONNECT_SECONDS: Final = 3
STATEMENT_SECONDS: Final = 30
"""Seconds after which PostgreSQL cancels a statement of a request."""
SOCKET_SECONDS: Final = 10
"""Seconds after which a connection whose server is gone is closed."""
REVISIONS: Final = (
    "v0001",
    "v0002_sales_day",
    "v0003_erasures",
    "v0004_team",
    "v0005_reasons",
    "v0006_identities",
    "v0007_summaries",
    "v0008_accounts",
    "v0009_contact_value",
    "v0010_ranking_indexes",
)
"""The migrations in their order; the last is what the code needs."""
PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "secure_delete=ON",
)
_POOL: Final[Mapping[str, Any]] = {"pool_size": 10, "max_overflow": 15, "pool_use_lifo": True}
"""Together more than a server has threads, so that none waits for another's connection. The one
that was used last comes first: its process in the database has at hand what it read before."""
_EMPTY: Final = "PRAGMA wal_checkpoint(TRUNCATE)"
_PAUSE_SECONDS: Final = 0.02
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Waits(NamedTuple):
    """How many seconds to wait: for a lock or a connection, and for a statement.

    Attributes
    ----------
    lock
        Of a table or a file, or a connection of the pool.
    statement
        Of PostgreSQL; 0: without end.
    """

    lock: float = BUSY_SECONDS
    statement: float = 0.0


PATIENT: Final = Waits()
"""Of commands and helpers."""
ANSWER_WAITS: Final = Waits(0.8, STATEMENT_SECONDS)
"""Of a server: whoever waits for an answer is refused within two seconds."""


def open_engine(url: str, waits: Waits = PATIENT) -> Engine:
    """Open a database by its URL; the first connection is made when it is needed.

    Parameters
    ----------
    url
        Of the database.
    waits
        How long to wait for it.
    """
    if url.startswith("sqlite"):
        return _sqlite(url, waits)
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            url = f"postgresql+psycopg://{url.removeprefix(short)}"
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 1_000 * SOCKET_SECONDS,
        "options": " ".join(
            f"-c {name}_timeout={int(1_000 * seconds)}" for name, seconds in waits._asdict().items()
        ),
    }
    engine = create_engine(
        url, pool_timeout=waits.lock, connect_args=arguments, hide_parameters=True, **_POOL
    )

    @event.listens_for(engine, "checkout")
    def replace_closed(connection: Any, _record: Any, _proxy: Any) -> None:
        if connection.closed or _can_be_read(connection.fileno()):
            raise DisconnectionError

    return engine


def _can_be_read(socket: int) -> bool:
    """Return whether something came that nobody waits for: a server that closes says so."""
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def sqlite_place(url: str) -> str:
    """Return the file of a SQLite URL; "" for a database server or a database in memory.

    >>> sqlite_place("sqlite:///a/b.db?timeout=5"), sqlite_place("postgresql:///b")
    ('a/b.db', '')
    """
    return url.partition("///")[2].partition("?")[0] if url.startswith("sqlite") else ""


def _sqlite(url: str, waits: Waits) -> Engine:
    place = sqlite_place(url)
    if place:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    arguments = {"timeout": waits.lock, "isolation_level": None}
    pool = dict(_POOL) | {"pool_timeout": waits.lock} if place else {}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if not options.get("at_once"):
            connection.exec_driver_sql("BEGIN" if options.get("reads_only") else "BEGIN IMMEDIATE")

    if place:
        FileWatch(place).listen(engine)
    return engine


def sync_each_commit(engine: Engine) -> None:
    """Let every commit of a SQLite database wait for the disk, so that it survives a power failure.

    Otherwise the last second of commits may be lost then, never at the end of a process.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=FULL"))


def reading(engine: Engine) -> Engine:
    """Return the engine for read-only use: it never waits for a writer.

    In PostgreSQL each statement sees what was committed when it began, inside a transaction or
    not, so autocommit saves the two round trips of a transaction.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reads_only=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def forget(engine: Engine) -> bool:
    """Remove deleted data from the files of SQLite by truncating its write-ahead log.

    Rows deleted from the tables are overwritten by SQLite at once (`secure_delete`). PostgreSQL
    does both by itself, in time.

    Returns
    -------
    Whether the log was truncated; false if a reader or another checkpoint prevented it for
    `BUSY_SECONDS`: try again later.
    """
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    deadline = time.monotonic() + BUSY_SECONDS
    try:
        while held_up := bool(raw.cursor().execute(_EMPTY).fetchone()[0]):
            if time.monotonic() > deadline:
                break
            time.sleep(_PAUSE_SECONDS)
    finally:
        raw.close()
    return not held_up


def at_once(engine: Engine) -> Engine:
    """Return the engine in autocommit mode: each statement is a transaction of its own."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(at_once=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def upgrade(engine: Engine, *, create: bool = True) -> None:
    """Create the tables, or migrate them to the newest version; one query if they are current.

    Parameters
    ----------
    engine
        Of the database.
    create
        Whether an empty database gets tables; false once the server has seen some.

    Raises
    ------
    SchemaMismatch
        If they were made by a version with other migrations; then nothing is changed.
    NoStore
        If there are none and none may be created.
    """
    version = version_of(engine)
    if version == REVISIONS[-1]:
        return
    if version is None and not create:
        raise NoStore.of(
            "an empty database where there was one", "that database", "run `mikomi restore`"
        )
    if version not in (None, *REVISIONS):
        raise SchemaMismatch.of(
            f"a database with tables of version {version}",
            f"an empty database, or tables of version {' or '.join(REVISIONS)}",
            "set MIKOMI_DATABASE_URL to another database and send the leads again,"
            " or start the version of mikomi that made this one",
        )
    migrate(engine, "head")


def migrate(engine: Engine, version: str, *, back: bool = False) -> None:
    """Run the migrations to a version.

    Parameters
    ----------
    engine
        Of the database.
    version
        A migration; `head` is the newest.
    back
        Whether it is an older one.
    """
    from alembic import command  # noqa: PLC0415 - slow to import, needed once
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    run = command.downgrade if back else command.upgrade
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("set local statement_timeout = 0")
        run(config, version)


def made(url: str) -> Engine:
    """Open a database by its URL and create or migrate its tables.

    Raises
    ------
    SchemaMismatch
        If the tables were made by a version with other migrations.
    """
    engine = open_engine(url)
    upgrade(engine)
    return engine


def is_current(engine: Engine) -> bool:
    """Return whether the tables exist in their newest version."""
    return version_of(engine) == REVISIONS[-1]


def version_of(engine: Engine) -> str | None:
    """Return the migration that made the tables; None if there are none."""
    with reading(engine).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = connection.exec_driver_sql("select version_num from alembic_version").scalar()
        return None if version is None else str(version)


def moment(at: datetime) -> int:
    """Return a moment as microseconds since 1970-01-01 UTC.

    >>> moment(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (at - _EPOCH) // _MICROSECOND


def time_of(at: int) -> datetime:
    """Return the moment of so many microseconds since 1970-01-01 UTC.

    >>> time_of(86_400_000_000).isoformat()
    '1970-01-02T00:00:00+00:00'
    """
    return _EPOCH + at * _MICROSECOND
