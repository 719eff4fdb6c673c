"""The accounts that a person may see: those of which they may see a lead, combined from these.

Decided here: who sees every lead reads the accounts as they are ranked. For anyone else an account
is what they may see of it: its probability is that of the visible leads by the same rule, and the
others neither count nor appear, as on the list of leads.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Engine, func, select

from features.reading.normalize import folded
from models.model.account_rule import AccountRule
from models.model.reference import BANDS
from serve.store.account_tables import ACCOUNT_RANKING
from serve.store.engine import moment, reading
from serve.store.ranking.filters import owned_by
from serve.store.tables import RANKING
from serve.wire.targets import DEFAULT

Owners = frozenset[str | None] | None
"""The owners whose leads may be seen; None means all, None among them leads without one."""
_ORDER: Final = (ACCOUNT_RANKING.c.rank_key, ACCOUNT_RANKING.c.account_id)


class Scope(NamedTuple):
    """Whose leads of which target count, and from when on a lead is active."""

    owners: Owners
    active_since: datetime
    target: str = DEFAULT


class AccountLine(NamedTuple):
    """An account: its probability, its open leads, how many are hot and active, the hottest."""

    account_id: str
    probability: float
    leads: int
    hot_leads: int
    active_leads: int
    hottest: str


class AccountLines(NamedTuple):
    """Some accounts, the most probable first, and how many there are."""

    lines: list[AccountLine]
    total: int


class AccountPeople(NamedTuple):
    """One account and its leads, the hottest first, each with its share in the probability.

    `rule` is that by which the account is ranked.
    """

    line: AccountLine
    lead_ids: list[str]
    shares: list[float]
    rule: AccountRule


class VisibleAccounts:
    """Reads accounts from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def page(self, scope: Scope, skipped: int, limit: int) -> AccountLines:
        """Return some accounts, the most probable first.

        Parameters
        ----------
        scope
            What counts.
        skipped
            How many accounts come before them.
        limit
            How many.
        """
        with self._engine.begin() as connection:
            ranked, total = _ranked(connection, scope, skipped, limit)
            lines = _lines(connection, scope, ranked)
        return AccountLines(lines, total)

    def one(self, account_id: str, scope: Scope) -> AccountPeople | None:
        """Return one account; None if none of its leads is open, ranked and visible.

        Parameters
        ----------
        account_id
            The id; it is normalised here.
        scope
            What counts.
        """
        name = folded(account_id)
        columns = (RANKING.c.lead_id, RANKING.c.probability)
        mine = (*_visible(scope), RANKING.c.account_id == name)
        order = (RANKING.c.rank_key, RANKING.c.lead_id)
        with self._engine.begin() as connection:
            leads = connection.execute(select(*columns).where(*mine).order_by(*order)).all()
            if not leads:
                return None
            probability = np.array([lead.probability for lead in leads])
            rule = _rule(connection, scope, ACCOUNT_RANKING.c.account_id == name)
            scores = rule.of(probability, np.zeros(len(leads), np.int64))
            line = _lines(connection, scope, [(name, float(scores.probability[0]))])[0]
        return AccountPeople(line, [lead.lead_id for lead in leads], scores.share.tolist(), rule)


def _visible(scope: Scope) -> list[ColumnElement[bool]]:
    mine = [RANKING.c.target == scope.target, RANKING.c.account_id.is_not(None)]
    return mine if scope.owners is None else [*mine, owned_by(RANKING.c.owner_id, scope.owners)]


def _rule(connection: Connection, scope: Scope, *of: ColumnElement[bool]) -> AccountRule:
    """Return the rule by which accounts are ranked."""
    table = ACCOUNT_RANKING.c
    query = select(table.dependence).where(table.target == scope.target, *of).limit(1)
    dependence = connection.execute(query).scalar_one_or_none()
    return AccountRule() if dependence is None else AccountRule(float(dependence))


def _ranked(
    connection: Connection, scope: Scope, skipped: int, limit: int
) -> tuple[list[tuple[str, float]], int]:
    """Return ids and probabilities of some accounts, and how many accounts there are."""
    if scope.owners is not None:
        ranked = _combined(connection, scope)
        return ranked[skipped : skipped + limit], len(ranked)
    table = ACCOUNT_RANKING.c
    own = table.target == scope.target
    query = select(table.account_id, table.probability).where(own).order_by(*_ORDER)
    rows = connection.execute(query.offset(skipped).limit(limit)).all()
    counted = select(func.count()).select_from(ACCOUNT_RANKING).where(own)
    total = int(connection.execute(counted).scalar_one())
    return [(row.account_id, row.probability) for row in rows], total


def _combined(connection: Connection, scope: Scope) -> list[tuple[str, float]]:
    """Combine the visible leads of every account."""
    query = select(RANKING.c.account_id, RANKING.c.probability).where(*_visible(scope))
    rows = connection.execute(query).all()
    if not rows:
        return []
    names, of = np.unique([row.account_id for row in rows], return_inverse=True)
    chances = (
        _rule(connection, scope).of(np.array([row.probability for row in rows]), of).probability
    )
    return sorted(zip(names.tolist(), chances.tolist(), strict=True), key=lambda p: (-p[1], p[0]))


def _lines(
    connection: Connection, scope: Scope, ranked: Sequence[tuple[str, float]]
) -> list[AccountLine]:
    """Count the visible leads of some accounts."""
    if not ranked:
        return []
    ids = [name for name, _ in ranked]
    counts = {row.account_id: row for row in connection.execute(_counts(scope, ids)).all()}
    tops = {row.account_id: row.lead_id for row in connection.execute(_hottest(scope, ids)).all()}
    return [
        AccountLine(name, chance, row.leads, int(row.hot), int(row.active), tops[name])
        for name, chance in ranked
        if (row := counts.get(name)) is not None
    ]


def _counts(scope: Scope, ids: Sequence[str]) -> Any:
    table = RANKING.c
    since = moment(scope.active_since)
    return (
        select(
            table.account_id,
            func.count().label("leads"),
            func.count().filter(table.band == BANDS[-1]).label("hot"),
            func.count().filter(table.last_activity_at >= since).label("active"),
        )
        .where(*_visible(scope), table.account_id.in_(ids))
        .group_by(table.account_id)
    )


def _hottest(scope: Scope, ids: Sequence[str]) -> Any:
    table = RANKING.c
    order = (table.rank_key, table.lead_id)
    place = func.row_number().over(partition_by=table.account_id, order_by=order).label("place")
    mine = (*_visible(scope), table.account_id.in_(ids))
    leads = select(table.account_id, table.lead_id, place).where(*mine).subquery()
    return select(leads.c.account_id, leads.c.lead_id).where(leads.c.place == 1)
