"""Reading what is kept of leads, in columns: for one score and for many alike.

Decided here: a database's rows become columns at once, with no object for each. With the revisions
of a former reading the same is read again, whatever was added since.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, Table, select

from features.records.lead_columns import (
    AccountTold,
    ActivitiesTold,
    ChangesTold,
    ColumnsTold,
    LeadsTold,
    OutcomesTold,
)
from serve.store.id_list import among, bound, fetched_all
from serve.store.tables import ACCOUNTS, ACTIVITIES, CHANGES, LEADS, OUTCOMES

Revisions = Mapping[str, int]
_FIRST: Final = ("lead_id", "revision", "occurred_at", "known_at")
_DONE: Final = ("activity_type", "topic", "direction", "actor", "dwell_seconds", "amount")
_DEAL: Final = ("outcome", "deal_id", "amount")
_CHANGE: Final = ("attribute", "value")
_HANGING: Final = ((ACTIVITIES, _DONE), (OUTCOMES, _DEAL), (CHANGES, _CHANGE))


class Kept(NamedTuple):
    """What is told of some leads, and the revision read of each."""

    told: ColumnsTold
    revisions: dict[str, int]


def kept(connection: Connection, leads: Sequence[Any], revisions: Revisions | None = None) -> Kept:
    """Read all that hangs on some leads.

    Parameters
    ----------
    connection
        In a transaction.
    leads
        Their rows, in any order.
    revisions
        Of a former reading; missing means as the rows say.
    """
    rows = sorted(leads, key=lambda row: row.lead_id)
    read = {row.lead_id: row.revision for row in rows} | dict(revisions or {})
    place = {row.lead_id: n for n, row in enumerate(rows)}
    limit = np.array([read[lead_id] for lead_id in place], np.int64)
    *hanging, accounts = _read(connection, list(place), {row.account_id for row in rows})
    done, deals, changes = (
        _columns(found, len(names), (place, limit))
        for found, (_, names) in zip(hanging, _HANGING, strict=True)
    )
    told = ColumnsTold(
        _leads(rows),
        ActivitiesTold(*done),
        OutcomesTold(*deals),
        _changes(changes),
        {name: AccountTold(known_at, _plain(said)) for name, known_at, said in accounts},
    )
    return Kept(told, read)


def _read(
    connection: Connection, lead_ids: Sequence[str], accounts: set[str | None]
) -> list[list[tuple[Any, ...]]]:
    """Give the rows of each of the tables `_HANGING`, then those of the accounts."""
    dialect, ids = connection.dialect.name, bound(connection, lead_ids)
    asked = [(_selected(dialect, table, names), ids) for table, names in _HANGING]
    account_ids = sorted(one for one in accounts if one)
    if not account_ids:
        return [*fetched_all(connection, asked), []]
    return fetched_all(
        connection, [*asked, (_of_accounts(dialect), bound(connection, account_ids))]
    )


def _leads(rows: Sequence[Any]) -> LeadsTold:
    created_at = np.array([row.created_at for row in rows], np.int64)
    known_at = np.array([row.known_at for row in rows], np.int64)
    return LeadsTold(
        [row.lead_id for row in rows],
        created_at,
        np.maximum(created_at, known_at),
        [row.account_id for row in rows],
        [row.owner_id for row in rows],
        [row.attributes for row in rows],
    )


def _columns(
    rows: Sequence[tuple[Any, ...]],
    others: int,
    wanted: tuple[dict[str, int], NDArray[np.int64]],
) -> tuple[Any, ...]:
    """Give lead, occurred_at, seen_from and the other columns of what the revisions hold."""
    place, limit = wanted
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    lead_id, revision, occurred_at, known_at, *rest = columns or [()] * (len(_FIRST) + others)
    lead = np.fromiter(map(place.__getitem__, lead_id), np.int32, len(rows))
    occurred = np.array(occurred_at, np.int64)
    seen_from = np.maximum(occurred, np.array(known_at, np.int64))
    held = np.array(revision, np.int64) <= limit[lead]
    if not held.all():
        lead, occurred, seen_from = lead[held], occurred[held], seen_from[held]
        stay = held.nonzero()[0].tolist()
        rest = [[column[n] for n in stay] for column in rest]
    return lead, occurred, seen_from, *rest


@cache
def _selected(dialect: str, table: Table, names: tuple[str, ...]) -> Select[Any]:
    columns = [table.c[name] for name in (*_FIRST, *names)]
    return select(*columns).where(among(dialect, table.c.lead_id))


def _changes(columns: tuple[Any, ...]) -> ChangesTold:
    lead, occurred_at, seen_from, attribute, value = columns
    return ChangesTold(
        lead, occurred_at, seen_from, attribute, [msgspec.json.decode(one) for one in value]
    )


def _plain(attributes: Any) -> dict[str, Any]:
    """Give attributes as the driver gave them: SQLite's gives JSON as text."""
    told = msgspec.json.decode(attributes) if isinstance(attributes, str) else attributes
    return dict(told)


@cache
def _of_accounts(dialect: str) -> Select[Any]:
    columns = ACCOUNTS.c.account_id, ACCOUNTS.c.known_at, ACCOUNTS.c.attributes
    return select(*columns).where(among(dialect, ACCOUNTS.c.account_id))


def leads_of(connection: Connection, lead_ids: Sequence[str]) -> list[Any]:
    """Give the rows of the known ones of some leads."""
    query = select(LEADS).where(among(connection.dialect.name, LEADS.c.lead_id), LEADS.c.known)
    return list(connection.execute(query, bound(connection, lead_ids)).all())
