"""Many ids in one statement: PostgreSQL takes them as an array, SQLite as JSON.

Decided here: a statement is made once, whatever the number of ids; they are bound as `ids` when it
is executed, and given on in the order given. PostgreSQL is asked several things at once, as each
way to a server and back takes longer than the answer.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

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


def among(dialect: str, column: Column[Any]) -> ColumnElement[bool]:
    """Say that a column holds one of the ids."""
    if dialect == "postgresql":
        return column == any_(bindparam("ids", type_=ARRAY(String)))
    return column.in_(each(dialect))


def each(dialect: str, *others: Any) -> Select[Any]:
    """Give the ids as rows, each with the other values beside it."""
    if dialect == "postgresql":
        ids = func.unnest(bindparam("ids", type_=ARRAY(String)))
        rows = ids.table_valued("value").render_derived()
    else:
        rows = func.json_each(bindparam("ids", type_=String)).table_valued("value")
    return select(rows.c.value, *others)


def bound(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """Give what is bound when such a statement is executed."""
    if connection.dialect.name == "postgresql":
        return {"ids": list(ids)}
    return {"ids": msgspec.json.encode(list(ids)).decode()}


def fetched(
    connection: Connection, query: Select[Any], values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Give the rows as the driver gives them, without an object around each."""
    result = cast(CursorResult[Any], connection.execute(query, values))
    rows: list[tuple[Any, ...]] = cast(Any, result.cursor).fetchall()
    return rows


Asked = tuple[Select[Any], dict[str, Any]]
"""A statement that was made once, and what is bound in it."""


def fetched_all(connection: Connection, asked: Sequence[Asked]) -> list[list[tuple[Any, ...]]]:
    """Give the rows of several statements as the driver gives them."""
    if connection.dialect.name != "postgresql":
        return [fetched(connection, query, values) for query, values in asked]
    driver: Any = connection.connection.driver_connection
    with driver.pipeline():
        cursors = [
            driver.execute(_written(query, connection.dialect), values) for query, values in asked
        ]
        return [cursor.fetchall() for cursor in cursors]


@cache
def _written(query: Select[Any], dialect: Dialect) -> str:
    return str(query.compile(dialect=dialect))
