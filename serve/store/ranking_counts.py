"""Counting the ranking: how many leads of each band, whose they are and where they came from."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, func, select

from serve.store.engine import reading
from serve.store.ranking import RankingFilter, conditions
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
        any_band = msgspec.structs.replace(wanted, band=None)
        query = select(RANKING.c.band, func.count()).where(*conditions(any_band))
        with self._engine.connect() as connection:
            rows = connection.execute(query.group_by(RANKING.c.band)).all()
        return {band: int(count) for band, count in rows}

    def choices(self, wanted: RankingFilter) -> Choices:
        """List what can be chosen among the leads that may be seen."""
        seen = RankingFilter(owners=wanted.owners)
        with self._engine.connect() as connection:
            found = [
                connection.execute(select(column).where(*conditions(seen)).distinct()).scalars()
                for column in (RANKING.c.owner_id, RANKING.c.source)
            ]
            return Choices(*(sorted(one for one in each if one is not None) for each in found))

    def any_leads(self) -> bool:
        """Tell whether any lead is kept, ranked or not."""
        query = select(LEADS.c.lead_id).where(LEADS.c.known).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None
