"""Counting the ranking: how many leads of each band, whose they are and where they came from.

Decided here: what can be chosen among all leads is looked up value by value in an index, each as
the least one above the last, so it takes as many looks as there are values, not leads.
"""

from typing import Any, NamedTuple

from sqlalchemy import Column, Engine, Select, func, select

from serve.store.engine import reading
from serve.store.ranking.filters import RankingFilter, conditions
from serve.store.ranking.hits import bands_of
from serve.store.tables import LEADS, RANKING


class Choices(NamedTuple):
    """Whose leads there are, and where they came from, each in order."""

    owners: list[str]
    sources: list[str]


class RankingCounts:
    """Counts in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def bands(self, wanted: RankingFilter) -> dict[str, int]:
        """Count the leads of each band, whatever band is wanted."""
        with self._engine.connect() as connection:
            return bands_of(connection, wanted)

    def choices(self, wanted: RankingFilter) -> Choices:
        """List what can be chosen among the leads that may be seen."""
        seen = RankingFilter(owners=wanted.owners)
        with self._engine.connect() as connection:
            found = [
                connection.execute(_values(column, seen)).scalars()
                for column in (RANKING.c.owner_id, RANKING.c.source)
            ]
            return Choices(*(sorted(one for one in each if one is not None) for each in found))

    def any_leads(self) -> bool:
        """Tell whether any lead is kept, ranked or not."""
        query = select(LEADS.c.lead_id).where(LEADS.c.known).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None


def _values(column: Column[Any], seen: RankingFilter) -> Select[Any]:
    """Ask for the values of a column; those of some owners are read from their few leads."""
    if seen.owners is not None:
        return select(column).where(*conditions(seen)).distinct()
    values = select(func.min(column).label("value")).cte(recursive=True)
    above = select(func.min(column)).where(column > values.c.value).scalar_subquery()
    return select(values.union_all(select(above).where(values.c.value.is_not(None))).c.value)
