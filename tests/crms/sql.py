"""A database of somebody else's, in a file: rows with an id and a column that grows with
changes."""

import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, inspect, text

from tests.crms.stand_in import Faults, StandIn, Stored


class SqlStandIn(StandIn):
    """A table of deals."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.tables = {"deals": {}}
        self._folder = tempfile.TemporaryDirectory()
        self.url = f"sqlite:///{Path(self._folder.name) / 'crm.db'}"
        self._engine = create_engine(self.url)
        event.listen(self._engine, "connect", _do_not_wait)
        self._do(
            "create table deals (id integer primary key, stage text, size integer, changed integer)"
        )

    def close(self) -> None:
        self._engine.dispose()
        self._folder.cleanup()

    def _do(self, statement: str, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(statement), values)

    def create(self, table: str, values: dict[str, Any]) -> str:
        record_id = str(max((int(one) for one in self.tables[table]), default=0) + 1 + self.calls)
        self.calls += 1
        self.tables[table][record_id] = Stored(record_id, dict(values), self.ms, self.ms)
        statement = "insert into deals values (:id, :stage, :size, :changed)"
        self._do(statement, id=int(record_id), changed=self.ms // 1000, **values)
        return record_id

    def update(self, table: str, record_id: str, values: dict[str, Any]) -> None:
        super().update(table, record_id, values)
        statement = (
            "update deals set stage = :stage, size = :size, changed = :changed where id = :id"
        )
        self._do(statement, id=int(record_id), changed=self.ms // 1000, **values)

    def delete(self, table: str, record_id: str) -> None:
        super().delete(table, record_id)
        self._do("delete from deals where id = :id", id=int(record_id))

    def shown(self, one: Stored) -> dict[str, str]:
        """Return the score of a deal as the table has it."""
        with self._engine.connect() as connection:
            if not inspect(connection).has_table("lead_scores"):
                return {}
            query = text("select * from lead_scores where lead_id = :id")
            row = connection.execute(query, {"id": one.record_id}).mappings().one_or_none()
        values = {} if row is None else dict(row)
        return {n: "" if v is None else str(v) for n, v in values.items() if n != "lead_id"}


def _do_not_wait(connection: Any, _record: Any) -> None:
    connection.execute("pragma synchronous = off")
    connection.execute("pragma journal_mode = memory")
