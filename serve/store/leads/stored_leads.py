"""Read stored leads with their records in columns, for one score or for many.

Decided here: the rows of the database become columns directly, without an object for each, and part
by part, because no other thread has its turn while very many rows change into columns. With the
revisions of a former reading the same is read again, whatever was added since.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Table, select

from features.records.lead_columns import (
    AccountColumns,
    ActivityColumns,
    ChangeColumns,
    LeadColumns,
    OutcomeColumns,
    StoredColumns,
)
from serve.store.id_list import bound, fetch_all, in_ids
from serve.store.tables import ACCOUNTS, ACTIVITIES, CHANGES, LEADS, OUTCOMES

Revisions = Mapping[str, int]
Rows = list[tuple[Any, ...]]
_NONE: Final = np.empty(0, np.int64)
_FIRST: Final = ("lead_id", "revision", "occurred_at", "known_at")
_DONE: Final = ("activity_type", "topic", "direction", "actor", "dwell_seconds", "amount", "text")
_DEAL: Final = ("outcome", "deal_id", "amount", "reason")
_CHANGE: Final = ("attribute", "value")
_REPEATED: Final = frozenset({"activity_type", "topic", "direction", "actor", "attribute"})
"""Columns of few texts: each stands in memory once, which is freed in no time."""
_TOGETHER: Final = 256
_HANGING: Final = ((ACTIVITIES, _DONE), (OUTCOMES, _DEAL), (CHANGES, _CHANGE))


class LeadsRead(NamedTuple):
    """Some leads with their records, and the revision read of each."""

    columns: StoredColumns
    revisions: dict[str, int]


def read_leads(
    connection: Connection, leads: Sequence[Any], revisions: Revisions | None = None
) -> LeadsRead:
    """Read all records of some leads.

    Parameters
    ----------
    connection
        In a transaction.
    leads
        Their rows, in any order.
    revisions
        The revision of each lead in a former reading; missing means that of its row.
    """
    rows = sorted(leads, key=lambda row: row.lead_id)
    read = {row.lead_id: row.revision for row in rows} | dict(revisions or {})
    place = {row.lead_id: n for n, row in enumerate(rows)}
    limit = np.array([read[lead_id] for lead_id in place], np.int64)
    *hanging, accounts = _read(connection, list(place), {row.account_id for row in rows})
    done, deals, changes = (
        _columns(of_table, names, (place, limit))
        for of_table, (_, names) in zip(hanging, _HANGING, strict=True)
    )
    columns = StoredColumns(
        _leads(rows),
        ActivityColumns(*done),
        OutcomeColumns(*deals),
        _changes(changes),
        {
            name: AccountColumns(known_at, _plain(raw))
            for part in accounts
            for name, known_at, raw in part
        },
    )
    return LeadsRead(columns, read)


def _read(
    connection: Connection, lead_ids: Sequence[str], accounts: set[str | None]
) -> Sequence[Iterable[Rows]]:
    """Return the rows of each of the tables `_HANGING`, then those of the accounts."""
    dialect, ids = connection.dialect.name, bound(connection, lead_ids)
    queries = [(_selected(dialect, table, names), ids) for table, names in _HANGING]
    account_ids = sorted(one for one in accounts if one)
    if not account_ids:
        return [*fetch_all(connection, queries), []]
    return fetch_all(
        connection, [*queries, (_of_accounts(dialect), bound(connection, account_ids))]
    )


def _leads(rows: Sequence[Any]) -> LeadColumns:
    created_at = np.array([row.created_at for row in rows], np.int64)
    known_at = np.array([row.known_at for row in rows], np.int64)
    return LeadColumns(
        [row.lead_id for row in rows],
        created_at,
        np.maximum(created_at, known_at),
        [row.account_id for row in rows],
        [row.owner_id for row in rows],
        [row.attributes for row in rows],
    )


def _columns(
    parts: Iterable[Rows],
    names: Sequence[str],
    wanted: tuple[dict[str, int], NDArray[np.int64]],
) -> tuple[Any, ...]:
    """Return the columns of the rows that the revisions hold.

    Parameters
    ----------
    parts
        The rows of one table: `_FIRST`, then the other columns.
    names
        Of the other columns.
    wanted
        The number of each lead, and the revision up to which its rows count, by that number.

    Returns
    -------
    Lead number, `occurred_at`, the moment from which a row is visible, and the other columns.
    """
    once: dict[str | None, str | None] = {}
    numbers = [(np.empty(0, np.int32), _NONE, _NONE)]
    rest: list[list[Any]] = [[] for _ in names]
    for rows in parts:
        of_part, texts = _held(rows, wanted)
        numbers.append(of_part)
        for name, column, part in zip(names, rest, texts, strict=True):
            column.extend(map(once.setdefault, part, part) if name in _REPEATED else part)
    return *(np.concatenate(column) for column in zip(*numbers, strict=True)), *rest


def _held(
    rows: Rows, wanted: tuple[dict[str, int], NDArray[np.int64]]
) -> tuple[tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]], Sequence[Sequence[Any]]]:
    """Return the numbers and the other columns of some rows; see `_columns`."""
    place, limit = wanted
    lead_id, revision, occurred_at, known_at, *rest = _turned(rows)
    lead = np.fromiter(map(place.__getitem__, lead_id), np.int32, len(rows))
    occurred = np.array(occurred_at, np.int64)
    visible_from = np.maximum(occurred, np.array(known_at, np.int64))
    held = np.array(revision, np.int64) <= limit[lead]
    if held.all():
        return (lead, occurred, visible_from), rest
    indices = held.nonzero()[0].tolist()
    numbers = lead[held], occurred[held], visible_from[held]
    return numbers, [[column[n] for n in indices] for column in rest]


def _turned(rows: Rows) -> list[list[Any]]:
    """Return the columns of rows, some rows at a time: all at once would leave the fast memory."""
    columns: list[list[Any]] = [[] for _ in rows[0]]
    for begin in range(0, len(rows), _TOGETHER):
        turned = zip(*rows[begin : begin + _TOGETHER], strict=True)
        for column, part in zip(columns, turned, strict=True):
            column.extend(part)
    return columns


@cache
def _selected(dialect: str, table: Table, names: tuple[str, ...]) -> Select[Any]:
    columns = [table.c[name] for name in (*_FIRST, *names)]
    return select(*columns).where(in_ids(dialect, table.c.lead_id))


def _changes(columns: tuple[Any, ...]) -> ChangeColumns:
    lead, occurred_at, visible_from, attribute, value = columns
    return ChangeColumns(
        lead, occurred_at, visible_from, attribute, [msgspec.json.decode(one) for one in value]
    )


def _plain(attributes: Any) -> dict[str, Any]:
    """Return attributes as a dict; the driver of SQLite returns JSON as text."""
    return dict(msgspec.json.decode(attributes) if isinstance(attributes, str) else attributes)


@cache
def _of_accounts(dialect: str) -> Select[Any]:
    columns = ACCOUNTS.c.account_id, ACCOUNTS.c.known_at, ACCOUNTS.c.attributes
    return select(*columns).where(in_ids(dialect, ACCOUNTS.c.account_id))


def leads_of(connection: Connection, lead_ids: Sequence[str]) -> list[Any]:
    """Return the rows of those of some leads that are known.

    Parameters
    ----------
    connection
        Open, for reading.
    lead_ids
        Normalised ids, in any order.
    """
    query = select(LEADS).where(in_ids(connection.dialect.name, LEADS.c.lead_id), LEADS.c.known)
    return list(connection.execute(query, bound(connection, lead_ids)).all())
