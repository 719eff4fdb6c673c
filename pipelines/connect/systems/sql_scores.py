"""Scores in a table of somebody's database: a row a lead, by upsert.

Decided here: the table has the name that the user gives it, and is created if it is not there; a
table of that name with other columns is refused. A row is updated, and inserted where there was
none, in one transaction a batch, so any database of SQLAlchemy serves. A lead that is gone, or
has no score any more, has no row. Nothing else of the database is written.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Engine,
    Float,
    MetaData,
    String,
    Table,
    bindparam,
    cast,
    delete,
    insert,
    inspect,
    select,
    update,
)

from features.errors import BadRequest
from pipelines.connect.crm import Texts
from pipelines.connect.score_fields import FIELDS

KEY: Final = "lead_id"
_KEY_LENGTH: Final = 255
_TEXT_LENGTH: Final = 1_000
_TYPES: Final[Mapping[str, Any]] = {"number": Float(), "text": String(_TEXT_LENGTH), "date": Date()}
_QUERIED: Final = 500


class ScoreTable:
    """The table of scores.

    Parameters
    ----------
    engine
        Of the database.
    place
        The name of the table, with a schema or without.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        schema, _, name = place.rpartition(".")
        self.place = place
        self._engine = engine
        self._table = Table(
            name,
            MetaData(),
            Column(KEY, String(_KEY_LENGTH), primary_key=True),
            *(Column(field, _TYPES[kind]) for field, kind in FIELDS.items()),
            schema=schema or None,
        )
        self._is_there: bool | None = None

    def exists(self) -> bool:
        """Return whether the table is there.

        Raises
        ------
        BadRequest
            If one of the name has other columns.
        """
        if not self._is_there:
            look = inspect(self._engine)
            self._is_there = look.has_table(self._table.name, schema=self._table.schema)
            if self._is_there:
                self._compare(look.get_columns(self._table.name, schema=self._table.schema))
        return self._is_there

    def _compare(self, columns: Sequence[Mapping[str, Any]]) -> None:
        lacking = set(self._table.columns.keys()) - {str(one["name"]) for one in columns}
        if lacking:
            raise BadRequest.of(
                f"a table {self.place} without {', '.join(sorted(lacking))}",
                "the table of scores, or a name that is free",
                "choose another name under `scores` of the connection",
            )

    def create(self) -> list[str]:
        """Create the table if it is not there; return its name then."""
        if self.exists():
            return []
        self._table.create(self._engine)
        self._is_there = True
        return [self.place]

    def shown(self, lead_ids: Sequence[str]) -> dict[str, Texts]:
        """Return the fields of those of some leads that have a row, by lead."""
        if not self.exists():
            return {}
        rows: dict[str, Texts] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(lead_ids), _QUERIED):
                some = lead_ids[start : start + _QUERIED]
                query = select(self._table).where(self._table.c[KEY].in_(some))
                rows |= {str(r[KEY]): _texts(r) for r in connection.execute(query).mappings()}
        return rows

    def write(self, rows: Mapping[str, Texts]) -> None:
        """Write the fields of leads; one without any loses its row. All of them, or none."""
        self.create()
        gone = [one for one, fields in rows.items() if not any(fields.values())]
        values = [{KEY: one, **_values(rows[one])} for one in rows if one not in set(gone)]
        with self._engine.begin() as connection:
            there = self._there(connection, list(rows))
            new = [one for one in values if one[KEY] not in there]
            known = [{"key": one[KEY], **one} for one in values if one[KEY] in there]
            if new:
                connection.execute(insert(self._table), new)
            if known:
                one = update(self._table).where(self._table.c[KEY] == bindparam("key"))
                connection.execute(one, [{k: v for k, v in r.items() if k != KEY} for r in known])
            if gone:
                connection.execute(delete(self._table).where(self._table.c[KEY].in_(gone)))

    def _there(self, connection: Connection, lead_ids: list[str]) -> set[str]:
        query = select(self._table.c[KEY]).where(self._table.c[KEY].in_(lead_ids))
        return {str(one) for one in connection.execute(query).scalars()}

    def sweep(self, lead_ids: Column[Any]) -> None:
        """Remove the rows of leads that are no longer in the table of the leads.

        Parameters
        ----------
        lead_ids
            The column of the ids in that table.
        """
        if self.exists():
            present = select(cast(lead_ids, String(_KEY_LENGTH)))
            gone = delete(self._table).where(self._table.c[KEY].not_in(present))
            with self._engine.begin() as connection:
                connection.execute(gone)

    def try_to_write(self) -> None:
        """Insert a row and take it back, to see whether the right is there."""
        if self.exists():
            with self._engine.connect() as connection:
                connection.execute(insert(self._table), [{KEY: "mikomi connect check"}])
                connection.rollback()


def _values(fields: Texts) -> dict[str, Any]:
    return {name: _value(kind, fields.get(name, "")) for name, kind in FIELDS.items()}


def _value(kind: str, text: str) -> Any:
    if text == "":
        return None
    if kind == "number":
        return float(text)
    return date.fromisoformat(text) if kind == "date" else text


def _texts(row: Mapping[Any, Any]) -> Texts:
    return {name: _text(row[name]) for name in FIELDS}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return value.isoformat() if isinstance(value, date) else str(value)
