"""Many ids in one statement: PostgreSQL takes them as an array, SQLite as JSON.

Decided here: a statement is compiled once, whatever the number of ids; they are bound as `ids` when
it is executed, and their order is preserved. Several queries are sent to PostgreSQL in one
pipeline, because a round trip takes longer than the answer.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, cast

import msgspec
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Dialect,
    Select,
    String,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.types import TypeDecorator

PART_ROWS: Final = 10_000
"""So many rows are made into objects in one go; no other thread has its turn meanwhile."""


class _Array(TypeDecorator[Any]):
    """Texts that are bound as `_literal` writes them: the driver takes much longer for a list."""

    impl = ARRAY(String)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Return nothing: the text is sent as it is."""


def in_ids(dialect: str, column: Column[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the bound ids.

    Parameters
    ----------
    dialect
        Name of the database's dialect.
    column
        The column.
    """
    if dialect == "postgresql":
        return column == any_(bindparam("ids", type_=_Array()))
    return column.in_(each(dialect))


def each(dialect: str, *others: Any) -> Select[Any]:
    """Return the query of the bound ids as rows, each with the other values beside it.

    Parameters
    ----------
    dialect
        `postgresql` or `sqlite`.
    others
        Columns or expressions of the statement.
    """
    if dialect == "postgresql":
        ids = func.unnest(bindparam("ids", type_=_Array()))
        rows = ids.table_valued("value").render_derived()
    else:
        rows = func.json_each(bindparam("ids", type_=String)).table_valued("value")
    return select(rows.c.value, *others)


def bound(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """Return the parameters with which such a statement is executed.

    Parameters
    ----------
    connection
        On which the statement is executed.
    ids
        The ids, in the order wanted.
    """
    if connection.dialect.name == "postgresql":
        return {"ids": _literal(ids)}
    return {"ids": msgspec.json.encode(list(ids)).decode()}


def _literal(ids: Sequence[str]) -> str:
    r"""Write an array of PostgreSQL as it is read there.

    >>> print(_literal(["a", 'b"c']))
    {"a","b\"c"}
    """
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in ids)
    return '{"' + '","'.join(quoted) + '"}' if ids else "{}"


def fetch(
    connection: Connection, query: Select[Any], values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Run a query and return its rows as the driver returns them, as plain tuples.

    Parameters
    ----------
    connection
        Open, for reading.
    query
        A statement with parameters.
    values
        The values of its parameters.
    """
    result = cast(CursorResult[Any], connection.execute(query, values))
    rows: list[tuple[Any, ...]] = cast(Any, result.cursor).fetchall()
    return rows


BoundQuery = tuple[Select[Any], dict[str, Any]]
"""A statement, and the values of its parameters."""


def fetch_all(
    connection: Connection, queries: Sequence[BoundQuery]
) -> list[Iterator[list[tuple[Any, ...]]]]:
    """Run several queries and return the rows of each as plain tuples, part by part.

    Parameters
    ----------
    connection
        Open, for reading, until all rows are read.
    queries
        The statements, each with the values of its parameters.
    """
    if connection.dialect.name != "postgresql":
        results = (cast(CursorResult[Any], connection.execute(*query)) for query in queries)
        return [_parts(result.cursor) for result in results]
    driver: Any = connection.connection.driver_connection
    with driver.pipeline():
        cursors = [
            driver.execute(_compiled(query, connection.dialect), values)
            for query, values in queries
        ]
    return [_parts(cursor) for cursor in cursors]


def _parts(cursor: Any) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(PART_ROWS):
        yield rows


@cache
def _compiled(query: Select[Any], dialect: Dialect) -> str:
    return str(query.compile(dialect=dialect))
