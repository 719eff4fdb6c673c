"""Read the lists besides the ranking: deals, customers, lost and sleeping leads, those set aside.

Decided here: ids are selected first and their rows read then, as for the ranking. Deals are ordered
by the probability of their lead, customers by their last win, lost and sleeping leads by what woke
up first; leads set aside by when they come back. A page is selected by its place, since these lists
are short and change little.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Engine, Select, and_, case, func, not_, select

from serve.store.engine import moment, reading, time_of
from serve.store.id_list import bound, in_ids
from serve.store.leads.steps import set_aside
from serve.store.ranking.filters import RankingFilter, of_any_list, owned_by
from serve.store.tables import LEAD_WORK, RANKING, STANDINGS
from serve.wire.records import Value
from serve.wire.team.standing import LISTS, Deal, LeadList, LeadStanding

_DEALS: Final = msgspec.json.Decoder(list[Deal])
_TIMES: Final = ("moved_at", "created_at", "last_activity_at", "woke_up_at")
_RANKED: Final = ("call", "deals")
_WOKE: Final = timedelta(days=30)


class ListedLead(LeadStanding, frozen=True, kw_only=True):
    """A lead of a list, with its data as it was last looked at; see `RankedLead`."""

    attributes: dict[str, Value]
    owner_id: str | None
    source: str | None
    created_at: datetime
    last_activity_at: datetime | None
    last_activity_type: str | None
    woke_up_at: datetime | None


class ListPage(NamedTuple):
    """Some leads of a list, and how many it has in all."""

    rows: list[ListedLead]
    total: int


class Standings:
    """Reads the lists of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def page(
        self, name: LeadList, wanted: RankingFilter, skipped: int, limit: int, now: datetime
    ) -> ListPage:
        """Return some leads of a list.

        Parameters
        ----------
        name
            The list.
        wanted
            The filter; what applies to ranked leads only is ignored.
        skipped
            How many leads come before.
        limit
            How many at most.
        now
            The moment.
        """
        query = _of_list(name, wanted, now)
        counted = select(func.count()).select_from(query.subquery())
        ordered = query.order_by(*_order(name, now), STANDINGS.c.lead_id)
        with self._engine.connect() as connection:
            total = int(connection.execute(counted).scalar_one())
            ids = list(connection.execute(ordered.offset(skipped).limit(limit)).scalars())
        rows = self.some(ids)
        return ListPage([rows[one] for one in ids if one in rows], total)

    def counts(self, wanted: RankingFilter, now: datetime) -> dict[str, int]:
        """Count the leads of every list that the user may see.

        Parameters
        ----------
        wanted
            The target, and the owners whose leads the user may see.
        now
            The moment.
        """
        column = STANDINGS.c.standing
        visible = [] if wanted.owners is None else [owned_by(STANDINGS.c.owner_id, wanted.owners)]
        aside = set_aside(STANDINGS.c.lead_id, now)
        every = select(column, func.count()).where(*visible).group_by(column)
        with self._engine.connect() as connection:
            numbers = {standing: int(count) for standing, count in connection.execute(every)}
            away = {one: int(count) for one, count in connection.execute(every.where(aside))}
        return {
            name: sum(numbers.get(one, 0) - away.get(one, 0) for one in standings)
            for name, standings in LISTS.items()
        } | {"aside": sum(away.values())}

    def some(self, lead_ids: list[str]) -> Mapping[str, ListedLead]:
        """Return those of some leads that have a standing, by id."""
        with self._engine.connect() as connection:
            own = in_ids(connection.dialect.name, STANDINGS.c.lead_id)
            rows = connection.execute(select(STANDINGS).where(own), bound(connection, lead_ids))
            return {row.lead_id: _listed(row) for row in rows}


def _of_list(name: LeadList, wanted: RankingFilter, now: datetime) -> Select[Any]:
    query = select(STANDINGS.c.lead_id).where(*of_any_list(wanted, STANDINGS))
    own = RANKING.c.lead_id == STANDINGS.c.lead_id
    if name == "aside":
        query = query.join(LEAD_WORK, LEAD_WORK.c.lead_id == STANDINGS.c.lead_id)
        return query.where(LEAD_WORK.c.until > moment(now))
    if name in _RANKED:
        query = query.outerjoin(RANKING, and_(own, RANKING.c.target == wanted.target))
    aside = set_aside(STANDINGS.c.lead_id, now)
    return query.where(STANDINGS.c.standing.in_(LISTS[name]), not_(aside))


def _order(name: LeadList, now: datetime) -> tuple[ColumnElement[Any], ...]:
    if name == "aside":
        return (LEAD_WORK.c.until.asc(),)
    if name in _RANKED:
        return (RANKING.c.rank_key.is_(None).asc(), RANKING.c.rank_key.asc())
    latest = STANDINGS.c.moved_at.desc()
    if name == "lost":
        woke = STANDINGS.c.woke_up_at >= moment(now - _WOKE)
        return (case((woke, STANDINGS.c.woke_up_at), else_=0).desc(), latest)
    return (latest,)


def _listed(row: Any) -> ListedLead:
    return listed_of({name: getattr(row, name) for name in ListedLead.__struct_fields__})


def listed_of(row: Mapping[str, Any]) -> ListedLead:
    """Return a lead of a list from its row of `standings`."""
    columns = {name: row[name] for name in ListedLead.__struct_fields__}
    columns["deals"] = _DEALS.decode(columns["deals"])
    columns["attributes"] = msgspec.json.decode(columns["attributes"], type=dict[str, Value])
    for name in _TIMES:
        columns[name] = None if columns[name] is None else time_of(columns[name])
    return ListedLead(**columns)
