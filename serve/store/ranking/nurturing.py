"""Leads that are not ready to be called: their interest and topic, and what went before wins.

Decided here: counts come from one index. What precedes a conversion is compared between the newest
wins and the newest losses, in the 90 days before each: an association, which proves no effect.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, func, not_, select

from serve.insight.funnel import ShareInterval, share
from serve.insight.interest import RECENT, Interest
from serve.store.engine import moment, reading
from serve.store.id_list import bound, fetch, in_ids
from serve.store.leads.steps import set_aside
from serve.store.tables import ACTIVITIES, LEAD_STEPS, RANKING, STANDINGS

MOST_DECIDED: Final = 300
_LEAST_LEADS: Final = 5


class InterestCount(NamedTuple):
    """How many leads have an interest in a topic; none where no topic is known."""

    interest: Interest | None
    topic: str | None
    leads: int


class Preceding(NamedTuple):
    """A content: the share of won and of lost leads that had it in the time before."""

    activity_type: str
    topic: str | None
    won: ShareInterval
    lost: ShareInterval


class Nurturing:
    """Reads leads to be nurtured from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def counts(self, target: str, band: str) -> list[InterestCount]:
        """Count the leads to call of a band by interest and topic, the most first.

        Parameters
        ----------
        target
            Empty is the default.
        band
            The band.
        """
        columns = RANKING.c.interest, RANKING.c.topic
        query = select(*columns, func.count()).where(*_of(target, band)).group_by(*columns)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        counts = [InterestCount(*row) for row in rows]
        return sorted(counts, key=lambda one: (-one.leads, one.topic or ""))

    def leads(
        self, target: str, band: str, chosen: tuple[str, str], most: int, now: datetime
    ) -> list[tuple[str, str, str]]:
        """Return leads to call with their interest and topic, the hottest first.

        Parameters
        ----------
        target
            Empty is the default.
        band
            The band.
        chosen
            The interest and the topic; an empty one is any.
        most
            How many at most.
        now
            The moment; leads that are set aside then are left out.
        """
        row, interest, topic = RANKING.c, *chosen
        query = select(row.lead_id, row.interest, row.topic).where(*_of(target, band))
        query = query.where(not_(set_aside(row.lead_id, now)))
        if interest:
            query = query.where(row.interest == interest)
        if topic:
            query = query.where(row.topic == topic)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(row.rank_key, row.lead_id).limit(most))
            return [(one[0], one[1] or "", one[2] or "") for one in rows]

    def interests(self, lead_ids: Sequence[str], target: str) -> dict[str, tuple[str, str]]:
        """Return how far the interest of ranked leads has come, and its topic; "" if not known.

        Parameters
        ----------
        lead_ids
            The leads, at most 1,000.
        target
            Empty is the default.
        """
        row = RANKING.c
        query = select(row.lead_id, row.interest, row.topic).where(row.target == target)
        with self._engine.connect() as connection:
            wanted = query.where(in_ids(connection.dialect.name, row.lead_id))
            rows = connection.execute(wanted, bound(connection, lead_ids))
            return {one[0]: (one[1] or "", one[2] or "") for one in rows}

    def warming(self, target: str, band: str, most: int) -> list[str]:
        """Return the leads to call of a band whose probability rose most in the last week.

        Parameters
        ----------
        target
            Empty is the default.
        band
            The band.
        most
            How many at most.
        """
        change = RANKING.c.week_change
        query = select(RANKING.c.lead_id).where(*_of(target, band), change > 0.0)
        with self._engine.connect() as connection:
            ordered = query.order_by(change.desc(), RANKING.c.lead_id).limit(most)
            return list(connection.execute(ordered).scalars())

    def to_competitors(self, since: datetime) -> list[tuple[str, str | None]]:
        """Return the leads that chose a competitor since a moment, the newest first, and notes."""
        steps = LEAD_STEPS.c
        query = select(steps.lead_id, steps.note).where(
            steps.kind == "disqualified",
            steps.at >= moment(since),
            steps.result == "competitor",
            steps.undone_at.is_(None),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(steps.step_id.desc()))
            return [(row[0], row[1]) for row in rows]

    def preceding(self, now: datetime) -> tuple[list[Preceding], int, int]:
        """Compare what the newest won and lost leads did before.

        Parameters
        ----------
        now
            The moment; decisions of the last year count.

        Returns
        -------
        The contents, those with the largest difference first; how many won and lost leads.
        """
        since = moment(now - timedelta(days=365))
        with self._engine.connect() as connection:
            won, lost = (self._had(connection, one, since) for one in ("customer", "lost"))
        keys = {key for key, count in (won[0] + lost[0]).items() if count >= _LEAST_LEADS}
        rows = []
        for key in keys:
            of_won, of_lost = share(won[0][key], won[1]), share(lost[0][key], lost[1])
            if of_won is not None and of_lost is not None:
                rows.append(Preceding(key[0], key[1] or None, of_won, of_lost))
        rows.sort(key=lambda one: (one.lost.value - one.won.value, one.activity_type))
        return rows, won[1], lost[1]

    def _had(
        self, connection: Any, standing: str, since: int
    ) -> tuple[Counter[tuple[str, str]], int]:
        """Count the newest decided leads that had each content, and all of them."""
        own = (STANDINGS.c.standing == standing, STANDINGS.c.moved_at >= since)
        query = select(STANDINGS.c.lead_id, STANDINGS.c.moved_at).where(*own)
        newest = query.order_by(STANDINGS.c.moved_at.desc()).limit(MOST_DECIDED)
        decided = {row[0]: int(row[1]) for row in connection.execute(newest)}
        had = {
            (lead_id, activity_type, topic or "")
            for lead_id, at, activity_type, topic, direction in self._done(connection, [*decided])
            if direction != "outbound" and 0 < decided[lead_id] - at <= RECENT
        }
        return Counter((kind, topic) for _, kind, topic in had), len(decided)

    def _done(self, connection: Any, lead_ids: Sequence[str]) -> list[tuple[Any, ...]]:
        done = ACTIVITIES.c
        columns = (done.lead_id, done.occurred_at, done.activity_type, done.topic, done.direction)
        query = select(*columns).where(in_ids(connection.dialect.name, done.lead_id))
        return fetch(connection, query, bound(connection, lead_ids)) if lead_ids else []


def _of(target: str, band: str) -> tuple[Any, ...]:
    row = RANKING.c
    return row.target == target, row.band == band, row.standing == "call"
