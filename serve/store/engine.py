"""The database: SQLite by default, PostgreSQL by URL.

Decided here: SQLite uses a write-ahead log (WAL) and syncs at checkpoints, so what was committed
survives a killed process; a write transaction takes the lock when it begins. A pooled connection
to PostgreSQL that the server has closed is replaced before it is used, which takes no round trip:
its socket can be read then. Connecting gives up after `CONNECT_SECONDS`, and waiting
for a lock or a connection of the pool after `Waits`. Connections to PostgreSQL bear a name, so that
a command sees whether a server uses the database.
"""

import select
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from serve.store.file_watch import FileWatch

BUSY_SECONDS: Final = 5
"""Seconds that a command or a helper waits for a lock."""
CONNECT_SECONDS: Final = 3
STATEMENT_SECONDS: Final = 30
"""Seconds after which PostgreSQL cancels a statement of a request."""
SOCKET_SECONDS: Final = 10
"""Seconds after which a connection whose server is gone is closed."""
APPLICATION: Final = "mikomi"
"""The name of our connections to PostgreSQL."""
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
        "application_name": APPLICATION,
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
