"""Queries to a database, read piece by piece in the driver's own types."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadTables, Fault
from pipelines.intake.mapping.schema import Source
from pipelines.intake.read.databases import first_line, opened, safe_place


@dataclass(frozen=True)
class Fetched:
    """Some rows of a query's answer, in the driver's own types."""

    names: tuple[str, ...]
    rows: list[tuple[object, ...]]

    def frame(self) -> pd.DataFrame:
        """Return the rows as they came, each value an object."""
        return pd.DataFrame(self.rows, columns=list(self.names), dtype=object)


def query_pieces(source: Source, rows: int) -> Iterator[Fetched]:
    """Read the answer of a source's query, at most `rows` rows at a time; one piece at least.

    Parameters
    ----------
    source
        The database and its query.
    rows
        The most rows of a piece.

    Raises
    ------
    BadTables
        The database cannot be reached, or does not accept the query.
    """
    engine = _engine(source)
    try:
        with (
            engine.connect().execution_options(stream_results=True) as connection,
            connection.execute(text(source.query or "")) as result,
        ):
            names = tuple(result.keys())
            fetched = result.fetchmany(rows)
            yield Fetched(names, [tuple(row) for row in fetched])
            while fetched := result.fetchmany(rows):
                yield Fetched(names, [tuple(row) for row in fetched])
    except SQLAlchemyError as error:
        raise _fault(source, error) from error
    finally:
        engine.dispose()


def _engine(source: Source) -> Engine:
    return opened(source.url or "", "correct url in the mapping, or install its driver")


def query_rows(source: Source) -> int:
    """Return how many rows the answer of a source's query has."""
    inner = (source.query or "").rstrip().rstrip(";")
    engine = _engine(source)
    try:
        with engine.connect() as connection:
            # The query is the mapping author's own; nothing of a third party enters it.
            count = text(f"select count(*) from ({inner}) as counted")  # noqa: S608
            return int(connection.execute(count).scalar_one())
    except SQLAlchemyError as error:
        raise _fault(source, error) from error
    finally:
        engine.dispose()


def _fault(source: Source, error: SQLAlchemyError) -> BadTables:
    place = safe_place(source.url or "")
    return BadTables(
        [Fault(f"{place}: {first_line(error)}", "rows", "correct url or query in the mapping")]
    )
