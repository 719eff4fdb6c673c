"""The ranking of accounts: those with open leads, the most probable first, with what carries them.

Decided here: the row of an account is written in the transaction that writes the rows of its leads,
from all of them, so it never contradicts them. It names no lead: which leads carry the account, and
with what share, follows from their rows and the exponent in this one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import Connection, Engine, column, delete, func, select, tuple_

from features.reading.normalize import folded
from models.model.account_rule import AccountRule
from models.model.reference import BANDS
from serve.store.account_tables import ACCOUNT_RANKING
from serve.store.bound_rows import bound_rows, recordset
from serve.store.engine import reading, time_of
from serve.store.id_list import bound, each, fetch, in_ids
from serve.store.leads.refresh_marks import upsert
from serve.store.ranking import cursor
from serve.store.ranking.filters import Band, Place
from serve.store.tables import LEADS, RANKING
from serve.wire.targets import DEFAULT

SHOWN: Final = 5
"""So many leads of an account stand in a list of accounts."""
_ORDER: Final = (ACCOUNT_RANKING.c.rank_key, ACCOUNT_RANKING.c.account_id)
_LOCK: Final = "account ranking "


class AccountLead(msgspec.Struct, frozen=True):
    """An open lead of an account: its own probability, and what it adds to that of the account.

    `share` is its share in the account's probability, `contribution` that share in probability.
    """

    lead_id: str
    probability: float
    band: Band
    share: float
    contribution: float


class RankedAccount(msgspec.Struct, frozen=True):
    """An account: the probability that at least one of its open leads converts.

    `leads` and `hot_leads` count its open leads; `carried_by` are the most probable of them, and
    the others add `others_contribution`, so that all contributions add up to `probability`.
    """

    account_id: str
    probability: float
    leads: int
    hot_leads: int
    carried_by: list[AccountLead]
    others_contribution: float
    dependence: float
    as_of: datetime


class AccountPage(msgspec.Struct, frozen=True):
    """Some accounts; `next_cursor` requests the next page (none at the end); `total` counts all."""

    accounts: list[RankedAccount]
    next_cursor: str | None
    total: int


class AccountRanking:
    """Reads the ranking of accounts from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def page(self, target: str = DEFAULT, after: str | None = None, limit: int = 50) -> AccountPage:
        """Return a page of the ranking.

        Parameters
        ----------
        target
            Of the ranking; empty is the default.
        after
            `next_cursor` of the page before; missing means the first page.
        limit
            How many accounts.

        Raises
        ------
        BadBody
            If the cursor is not one of a page.
        """
        own = ACCOUNT_RANKING.c.target == target
        query = select(ACCOUNT_RANKING).where(own).order_by(*_ORDER).limit(limit + 1)
        place = None if after is None else cursor.read(after)
        if place is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(place.rank_key, place.lead_id))
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
            total = place.total if place is not None else _count(connection, target)
            accounts = _ranked(connection, rows[:limit], SHOWN)
        last = None if len(rows) <= limit else rows[limit - 1]
        following = None
        if last is not None:
            following = cursor.written(Place(last.rank_key, last.account_id, total))
        return AccountPage(accounts, following, total)

    def one(
        self, account_id: str, target: str = DEFAULT, shown: int = SHOWN
    ) -> RankedAccount | None:
        """Return one account; none if none of its leads is open and ranked.

        Parameters
        ----------
        account_id
            The id of the account; it is normalised here.
        target
            Of the ranking; empty is the default.
        shown
            The most leads.
        """
        table = ACCOUNT_RANKING.c
        query = select(ACCOUNT_RANKING).where(
            table.account_id == folded(account_id), table.target == target
        )
        with self._engine.begin() as connection:
            rows = connection.execute(query).all()
            accounts = _ranked(connection, rows, shown)
        return accounts[0] if accounts else None


def rank_accounts(
    connection: Connection, names: Iterable[str], target: str, rule: AccountRule
) -> None:
    """Write the rows of some accounts again.

    Parameters
    ----------
    connection
        In the transaction that has written the rows of their leads.
    names
        Their ids.
    target
        Of the ranking.
    rule
        Of the model that ranked them.
    """
    dialect, accounts = connection.dialect.name, sorted(set(names))
    if not accounts:
        return
    _lock(connection, accounts)
    rows = fetch(connection, _of_leads(dialect, target), bound(connection, accounts))
    made = _rows(rows, target, rule) if rows else []
    if made:
        together = dialect == "postgresql"
        connection.execute(_putting(dialect), bound_rows(made) if together else made)
    gone = sorted(set(accounts) - {one["account_id"] for one in made})
    if gone:
        table = ACCOUNT_RANKING.c
        away = delete(ACCOUNT_RANKING).where(in_ids(dialect, table.account_id))
        connection.execute(away.where(table.target == target), bound(connection, gone))


def accounts_of(connection: Connection, lead_ids: Sequence[str]) -> list[str]:
    """Return the accounts of some leads, each once.

    Parameters
    ----------
    connection
        Open, for reading.
    lead_ids
        The leads.
    """
    own = in_ids(connection.dialect.name, LEADS.c.lead_id)
    query = select(LEADS.c.account_id).distinct().where(own, LEADS.c.account_id.is_not(None))
    return list(connection.execute(query, bound(connection, lead_ids)).scalars())


@cache
def _putting(dialect: str) -> Any:
    """Return the statement that writes rows of accounts, new or not."""
    columns = ACCOUNT_RANKING.c
    adding = upsert(dialect, ACCOUNT_RANKING)
    values = {name: adding.excluded[name] for name in columns.keys()}  # noqa: SIM118 - no dict
    if dialect == "postgresql":
        fresh = recordset(*(column(one.name, one.type) for one in columns))
        adding = adding.from_select(list(values), select(*fresh.c))
    return adding.on_conflict_do_update(index_elements=["account_id", "target"], set_=values)


def _rows(rows: Sequence[tuple[Any, ...]], target: str, rule: AccountRule) -> list[dict[str, Any]]:
    """Return the rows of the accounts of some leads, from those of `_of_leads`."""
    accounts, probabilities, bands, moments = zip(*rows, strict=True)
    place = {name: n for n, name in enumerate(dict.fromkeys(accounts))}
    of = np.fromiter(map(place.__getitem__, accounts), np.int64, len(accounts))
    probability = rule.of(np.array(probabilities), of).probability
    hot = np.bincount(of, weights=[one == BANDS[-1] for one in bands]).astype(int)
    as_of = np.zeros(len(place), np.int64)
    np.maximum.at(as_of, of, moments)
    columns = (probability, np.bincount(of), hot, as_of)
    return [
        {
            "account_id": name,
            "target": target,
            "rank_key": -p,
            "probability": p,
            "dependence": rule.dependence,
            "leads": count,
            "hot_leads": hottest,
            "as_of": at,
        }
        for name, p, count, hottest, at in zip(
            place, *(column.tolist() for column in columns), strict=True
        )
    ]


def _lock(connection: Connection, accounts: Iterable[str]) -> None:
    """Let one writer at a time rank an account: it then sees what the others have written."""
    if connection.dialect.name == "postgresql":
        connection.execute(_locks(), bound(connection, [_LOCK + one for one in accounts]))


@cache
def _locks() -> Any:
    rows = each("postgresql").subquery()
    lock = func.pg_advisory_xact_lock(func.hashtext(rows.c.value))
    return select(func.count(lock))


@cache
def _of_leads(dialect: str, target: str) -> Any:
    columns = (RANKING.c[name] for name in ("account_id", "probability", "band", "as_of"))
    mine = in_ids(dialect, RANKING.c.account_id)
    return select(*columns).where(mine, RANKING.c.target == target)


def _count(connection: Connection, target: str) -> int:
    counted = select(func.count()).where(ACCOUNT_RANKING.c.target == target)
    return int(connection.execute(counted).scalar_one())


def _ranked(connection: Connection, rows: Sequence[Any], shown: int) -> list[RankedAccount]:
    if not rows:
        return []
    leads: dict[str, list[Any]] = {row.account_id: [] for row in rows}
    for lead in _carrying(connection, list(leads), rows[0].target, shown):
        leads[lead.account_id].append(lead)
    return [_account(row, leads[row.account_id]) for row in rows]


def _carrying(
    connection: Connection, accounts: Sequence[str], target: str, shown: int
) -> Sequence[Any]:
    """Return the most probable leads of some accounts, the hottest first."""
    table = RANKING.c
    order = (table.rank_key, table.lead_id)
    place = func.row_number().over(partition_by=table.account_id, order_by=order).label("place")
    mine = in_ids(connection.dialect.name, table.account_id)
    columns = (table.account_id, table.lead_id, table.probability, table.band, place)
    leads = select(*columns).where(mine, table.target == target).subquery()
    query = select(leads).where(leads.c.place <= shown).order_by(leads.c.account_id, leads.c.place)
    return connection.execute(query, bound(connection, accounts)).all()


def _account(row: Any, leads: Sequence[Any]) -> RankedAccount:
    rule = AccountRule(row.dependence)
    shares = [rule.share(one.probability, row.probability) for one in leads]
    if len(leads) == row.leads:
        whole = sum(shares) or 1.0
        shares = [share / whole for share in shares]
    carried = [
        AccountLead(one.lead_id, one.probability, one.band, share, share * row.probability)
        for one, share in zip(leads, shares, strict=True)
    ]
    others = max(row.probability - sum(one.contribution for one in carried), 0.0)
    if len(leads) == row.leads:
        others = 0.0
    return RankedAccount(
        row.account_id,
        row.probability,
        row.leads,
        row.hot_leads,
        carried,
        others,
        row.dependence,
        time_of(row.as_of),
    )
