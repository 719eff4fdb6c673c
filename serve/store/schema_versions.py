"""The versions of the tables of a server's database: which one is there, migrating, going back.

Decided here: Alembic creates and migrates the tables, in one transaction, one process at a time;
tables of other migrations are refused and never changed. Going back is refused without the word
that what only newer tables hold is lost, on tables of unknown versions, and while another process
uses the database: a server would go on with tables that are gone.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError

from features.errors import BadRequest
from serve.errors import NoStore, SchemaMismatch
from serve.store.engine import APPLICATION, open_engine, reading
from serve.store.expected_tables import lacking, own_tables

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
_LOCK: Final = 0x6D696B6F6D69
"""The number of PostgreSQL's advisory lock of who migrates: `mikomi` in ASCII."""
_USERS: Final = """
select count(*) from pg_stat_activity
where datname = current_database() and application_name = %(name)s and pid <> pg_backend_pid()
"""
_ENDING_SECONDS: Final = 3.0
_PAUSE_SECONDS: Final = 0.1
_SHOWN: Final = 5
"""The most names in a sentence."""
_BACK: Final = (
    "put a backup back (`mikomi restore`), or set MIKOMI_DATABASE_URL to another database"
)


class SchemaState(NamedTuple):
    """Which tables a database has.

    Attributes
    ----------
    version
        The migration that made them; None: none says so.
    lacking
        Tables and columns of the newest version that are not there, if it is the version.
    unversioned
        Tables with names of ours that no migration made, if there is no version.
    """

    version: str | None
    lacking: tuple[str, ...] = ()
    unversioned: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """Whether they are those that this code needs, and whole."""
        return self.version == REVISIONS[-1] and not self.lacking

    @property
    def sentence(self) -> str:
        """What is there, what the code needs, and what to do."""
        needs = f"this version of mikomi needs {REVISIONS[-1]} of {', '.join(REVISIONS)}"
        if self.unversioned:
            return f"tables without a version ({_some(self.unversioned)}); {needs}: {_BACK}"
        if self.version is None:
            return f"no tables; {needs}: `mikomi database upgrade` creates them"
        if self.lacking:
            return f"tables of version {self.version} without {_some(self.lacking)}: {_BACK}"
        if self.current:
            return f"tables of version {self.version}; {needs}: nothing to do"
        if self.version in REVISIONS:
            return f"tables of version {self.version}; {needs}: `mikomi database upgrade` migrates"
        return f"tables of version {self.version}, which is unknown; {needs}"

    @property
    def to_run(self) -> list[str]:
        """The migrations that an update would run, each with what it changes."""
        if self.version not in REVISIONS:
            return []
        later = REVISIONS[REVISIONS.index(self.version) + 1 :]
        return [f"{version}: {_purpose(version)}" for version in later]


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _purpose(version: str) -> str:
    """Return the first sentence of what a migration says of itself."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to import, rarely needed

    return ScriptDirectory.from_config(_alembic()).get_revision(version).doc


def _alembic() -> Any:
    from alembic.config import Config  # noqa: PLC0415 - slow to import, needed once

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def version_of(engine: Engine) -> str | None:
    """Return the migration that made the tables; None if there are none."""
    with reading(engine).connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = connection.exec_driver_sql("select version_num from alembic_version").scalar()
        return None if version is None else str(version)


def is_current(engine: Engine) -> bool:
    """Return whether the tables exist in their newest version."""
    return version_of(engine) == REVISIONS[-1]


def state(engine: Engine) -> SchemaState:
    """Return which tables a database has; nothing is changed."""
    version = version_of(engine)
    if version is None:
        return SchemaState(None, unversioned=own_tables(engine))
    return SchemaState(version, lacking(engine) if version == REVISIONS[-1] else ())


def made(url: str) -> Engine:
    """Open a database by its URL and create or migrate its tables.

    Raises
    ------
    SchemaMismatch
        See `upgrade`.
    """
    engine = open_engine(url)
    upgrade(engine)
    return engine


def upgrade(engine: Engine) -> None:
    """Create the tables, or migrate them to the newest version; one query if they are current.

    Parameters
    ----------
    engine
        Of the database.

    Raises
    ------
    SchemaMismatch
        If they were made by a version with other migrations, or by none, or are not those that
        their version says; then nothing is changed.
    """
    version = version_of(engine)
    if version == REVISIONS[-1]:
        return
    if version not in (None, *REVISIONS):
        raise SchemaMismatch.of(
            f"a database with tables of version {version}",
            f"an empty database, or tables of version {' or '.join(REVISIONS)}",
            "set MIKOMI_DATABASE_URL to another database and send the leads again,"
            " or start the version of mikomi that made this one",
        )
    migrate(engine, "head")


def check_usable(engine: Engine) -> None:
    """Check that the tables a running server works with are still there; one query.

    Tables of a newer version are: a newer server has migrated them, whose migrations add only.

    Raises
    ------
    NoStore
        If the database has become empty.
    SchemaMismatch
        If its tables went back to an older version.
    """
    version = version_of(engine)
    if version is None:
        raise NoStore.of(
            "an empty database where there was one", "that database", "run `mikomi restore`"
        )
    if version in REVISIONS[:-1]:
        raise SchemaMismatch.of(
            f"tables of the older version {version} where there was {REVISIONS[-1]}",
            f"tables of version {REVISIONS[-1]}",
            "stop this server, or run `mikomi database upgrade`",
        )


def downgrade(engine: Engine, version: str, *, lose: bool) -> str:
    """Take the tables back to an older version.

    Parameters
    ----------
    engine
        Of the database; no server may use it meanwhile.
    version
        The older version, or what stands before its first `_`.
    lose
        Whether what only newer tables hold may be removed.

    Returns
    -------
    The whole name of the version.

    Raises
    ------
    BadRequest
        If the version is none of the older ones, nothing may be lost, or another process uses the
        database.
    SchemaMismatch
        If the tables were made by a version with other migrations, or are not those of theirs.
    """
    now = version_of(engine)
    if now not in REVISIONS:
        raise SchemaMismatch.of(
            f"tables of version {now or '(none)'}",
            f"one of {', '.join(REVISIONS)}",
            "run this with the version of mikomi that made them",
        )
    older = REVISIONS[: REVISIONS.index(now)]
    to = next((one for one in older if version in (one, one.partition("_")[0])), None)
    if to is None:
        raise BadRequest.of(
            f"downgrade of {now} to {version}",
            f"an older version: {', '.join(older) or 'there is none'}",
            "see `mikomi database check`",
        )
    if not lose:
        raise BadRequest.of(
            f"downgrade of {now} to {to} without --lose",
            "consent to losing what only the newer tables hold",
            "make a backup (`mikomi backup FOLDER`), then add --lose",
        )
    _check_unused(engine)
    migrate(engine, to, back=True)
    return to


def _check_unused(engine: Engine) -> None:
    """Check that no other process is connected with the database.

    The database notices the end of a server a moment later, so it is given some seconds.
    """
    deadline = time.monotonic() + _ENDING_SECONDS
    while _is_used(engine):
        if time.monotonic() > deadline:
            raise BadRequest.of(
                "a database that a server or a command is using",
                "one that nobody uses while its tables go back",
                "stop the servers of this database, then run the command again",
            )
        time.sleep(_PAUSE_SECONDS)


def _is_used(engine: Engine) -> bool:
    """Return whether another connection is there.

    A connection to SQLite with a write-ahead log holds the file, so that another cannot end the
    log. The next connection begins it again.
    """
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "postgresql":
            return bool(driver.execute(_USERS, {"name": APPLICATION}).fetchone()[0])
        used = not _ends_log(driver)
        connection.invalidate()  # it knows the former log, and would take the new for another's
        return used


def _ends_log(driver: sqlite3.Connection) -> bool:
    try:
        driver.execute("PRAGMA journal_mode=DELETE")
        driver.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    return True


def migrate(engine: Engine, version: str, *, back: bool = False) -> None:
    """Run the migrations to a version; whoever comes second waits, and has nothing to do.

    Parameters
    ----------
    engine
        Of the database.
    version
        A migration; `head` is the newest.
    back
        Whether it is an older one.

    Raises
    ------
    SchemaMismatch
        If a migration cannot be run on the tables that are there; then nothing is changed.
    """
    from alembic import command  # noqa: PLC0415 - slow to import, needed once

    config = _alembic()
    run = command.downgrade if back else command.upgrade
    with _tables_in_words(), engine.begin() as connection:
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":
            _wait_for_others(connection)
        run(config, version)


def _wait_for_others(connection: Connection) -> None:
    """Let this process alone migrate, until the end of the transaction."""
    waits = connection.exec_driver_sql("show lock_timeout").scalar()
    connection.exec_driver_sql("set local statement_timeout = 0")
    connection.exec_driver_sql("set local lock_timeout = 0")
    connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
    connection.exec_driver_sql(f"set local lock_timeout = '{waits}'")


@contextmanager
def _tables_in_words() -> Iterator[None]:
    """Raise what a migration cannot do with the tables that are there, in words."""
    try:
        yield
    except DBAPIError as error:
        if not _is_about_tables(error):
            raise
        raise SchemaMismatch.of(
            f"tables that cannot be migrated, and were not changed: "
            f"{str(error.orig).splitlines()[0]}",
            "the tables of their version, and a user who may change them",
            f"let the user of the database change its tables, or {_BACK}",
        ) from error


def _is_about_tables(error: DBAPIError) -> bool:
    """Return whether a statement could not be run, rather than the database not be reached."""
    if isinstance(error, ProgrammingError | IntegrityError):
        return True
    code = getattr(error.orig, "sqlite_errorcode", None)
    return isinstance(error, OperationalError) and code == sqlite3.SQLITE_ERROR
