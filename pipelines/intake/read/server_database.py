"""The store of the server as a source: what a CRM has sent becomes the next training data.

Decided here: no mapping is written, for the store's words are the canonical ones; it is read by its
tables alone. Moments are microseconds, kept exactly. An attribute is a number if every value ever
known of it is one, else a category, its values written as the server compares them; one that is
protected is left out. Only known leads
are read; what waits for its lead goes to the quarantine like any row without a lead.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from features.errors import BadTables, Fault
from features.reading.normalize import written
from features.tables import ACCOUNTS, LEADS, SPECS
from features.timeline import MOMENT_DTYPE, from_moments
from pipelines.intake.mapping.protected import is_protected
from pipelines.intake.mapping.schema import Kind, Mapping
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
_Kinds = dict[str, Kind]


@dataclass(frozen=True)
class ServerStore:
    """A store that is ready to be read: how it is mapped, and the readers of its tables."""

    mapping: Mapping
    readers: dict[str, "StoreReader"]


def look(url: str, until: pd.Timestamp | None) -> ServerStore:
    """Read which attributes a store holds, and make its readers.

    Parameters
    ----------
    url
        The address of its database.
    until
        The moment until which it is complete: now.

    Raises
    ------
    BadTables
        If it cannot be reached, or is no store.
    """
    engine = opened(url, _DO)
    try:
        changed = _fetched(engine, "select attribute, value from attribute_changes", 10_000)
        leads = _kinds_of(
            "leads", engine, [(str(name), _json_cell(value)) for name, value in changed]
        )
        accounts = _kinds_of("accounts", engine, ())
    except SQLAlchemyError as error:
        raise _unreadable(url, error) from error
    finally:
        engine.dispose()
    kinds = {"leads": leads, "accounts": accounts}
    readers = {name: StoreReader(name, url, kinds.get(name, {})) for name in _QUERIES}
    return ServerStore(_mapping(url, leads, accounts, until), readers)


class StoreReader:
    """One table of a store, read piece by piece; what a `Reader` is for a mapping."""

    def __init__(self, name: str, url: str, kinds: _Kinds) -> None:
        self.name = name
        self._url = url
        self._kinds = kinds

    def columns(self) -> tuple[str, ...]:
        """Name the columns, attributes among them."""
        return (*_COLUMNS[self.name], *self._kinds)

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
        for name, kind in self._kinds.items():
            values = [one.get(name) for one in attributes]
            frame[name] = _numbers(values) if kind == "number" else _texts(values)
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


def _texts(cells: Iterable[Any]) -> pd.Series:
    return pd.Series([written(cell) for cell in cells], dtype="str")


def _json_cell(cell: Any) -> Any:
    """Read a JSON cell, which some drivers have read already."""
    return json.loads(cell) if isinstance(cell, str) else cell


def _kinds_of(table: str, engine: Engine, more: Iterable[tuple[str, Any]]) -> _Kinds:
    """Return the attributes of a table with their kinds."""
    listed = {"leads": LEADS, "accounts": ACCOUNTS}[table].names
    kinds: _Kinds = {}
    for row in _fetched(engine, _QUERIES[table], 10_000):
        for name, value in _json_cell(row[-1]).items():
            _note_kind(kinds, name, value)
    for name, value in more:
        _note_kind(kinds, name, value)
    return {
        name: kind
        for name, kind in sorted(kinds.items())
        if name not in listed and not is_protected(name)
    }


def _note_kind(kinds: _Kinds, name: str, value: Any) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not is_number:
        kinds[name] = "category"
    elif is_number:
        kinds.setdefault(name, "number")


def _fetched(engine: Engine, query: str, at_once: int) -> Iterator[tuple[Any, ...]]:
    with (
        engine.connect().execution_options(stream_results=True) as connection,
        connection.execute(text(query)) as result,
    ):
        while rows := result.fetchmany(at_once):
            yield from map(tuple, rows)


def _mapping(url: str, leads: _Kinds, accounts: _Kinds, until: pd.Timestamp | None) -> Mapping:
    def rule(table: str) -> dict[str, Any]:
        return {"source": table, "columns": {name: {"column": name} for name in _COLUMNS[table]}}

    tables = {name: [rule(name)] for name in _QUERIES}
    tables["leads"][0]["attributes"] = leads
    tables["accounts"][0]["attributes"] = accounts
    whole = {
        "name": NAME,
        "sources": {name: {"url": url, "query": query} for name, query in _QUERIES.items()},
        "observed_until": None if until is None else until.isoformat(),
        **tables,
    }
    return Mapping.model_validate_json(json.dumps(whole))


def _unreadable(url: str, error: SQLAlchemyError) -> BadTables:
    observed = f"{safe_place(url)}: {first_line(error)}"
    return BadTables([Fault(observed, "the database of a mikomi server", _DO)])
