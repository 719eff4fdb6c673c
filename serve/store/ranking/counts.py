"""Counts of the ranking: leads by band, and the owners and sources that leads have.

Decided here: the distinct values of all leads are read from an index one by one, each as the least
value above the last, so the cost grows with the number of values, not of leads.
"""

from typing import Any, NamedTuple

from sqlalchemy import Column, Engine, Select, func, select

from serve.store.engine import reading
from serve.store.ranking.filters import RankingFilter, conditions
from serve.store.ranking.hits import bands_of
from serve.store.tables import LEADS, RANKING, STANDINGS


class Choices(NamedTuple):
    """The owners and the sources of leads, each sorted."""

    owners: list[str]
    sources: list[str]


class RankingCounts:
    """Counts the ranking of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def bands(self, wanted: RankingFilter) -> dict[str, int]:
        """Count the leads of each band, whatever band is wanted."""
        with self._engine.connect() as connection:
            return bands_of(connection, wanted)

    def choices(self, wanted: RankingFilter) -> Choices:
        """List the owners and sources of the leads that a user may see."""
        visible = RankingFilter(target=wanted.target, owners=wanted.owners)
        with self._engine.connect() as connection:
            columns = [
                connection.execute(_values(column, visible)).scalars()
                for column in (RANKING.c.owner_id, RANKING.c.source)
            ]
            return Choices(*(sorted(one for one in each if one is not None) for each in columns))

    def all_owners(self) -> list[str]:
        """List the owners of all leads, open or not, of whatever target."""
        column = STANDINGS.c.owner_id
        with self._engine.connect() as connection:
            owners = connection.execute(select(column).where(column.is_not(None)).distinct())
            return sorted(owners.scalars())

    def any_leads(self) -> bool:
        """Return whether any lead is stored, ranked or not."""
        query = select(LEADS.c.lead_id).where(LEADS.c.known).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None


def _values(column: Column[Any], visible: RankingFilter) -> Select[Any]:
    """Return the query of the values of a column; for some owners, of their few leads only."""
    if visible.owners is not None:
        return select(column).where(*conditions(visible)).distinct()
    own = RANKING.c.target == visible.target
    values = select(func.min(column).label("value")).where(own).cte(recursive=True)
    above = select(func.min(column)).where(own, column > values.c.value).scalar_subquery()
    return select(values.union_all(select(above).where(values.c.value.is_not(None))).c.value)
