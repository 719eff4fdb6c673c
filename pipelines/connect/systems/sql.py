"""A database as a system: any table with an id and a column that grows with changes, by SQLAlchemy.

Decided here: rows are read in the order of (changed, id) after the last row, so any database
serves. Rows of one transaction can appear late, so each pull begins at the last value again, and
the daily comparison finds what appeared even later. Reading needs no more than the right to select.
Scores are written if the connection names a table for them; `mikomi connect push` fills it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Engine, MetaData, Select, Table, and_, create_engine, or_, select
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from features.errors import BadRequest, Fault, MikomiError
from pipelines.connect.connection import Connection
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Page, Record, Roll, Texts
from pipelines.connect.rest_client import CallRefused, SystemUnavailable
from pipelines.connect.systems.sql_scores import ScoreTable

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
        self._scores = ScoreTable(self._engine, connection.scores) if connection.scores else None

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
        records = self._records(table, rows)
        return Page(records, msgspec.json.encode(place).decode(), more, certain=True)

    def roll(self, table: str, after: str | None) -> Roll:  # noqa: ARG002 - one part
        """Return ids and fingerprints of all rows; see `Crm`."""
        rows = self._rows(table, select(self._table(table)))
        self._sweep(table)
        return Roll({one.record_id: one.version for one in self._records(table, rows)}, None)

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of up to 500 rows that exist; see `Crm`."""
        _, key = self._columns(table)
        whole = key.type.python_type is int
        ids = [int(one) if whole else one for one in record_ids if not whole or one.isdigit()]
        rows = self._rows(table, select(self._table(table)).where(key.in_(ids)))
        if len(rows) < len(ids):
            self._sweep(table)
        return self._records(table, rows)

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Write the scores of up to 500 leads, all or none; see `Crm`.

        Raises
        ------
        BadRequest
            If the connection names no table for scores, or the database refuses them.
        """
        if self._scores is None:
            raise BadRequest.of(
                f"{len(rows)} scores for a SQL connection without a table for them",
                "the name of a table under `scores`",
                "add it to the connection's file, as in `scores: sales.mikomi_scores`",
            )
        try:
            self._scores.write(rows)
        except (DataError, IntegrityError) as error:
            raise self._refused_rows(error) from None
        except SQLAlchemyError as error:
            raise self._refused(self._scores.place, error) from None
        return {}

    def faults(self) -> list[Fault]:
        """Try to read every table; see `Crm`."""
        faults: list[Fault] = []
        for table in self.tables:
            try:
                self.changes(table, None)
            except MikomiError as error:
                faults += error.faults
        return faults + self._faults_of_scores()

    def _faults_of_scores(self) -> list[Fault]:
        if self._scores is None:
            return []
        try:
            self._scores.try_to_write()
        except MikomiError as error:
            return list(error.faults)
        except SQLAlchemyError as error:
            return list(self._refused(self._scores.place, error).faults)
        return []

    def prepare(self) -> list[str]:
        """Create the table of scores if it is named and missing; see `Crm`."""
        if self._scores is None:
            return []
        try:
            return self._scores.create()
        except SQLAlchemyError as error:
            raise self._refused(self._scores.place, error) from None

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

    def _records(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[Record]:
        """Return rows as records; a version is of the values and of the score that is shown."""
        ids = [_text(row[str(self._tables[table].key)]) for row in rows]
        shown = self._shown(ids) if table == self.lead_table else {}
        return [
            self._record(one, row, shown.get(one, {})) for one, row in zip(ids, rows, strict=True)
        ]

    def _sweep(self, table: str) -> None:
        """Remove the scores of leads that are gone; see `ScoreTable.sweep`."""
        if self._scores is None or table != self.lead_table:
            return
        try:
            self._scores.sweep(self._columns(table)[1])
        except SQLAlchemyError as error:
            raise self._refused(self._scores.place, error) from None

    def _shown(self, lead_ids: Sequence[str]) -> Mapping[str, Texts]:
        if self._scores is None:
            return {}
        try:
            return self._scores.shown(lead_ids)
        except SQLAlchemyError as error:
            raise self._refused(self._scores.place, error) from None

    def _record(self, record_id: str, row: Mapping[str, Any], shown: Texts) -> Record:
        values = {str(name): _text(value) for name, value in row.items()}
        digest = hashlib.sha256(msgspec.json.encode([values, dict(shown)] if shown else values))
        return Record(record_id, int.from_bytes(digest.digest()[:7], "big"), values, shown)

    def _refused_rows(self, error: Exception) -> CallRefused:
        words = self._secrets.without_secrets(str(error).splitlines()[0][:300])
        refused = CallRefused([Fault(words, "values that the table takes", "look at its columns")])
        refused.status = 422
        return refused

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
