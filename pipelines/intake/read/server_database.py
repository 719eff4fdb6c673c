"""The store of the server as a source: what a CRM has sent becomes the next training data.

Decided here: no mapping is written, for the store's words are the canonical ones; it is read by its
tables alone. Moments are microseconds, kept exactly. Words, numbers and kinds are read as the
champion reads them. An attribute that it does not know is a number if more of its values were sent
as numbers than as words, else a category; one value never decides, and those that do not fit are
counted by the check of unreadable numbers. One that is protected is left out. Only known leads
are read; what waits for its lead goes to the quarantine like any row without a lead.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadTables, Fault
from features.reading.normalize import written
from features.reading.numbers import number
from features.reading.reading import PLAIN, RecordReading
from features.reading.values import ValueReading
from features.tables import ACCOUNTS, LEADS, SPECS
from features.timeline import MOMENT_DTYPE, from_moments
from pipelines.intake.mapping.protected import is_protected
from pipelines.intake.mapping.schema import Kind
from pipelines.intake.mapping.schema import Mapping as MappingFile
from pipelines.intake.read.databases import first_line, opened, safe_place
from pipelines.intake.read.readable import Input, Piece

NAME: Final = "store"
_DO: Final = "correct --server-database"
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {name: SPECS[name].names for name in SPECS}
_SPREAD: Final = ("leads", "accounts")
_FROM: Final = {
    "leads": "leads where known order by lead_id",
    "activities": "activities",
    "outcomes": "outcomes",
    "accounts": "accounts order by account_id",
    "attribute_changes": "attribute_changes order by change_id",
}
_QUERIES: Final = {
    name: f"select {', '.join([*_COLUMNS[name], *(['attributes'] * (name in _SPREAD))])} from {rest}"  # noqa: S608, E501 - names of ours
    for name, rest in _FROM.items()
}
_TIMES: Final = ("created_at", "occurred_at", "known_at")
_Readings = Mapping[str, ValueReading]


@dataclass(frozen=True)
class ServerStore:
    """A store that is ready to be read: how it is mapped, and the readers of its tables."""

    mapping: MappingFile
    readers: dict[str, "StoreReader"]
    reading: RecordReading


def look(url: str, until: pd.Timestamp | None, reading: RecordReading = PLAIN) -> ServerStore:
    """Read which attributes a store holds, and make its readers.

    Parameters
    ----------
    url
        The address of its database.
    until
        The moment until which it is complete: now.
    reading
        How its records are written: that of the champion or of the mapping.

    Raises
    ------
    BadTables
        If it cannot be reached, or is no store.
    """
    engine = opened(url, _DO)
    try:
        changed = _fetched(engine, "select attribute, value from attribute_changes", 10_000)
        later = [(str(name), _json_cell(value)) for name, value in changed]
        leads = _readings_of("leads", engine, later, reading.attributes)
        accounts = _readings_of("accounts", engine, (), reading.account_attributes)
    except SQLAlchemyError as error:
        raise _unreadable(url, error) from error
    finally:
        engine.dispose()
    reading = replace(reading, attributes=leads, account_attributes=accounts)
    attributes = {"leads": leads, "accounts": accounts, "attribute_changes": leads}
    readers = {name: StoreReader(name, url, attributes.get(name, {})) for name in _QUERIES}
    return ServerStore(_mapping(url, reading, until), readers, reading)


class StoreReader:
    """One table of a store, read piece by piece; what a `Reader` is for a mapping."""

    def __init__(self, name: str, url: str, attributes: _Readings) -> None:
        self.name = name
        self._url = url
        self._attributes = attributes

    def columns(self) -> tuple[str, ...]:
        """Name the columns, attributes among them."""
        spread = self._attributes if self.name in _SPREAD else ()
        return (*_COLUMNS[self.name], *spread)

    def estimated_rows(self) -> int:
        """Count the rows."""
        query = f"select count(*) from {self.name}"  # noqa: S608 - a name of ours
        return sum(int(row[0]) for row in self._rows(query, 1))

    def pieces(self, rows: int) -> Iterator[Piece]:
        """Read the table, at most `rows` rows at a time; one piece at least."""
        before, some = 0, False
        for batch in self._batches(rows):
            yield Piece(self._frame(batch), self.name, before + 1, before)
            before, some = before + len(batch), True
        if not some:
            yield Piece(self._frame([]), self.name, 1, 0)

    def inputs(self) -> list[Input]:
        """List what is read: the query, by the hash of its text."""
        place = safe_place(self._url)
        query = f"{place}\n{_QUERIES[self.name]}".encode()
        return [Input(self.name, place, hashlib.sha256(query).hexdigest())]

    def _batches(self, size: int) -> Iterator[list[tuple[Any, ...]]]:
        batch: list[tuple[Any, ...]] = []
        for row in self._rows(_QUERIES[self.name], min(size, 50_000)):
            batch.append(row)
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    def _rows(self, query: str, at_once: int) -> Iterator[tuple[Any, ...]]:
        engine = opened(self._url, _DO)
        try:
            yield from _fetched(engine, query, at_once)
        except SQLAlchemyError as error:
            raise _unreadable(self._url, error) from error
        finally:
            engine.dispose()

    def _frame(self, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
        names = [*_COLUMNS[self.name], *(["attributes"] * (self.name in _SPREAD))]
        columns = dict(
            zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)
        )
        attributes = [_json_cell(cell) for cell in columns.pop("attributes", ())]
        frame = {name: _column(name, cells) for name, cells in columns.items()}
        if self.name == "attribute_changes":
            frame["value"] = _texts(map(_json_cell, columns["value"]))
        for name, stated in self._attributes.items() if self.name in _SPREAD else ():
            values = [one.get(name) for one in attributes]
            frame[name] = _values(values, stated)
        return pd.DataFrame(frame)


def _column(name: str, cells: Iterable[Any]) -> pd.Series:
    if name in _TIMES:
        return _moments(list(cells))
    if name in ("dwell_seconds", "amount"):
        return _numbers(cells)
    return _texts(cells)


def _moments(cells: list[int | None]) -> pd.Series:
    there = np.array([cell is not None for cell in cells], np.bool_)
    moments = np.array([cell or 0 for cell in cells], np.int64)
    return from_moments(moments).astype(MOMENT_DTYPE).where(there)


def _numbers(cells: Iterable[Any]) -> pd.Series:
    values = [np.nan if cell is None else float(cell) for cell in cells]
    return pd.Series(values, dtype="float64")


def _values(cells: list[Any], stated: ValueReading) -> pd.Series:
    """Return the values of an attribute; numbers among texts are written as the texts are."""
    if stated.kind != "number":
        return _texts(cells)
    if not any(isinstance(cell, str) for cell in cells):
        return _numbers(cells)
    return pd.Series([_number_text(cell, stated.decimal) for cell in cells], dtype="str")


def _number_text(cell: Any, decimal: str) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return repr(float(cell)).replace(".", decimal)


def _texts(cells: Iterable[Any]) -> pd.Series:
    return pd.Series([written(cell) for cell in cells], dtype="str")


def _json_cell(cell: Any) -> Any:
    """Read a JSON cell, which some drivers have read already."""
    return json.loads(cell) if isinstance(cell, str) else cell


def _readings_of(
    table: str, engine: Engine, more: Iterable[tuple[str, Any]], stated: _Readings
) -> _Readings:
    """Return the attributes of a table and how each is read."""
    listed = {"leads": LEADS, "accounts": ACCOUNTS}[table].names
    votes: dict[str, Counter[str]] = {}
    for row in _fetched(engine, _QUERIES[table], 10_000):
        for name, value in _json_cell(row[-1]).items():
            votes.setdefault(name, Counter())[_vote(value)] += 1
    for name, value in more:
        votes.setdefault(name, Counter())[_vote(value)] += 1
    return {
        name: stated.get(name) or ValueReading(_kind(votes[name]))
        for name in sorted(votes)
        if name not in listed and not is_protected(name) and votes[name].keys() != {""}
    }


def _vote(value: Any) -> str:
    """Return which kind a value speaks for; nothing, if it is missing or a number as text."""
    if isinstance(value, str):
        text = value.strip()
        return "" if not text or number(text) == number(text) else "category"
    if value is None:
        return ""
    return "category" if isinstance(value, bool) else "number"


def _kind(votes: Counter[str]) -> Kind:
    return "number" if votes["number"] > votes["category"] else "category"


def _fetched(engine: Engine, query: str, at_once: int) -> Iterator[tuple[Any, ...]]:
    with (
        engine.connect().execution_options(stream_results=True) as connection,
        connection.execute(text(query)) as result,
    ):
        while rows := result.fetchmany(at_once):
            yield from map(tuple, rows)


def _mapping(url: str, reading: RecordReading, until: pd.Timestamp | None) -> MappingFile:
    tables: dict[str, list[dict[str, Any]]] = {
        table: [{"source": table, "columns": _columns(table, reading)}] for table in _QUERIES
    }
    tables["leads"][0]["attributes"] = _rules(reading.attributes)
    tables["accounts"][0]["attributes"] = _rules(reading.account_attributes)
    whole = {
        "name": NAME,
        "sources": {name: {"url": url, "query": query} for name, query in _QUERIES.items()},
        "observed_until": None if until is None else until.isoformat(),
        "times": {"zone": reading.zone},
        "stages": reading.stages,
        "outcome_activities": reading.outcome_activities,
        **tables,
    }
    return MappingFile.model_validate_json(json.dumps(whole))


def _columns(table: str, reading: RecordReading) -> dict[str, dict[str, Any]]:
    """Return the columns of a table and how their words are read; moments are exact already."""
    columns: dict[str, dict[str, Any]] = {}
    for name in _COLUMNS[table]:
        stated = reading.column(table, name)
        columns[name] = {"column": name} | ({"day": "start"} if name in _TIMES else {})
        if stated is not None and stated.kind == "category":
            columns[name] |= {"values": dict(stated.values), "missing_values": stated.missing}
    if table == "outcomes" and reading.outcomes is not None:
        columns["outcome"]["values"] = dict(reading.outcomes)
    return columns


def _rules(attributes: _Readings) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "kind": stated.kind,
            "values": dict(stated.values),
            "missing_values": stated.missing,
            "decimal": stated.decimal,
        }
        for name, stated in attributes.items()
    }


def _unreadable(url: str, error: SQLAlchemyError) -> BadTables:
    observed = f"{safe_place(url)}: {first_line(error)}"
    return BadTables([Fault(observed, "the database of a mikomi server", _DO)])
