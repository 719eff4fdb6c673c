"""Counts of leads by the month in which they came in, and by their source.

Decided here: what a lead became is its standing and its deals as they were last looked at. Counts
are made by the database; only leads with deals are read one by one, for the days between steps.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Engine, and_, func, select

from serve.store.engine import moment, reading, time_of
from serve.store.tables import RANKING, STANDINGS
from serve.store.team_tables import HOT_MOMENTS
from serve.wire.standing import Deal

_DEALS: Final = msgspec.json.Decoder(list[Deal])


class DealtLead(NamedTuple):
    """A lead with deals: when it came in, from where, and its deals."""

    created_at: datetime
    source: str | None
    deals: list[Deal]


class OpenBySource(NamedTuple):
    """Open leads of a source: how many are ranked and hot, and the sum of their probabilities."""

    hot: int
    expected: float


class Cohorts:
    """Counts the leads of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def leads(self, edges: Sequence[datetime]) -> dict[str | None, list[int]]:
        """Count leads by source and by span of time.

        Parameters
        ----------
        edges
            The spans: from each to before the next.
        """
        at = STANDINGS.c.created_at
        spans = [
            func.count().filter(and_(at >= moment(begin), at < moment(end)))
            for begin, end in pairwise(edges)
        ]
        query = select(STANDINGS.c.source, *spans).group_by(STANDINGS.c.source)
        with self._engine.connect() as connection:
            return {row[0]: [int(one) for one in row[1:]] for row in connection.execute(query)}

    def dealt(self, since: datetime, until: datetime) -> list[DealtLead]:
        """Return the leads with deals that came in within a span of time.

        Parameters
        ----------
        since, until
            From the first to before the second.
        """
        at = STANDINGS.c.created_at
        query = select(at, STANDINGS.c.source, STANDINGS.c.deals).where(
            STANDINGS.c.standing.in_(("deal", "customer", "lost")),
            at >= moment(since),
            at < moment(until),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [DealtLead(time_of(row[0]), row[1], _DEALS.decode(row[2])) for row in rows]

    def became_hot(self, target: str, since: datetime, until: datetime) -> dict[str | None, int]:
        """Count the leads that came in within a span of time and became hot, by source.

        Parameters
        ----------
        target
            Empty is the default.
        since, until
            From the first to before the second.
        """
        at, hot = STANDINGS.c.created_at, HOT_MOMENTS.c
        leads = func.count(hot.lead_id.distinct())
        query = (
            select(STANDINGS.c.source, leads)
            .join(HOT_MOMENTS, hot.lead_id == STANDINGS.c.lead_id)
            .where(hot.target == target, hot.at >= moment(since))
            .where(at >= moment(since), at < moment(until))
            .group_by(STANDINGS.c.source)
        )
        with self._engine.connect() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def open(self, target: str) -> dict[str | None, OpenBySource]:
        """Count the open leads of each source.

        Parameters
        ----------
        target
            Of the ranking; empty is the default.
        """
        hot = func.count().filter(RANKING.c.band == "hot")
        columns: tuple[Any, ...] = (RANKING.c.source, hot, func.sum(RANKING.c.probability))
        query = select(*columns).where(RANKING.c.target == target).group_by(RANKING.c.source)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row[0]: OpenBySource(int(row[1]), float(row[2])) for row in rows}
