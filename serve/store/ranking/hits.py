"""The leads that match a search: how many of each band, and the first of them.

Decided here: where no index applies (a text, an attribute, a moment) every row must be read, which
is most of the cost of such a page, so it is done once. If enough of the hottest leads match, they
are the page and the others are only counted; else one statement selects the matches, counts them
and sorts them.
"""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, func, literal, null, select, tuple_, union_all

from models.model.reference import BANDS
from serve.store.leads.steps import aside_ids
from serve.store.ranking.filters import Place, RankingFilter, conditions
from serve.store.tables import RANKING

NEAR: Final = 5_000
"""How many of the hottest leads are read first."""
_ORDER: Final = ("rank_key", "lead_id")
_SELECTED: Final = (*_ORDER, "band")
_NARROWING: Final = (
    *(*_SELECTED, "target", "owner_id", "source"),
    *("created_at", "crossed_at", "woke_up_at", "searched", "attributes", "standing"),
)


class Hits(NamedTuple):
    """How many leads of each band match, whatever band is wanted, and the ids of some."""

    bands: dict[str, int]
    lead_ids: list[str]


def hits(connection: Connection, wanted: RankingFilter, place: Place | None, limit: int) -> Hits:
    """Select the leads of a filter.

    Parameters
    ----------
    connection
        Open, for reading.
    wanted
        The filter.
    place
        The position after which ids are wanted; missing means from the hottest on.
    limit
        How many ids at most.
    """
    near = list(connection.execute(_near(wanted, place, limit)).scalars())
    if len(near) == limit:
        return Hits(bands_of(connection, wanted), near)
    rows = connection.execute(_all(wanted, place, limit)).all()
    return Hits(
        {row.band: row.leads for row in rows if row.lead_id is None},
        [row.lead_id for row in rows if row.lead_id is not None],
    )


def bands_of(connection: Connection, wanted: RankingFilter) -> dict[str, int]:
    """Count the matching leads of each band, whatever band is wanted.

    Parameters
    ----------
    connection
        Open, for reading.
    wanted
        The filter.
    """
    every = _counts(connection, msgspec.structs.replace(_any_band(wanted), aside_at=None))
    if wanted.aside_at is not None:
        away = _counts(connection, _any_band(wanted), among=aside_ids(wanted.aside_at))
        every = [count - gone for count, gone in zip(every, away, strict=True)]
    return {band: count for band, count in zip(BANDS, every, strict=True) if count}


def _counts(
    connection: Connection, wanted: RankingFilter, among: Select[Any] | None = None
) -> list[int]:
    """Count the matching leads of each band; those set aside are few, and counted apart."""
    of_each = [func.count().filter(RANKING.c.band == band) for band in BANDS]
    without = msgspec.structs.replace(wanted, aside_at=None)
    query = select(*of_each).select_from(RANKING).where(*conditions(without))
    if among is not None:
        query = query.where(RANKING.c.lead_id.in_(among))
    return [int(count) for count in connection.execute(query).one()]


def _any_band(wanted: RankingFilter) -> RankingFilter:
    return msgspec.structs.replace(wanted, band=None)


def _near(wanted: RankingFilter, place: Place | None, limit: int) -> Select[Any]:
    columns = [RANKING.c[name] for name in _NARROWING]
    of_target = select(*columns).where(RANKING.c.target == wanted.target)
    hottest = _first(of_target, RANKING, place, NEAR).subquery()
    fitting = select(hottest.c.lead_id).where(*conditions(wanted, hottest))
    return _first(fitting, hottest, None, limit)


def _all(wanted: RankingFilter, place: Place | None, limit: int) -> Any:
    columns = [RANKING.c[name] for name in _SELECTED]
    matches = select(*columns).where(*conditions(_any_band(wanted))).cte("matches")
    counted = select(null().label("lead_id"), matches.c.band, func.count().label("leads"))
    some: Select[Any] = select(matches.c.lead_id, matches.c.band, literal(1).label("leads"))
    if wanted.band is not None:
        some = some.where(matches.c.band == wanted.band)
    first = _first(some, matches, place, limit).subquery()
    return union_all(counted.group_by(matches.c.band), select(first))


def _first(query: Select[Any], of: Any, place: Place | None, limit: int) -> Select[Any]:
    """Return the query of the first rows in the order of the ranking, after a position."""
    order = [of.c[name] for name in _ORDER]
    if place is not None:
        query = query.where(tuple_(*order) > tuple_(place.rank_key, place.lead_id))
    return query.order_by(*order).limit(limit)
