"""The figures of the weekly digest: what changed since a moment, and which leads moved most.

Decided here: figures count leads; each is read from an index, so the digest is as quick for 100,000
open leads as for a hundred. A hot lead is untouched while nobody has contacted it since it became
hot: no step `contacted`, and no outbound activity of a person.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Engine, exists, func, not_, select

from serve.store.engine import moment, reading, time_of
from serve.store.leads.steps import set_aside
from serve.store.tables import ACTIVITIES, LEAD_STEPS, LEADS, OUTCOMES, RANKING, STANDINGS
from serve.store.team_tables import HOT_MOMENTS
from serve.wire.team.standing import Deal

_DEALS: Final = msgspec.json.Decoder(list[Deal])


class WeekCounts(NamedTuple):
    """What happened in a span of time, counted in leads."""

    new: int
    became_hot: int
    woke_up: int
    contacted: int
    won: int
    lost: int
    won_amount: float


class PromisedLead(NamedTuple):
    """A lead that became hot: its probability then, and whether it was won within the horizon."""

    probability: float
    won: bool


class WeeklyFigures:
    """Reads the figures of the digest from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def counts(self, target: str, since: datetime, until: datetime) -> WeekCounts:
        """Count what happened in a span of time.

        Parameters
        ----------
        target
            Empty is the default.
        since, until
            From the first to before the second.
        """
        span = moment(since), moment(until)
        hot, steps, standing = HOT_MOMENTS.c, LEAD_STEPS.c, STANDINGS.c
        leads = func.count()
        queries = (
            select(leads).where(LEADS.c.known, *_within(LEADS.c.created_at, span)),
            select(func.count(hot.lead_id.distinct())).where(
                hot.target == target, *_within(hot.at, span)
            ),
            select(leads).where(RANKING.c.target == target, *_within(RANKING.c.woke_up_at, span)),
            select(func.count(steps.lead_id.distinct())).where(
                steps.kind == "contacted", steps.undone_at.is_(None), *_within(steps.at, span)
            ),
            select(leads).where(standing.standing == "lost", *_within(standing.moved_at, span)),
        )
        with self._engine.connect() as connection:
            new, became, woke, contacted, lost = (
                int(connection.execute(query).scalar_one()) for query in queries
            )
            won = select(standing.deals).where(
                standing.standing == "customer", *_within(standing.moved_at, span)
            )
            deals = [_DEALS.decode(row[0]) for row in connection.execute(won)]
        amounts = [
            deal.amount or 0.0
            for own in deals
            for deal in own
            if deal.decided == "won" and since <= deal.stage_since < until
        ]
        return WeekCounts(new, became, woke, contacted, len(deals), lost, sum(amounts))

    def movers(self, target: str, most: int) -> tuple[list[str], list[str]]:
        """Return the leads to call whose probability rose and fell most in the last week.

        Parameters
        ----------
        target
            Empty is the default.
        most
            How many of each at most.
        """
        change = RANKING.c.week_change
        own = [RANKING.c.target == target, RANKING.c.standing == "call"]
        query = select(RANKING.c.lead_id).where(*own).limit(most)
        with self._engine.connect() as connection:
            up = query.where(change > 0.0).order_by(change.desc(), RANKING.c.lead_id)
            down = query.where(change < 0.0).order_by(change.asc(), RANKING.c.lead_id)
            rose, fell = (list(connection.execute(one).scalars()) for one in (up, down))
        return rose, fell

    def first_hot(self, target: str) -> datetime | None:
        """Return the first moment at which a lead is known to have become hot; none if never."""
        query = select(func.min(HOT_MOMENTS.c.at)).where(HOT_MOMENTS.c.target == target)
        with self._engine.connect() as connection:
            at = connection.execute(query).scalar_one()
        return None if at is None else time_of(at)

    def untouched(self, target: str, most: int, now: datetime) -> list[str]:
        """Return the hot leads that nobody has contacted since they became hot, the oldest first.

        Parameters
        ----------
        target
            Empty is the default.
        most
            How many at most.
        now
            The moment.
        """
        row, steps, done = RANKING.c, LEAD_STEPS.c, ACTIVITIES.c
        contacted = exists().where(
            steps.lead_id == row.lead_id,
            steps.kind == "contacted",
            steps.undone_at.is_(None),
            steps.at >= row.crossed_at,
        )
        reached = exists().where(
            done.lead_id == row.lead_id,
            done.occurred_at >= row.crossed_at,
            done.direction == "outbound",
            done.actor.is_not(None),
        )
        own = [row.target == target, row.crossed_at.is_not(None), row.band == "hot"]
        own += [row.standing == "call", not_(set_aside(row.lead_id, now))]
        query = select(row.lead_id).where(*own, not_(contacted), not_(reached))
        with self._engine.connect() as connection:
            ordered = query.order_by(row.crossed_at, row.lead_id).limit(most)
            return list(connection.execute(ordered).scalars())

    def promised(
        self, target: str, since: datetime, until: datetime, horizon: int, outcome: str
    ) -> list[PromisedLead]:
        """Return the leads that became hot in a span of time, with what became of them.

        Parameters
        ----------
        target
            Empty is the default.
        since, until
            From the first to before the second; each lead counts once, by its first moment.
        horizon
            Of the prediction, in microseconds.
        outcome
            What is predicted.
        """
        hot, done = HOT_MOMENTS.c, OUTCOMES.c
        first = func.min(hot.at).label("at")
        span = (moment(since), moment(until))
        became = select(hot.lead_id, first, hot.probability).where(
            hot.target == target, *_within(hot.at, span)
        )
        lead = became.group_by(hot.lead_id, hot.probability).subquery()
        won = exists().where(
            done.lead_id == lead.c.lead_id,
            done.outcome == outcome,
            done.occurred_at >= lead.c.at,
            done.occurred_at < lead.c.at + horizon,
        )
        rows: dict[str, Any] = {}
        query = select(lead.c.lead_id, lead.c.probability, won).order_by(lead.c.at.desc())
        with self._engine.connect() as connection:
            rows = {row[0]: row for row in connection.execute(query)}
        return [PromisedLead(float(row[1]), bool(row[2])) for row in rows.values()]


def _within(column: Any, span: tuple[int, int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= span[0], column < span[1]
