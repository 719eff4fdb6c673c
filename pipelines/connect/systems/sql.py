"""A database as a system: any table with an id and a column that grows with changes, by SQLAlchemy.

Decided here: rows are read in the order of (changed, id) after the last row, so any database
serves. Rows of one transaction can appear late, so each pull begins at the last value again, and
the daily comparison finds what appeared even later. Scores are not written into it: `mikomi score
--out` does that. Reading needs no more than the right to select.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Engine, MetaData, Select, Table, and_, create_engine, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from features.errors import BadRequest, Fault, MikomiError
from pipelines.connect.connection import Connection
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Page, Record, Roll, Texts
from pipelines.connect.rest_client import SystemUnavailable

SECRETS: Final = ("URL",)
"""The address of the database, with its password."""
_PAGE: Final = 2_000


class _Cursor(msgspec.Struct):
    """The last row: its values of the growing column and of the id, with how they are read."""

    at: str | int | float | None = None
    id: str | int | None = None
    is_time: bool = False


class SqlDatabase:
    """A database.

    Parameters
    ----------
    connection
        Its tables name their id (`key`) and the column that grows (`changed`).
    secrets
        With URL.
    """

    read_batch = 500
    write_batch = 500

    def __init__(self, connection: Connection, secrets: Credentials) -> None:
        self._secrets = secrets
        self._tables = dict(connection.tables)
        self.tables = tuple(self._tables)
        self.lead_table = connection.lead_table
        self._reflected: dict[str, Table] = {}
        try:
            self._engine: Engine = create_engine(
                secrets.reveal("URL"), hide_parameters=True, poolclass=NullPool
            )
        except (SQLAlchemyError, ImportError) as error:
            raise self._refused("its URL", error) from None

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def changes(self, table: str, cursor: str | None) -> Page:
        """Return up to 2,000 rows that changed after a cursor; see `Crm`."""
        place = _Cursor() if cursor is None else msgspec.json.decode(cursor, type=_Cursor)
        changed, key = self._columns(table)
        query = select(self._table(table)).order_by(changed, key).limit(_PAGE)
        if place.at is not None:
            at = datetime.fromisoformat(str(place.at)) if place.is_time else place.at
            same = changed == at
            after = changed > at
            query = query.where(
                or_(after, and_(same, key > place.id)) if place.id is not None else or_(after, same)
            )
        rows = self._rows(table, query.where(changed.is_not(None)))
        more = len(rows) == _PAGE
        if rows:
            last, record_id = rows[-1][changed.name], rows[-1][key.name]
            is_time = isinstance(last, datetime)
            at = last.isoformat() if is_time else last
            place = _Cursor(at, record_id if more else None, is_time)
        records = [self._record(table, row) for row in rows]
        return Page(records, msgspec.json.encode(place).decode(), more, certain=True)

    def roll(self, table: str, after: str | None) -> Roll:  # noqa: ARG002 - one part
        """Return ids and fingerprints of all rows; see `Crm`."""
        rows = self._rows(table, select(self._table(table)))
        return Roll(
            {one.record_id: one.version for one in (self._record(table, r) for r in rows)}, None
        )

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of up to 500 rows that exist; see `Crm`."""
        _, key = self._columns(table)
        whole = key.type.python_type is int
        ids = [int(one) if whole else one for one in record_ids if not whole or one.isdigit()]
        rows = self._rows(table, select(self._table(table)).where(key.in_(ids)))
        return [self._record(table, row) for row in rows]

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Refuse: scores are written into a table of their own by `mikomi score --out`."""
        raise BadRequest.of(
            f"{len(rows)} scores for a SQL connection", "a CRM", "see `mikomi score --out`"
        )

    def faults(self) -> list[Fault]:
        """Try to read every table; see `Crm`."""
        faults: list[Fault] = []
        for table in self.tables:
            try:
                self.changes(table, None)
            except MikomiError as error:
                faults += error.faults
        return faults

    def prepare(self) -> list[str]:
        """Return nothing: no fields are written."""
        return []

    def _rows(self, table: str, query: Select[Any]) -> list[Mapping[str, Any]]:
        try:
            with self._engine.connect() as connection:
                return [dict(row) for row in connection.execute(query).mappings()]
        except SQLAlchemyError as error:
            raise self._refused(table, error) from None

    def _table(self, table: str) -> Table:
        if table not in self._reflected:
            schema, _, name = str(self._tables[table].place).rpartition(".")
            try:
                self._reflected[table] = Table(
                    name, MetaData(), schema=schema or None, autoload_with=self._engine
                )
            except SQLAlchemyError as error:
                raise self._refused(table, error) from None
        return self._reflected[table]

    def _columns(self, table: str) -> tuple[Column[Any], Column[Any]]:
        made, named = self._table(table), self._tables[table]
        wanted = (str(named.changed), str(named.key))
        lacking = [name for name in wanted if name not in made.columns]
        if lacking:
            raise BadRequest.of(
                f"no column {', '.join(map(str, lacking))} in {named.place}",
                f"one of {', '.join(made.columns.keys())[:200]}",
                "correct the connection's file",
            )
        return made.columns[str(named.changed)], made.columns[str(named.key)]

    def _record(self, table: str, row: Mapping[str, Any]) -> Record:
        values = {str(name): _text(value) for name, value in row.items()}
        digest = hashlib.sha256(msgspec.json.encode(values)).digest()
        record_id = _text(row[str(self._tables[table].key)])
        return Record(record_id, int.from_bytes(digest[:7], "big"), values)

    def _refused(self, what: str, error: Exception) -> MikomiError:
        words = self._secrets.without_secrets(str(error).splitlines()[0][:300])
        return SystemUnavailable.of(
            f"{what}: {type(error).__name__} {words}", "a database that answers", "correct URL"
        )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)
