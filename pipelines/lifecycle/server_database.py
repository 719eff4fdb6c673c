"""What a server's database holds, for commands that look back at live leads.

Decided here: it is read by SQL alone, as `pipelines` knows nothing of `serve`; moments come as UTC
times. Outcomes that the CRM sent to the server count, and those of the workspace's export.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
import pandas as pd
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadInput, MikomiError
from features.timeline import MOMENT_DTYPE, from_moments
from pipelines.intake.read.databases import first_line, opened, safe_place
from pipelines.run.stage_context import Job
from pipelines.storage import partitions

_DO: Final = "correct --database or MIKOMI_DATABASE_URL"
_OUTCOMES: Final = text("select lead_id, outcome, occurred_at, known_at from outcomes")
_COLUMNS: Final = ["lead_id", "outcome", "occurred_at", "known_at"]


@contextmanager
def connected(database: str, do: str = _DO) -> Iterator[Connection]:
    """Open the database of a server for reading.

    Parameters
    ----------
    database
        Its URL.
    do
        What is advised if it cannot be reached.

    Raises
    ------
    BadInput
        If it is not there, cannot be reached, or is no server's database; nothing is created.
    """
    engine = opened(database, do)
    try:
        with engine.connect() as connection:
            if not has_table(connection, "receipts"):
                raise _no_server(database, "no table receipts", do)
            yield connection
    except SQLAlchemyError as error:
        raise _no_server(database, first_line(error), do) from error
    finally:
        engine.dispose()


def _no_server(database: str, observed: str, do: str) -> MikomiError:
    observed = f"{safe_place(database)}: {observed}"
    return BadInput.of(observed, "the database of `mikomi serve`", do)


def has_table(connection: Connection, name: str) -> bool:
    """Return whether the database has a table.

    Parameters
    ----------
    connection
        To the database.
    name
        Of the table.
    """
    return bool(inspect(connection).has_table(name))


def target_clause(connection: Connection, table: str, job: Job) -> str:
    """Return the SQL condition for rows of a job's target, with the parameter `:target`.

    The default target has the empty name in the database of a server.

    Parameters
    ----------
    connection
        To the database.
    table
        A table with one row a lead and target.
    job
        The parameters and places.

    Raises
    ------
    BadInput
        If the server knows the default target only, and the job is about another.
    """
    if any(one["name"] == "target" for one in inspect(connection).get_columns(table)):
        return "target = :target"
    if job.places.target is not None:
        raise BadInput.of(
            f"table {table} of a server that knows the default target only",
            f"rows of target {job.places.target}",
            "upgrade the server, and let it serve this target too",
        )
    return "'' = :target"


def timed(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Read columns of microseconds as UTC times.

    Parameters
    ----------
    frame
        A table of the server; it is changed.
    *names
        The columns.
    """
    for name in names:
        frame[name] = from_moments(frame[name].to_numpy(np.int64)).astype(MOMENT_DTYPE)
    return frame


def outcomes(connection: Connection, job: Job) -> pd.DataFrame:
    """Read the outcomes that the server was sent, and those of the workspace's export.

    Parameters
    ----------
    connection
        To the database of a server.
    job
        The parameters and places.
    """
    whole = pd.concat([sent_outcomes(connection), *_exported(job)], ignore_index=True)
    return whole.drop_duplicates()


def sent_outcomes(connection: Connection) -> pd.DataFrame:
    """Read the outcomes that the server was sent."""
    return timed(pd.read_sql(_OUTCOMES, connection), "occurred_at", "known_at")


def _exported(job: Job) -> list[pd.DataFrame]:
    """Read the outcomes of the workspace's export, if there is one."""
    tables = job.places.tables
    if not (tables / "manifest.json").is_file():
        return []
    parts = (partitions.read(tables, n).outcomes for n in range(partitions.count(tables)))
    return [one.assign(known_at=one.get("known_at", one["occurred_at"]))[_COLUMNS] for one in parts]
