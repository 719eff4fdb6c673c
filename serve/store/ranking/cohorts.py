"""Counts of leads by the time in which they came in, and by their source, owner or an attribute.

Decided here: what a lead became is its standing and its deals as they were last looked at. Counts
are made by the database; only leads with deals are read one by one, for the days between steps.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import JSON, ColumnElement, Engine, Table, and_, cast, func, or_, select

from serve.insight.outcomes import DealtLead, QualifiedLead
from serve.store.engine import moment, reading, time_of
from serve.store.tables import LEAD_STEPS, RANKING, STANDINGS
from serve.store.team_tables import HOT_MOMENTS
from serve.wire.team.standing import Deal

SOURCE: Final = "source"
_DEALS: Final = msgspec.json.Decoder(list[Deal])
_DEALT: Final = ("deal", "customer", "lost")


QualifiedRule = Literal["handed_over", "hot"]
"""What makes a lead qualified: it was assigned to a salesperson, or it became hot."""


class OpenLeads(NamedTuple):
    """Open leads of a group: how many are ranked and hot, and the sum of their probabilities."""

    hot: int
    expected: float


class SleepingStock(NamedTuple):
    """Lost and sleeping leads: how many there are, and how many woke since a moment."""

    leads: int
    woke: int


class Cohorts:
    """Counts the leads of a database.

    Leads are counted by a group: `source`, `owner_id`, or the name of an attribute.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def leads(self, edges: Sequence[datetime], by: str = SOURCE) -> dict[str | None, list[int]]:
        """Count leads by group and by span of time.

        Parameters
        ----------
        edges
            The spans: from each to before the next.
        by
            The group.
        """
        at, group = STANDINGS.c.created_at, self._group(STANDINGS, by)
        spans = [
            func.count().filter(and_(at >= moment(begin), at < moment(end)))
            for begin, end in pairwise(edges)
        ]
        within = at >= moment(edges[0]), at < moment(edges[-1])
        query = select(group, *spans).where(*within).group_by(group)
        with self._engine.connect() as connection:
            return {row[0]: [int(one) for one in row[1:]] for row in connection.execute(query)}

    def dealt(self, since: datetime, until: datetime, by: Sequence[str]) -> list[DealtLead]:
        """Return the leads with deals that came in within a span of time.

        Parameters
        ----------
        since, until
            From the first to before the second.
        by
            The groups.
        """
        own = STANDINGS.c
        groups = [self._group(STANDINGS, one) for one in by]
        query = select(own.lead_id, own.created_at, own.deals, *groups).where(
            own.standing.in_(_DEALT), *_within(own.created_at, since, until)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            DealtLead(row[0], time_of(row[1]), tuple(row[3:]), _DEALS.decode(row[2]))
            for row in rows
        ]

    def qualified(
        self,
        rule: QualifiedRule,
        target: str,
        since: datetime,
        until: datetime,
        by: Sequence[str],
    ) -> list[QualifiedLead]:
        """Return the leads that were qualified, of those that came in within a span of time.

        Parameters
        ----------
        rule
            What makes a lead qualified.
        target
            Empty is the default.
        since, until
            From the first to before the second.
        by
            The groups.
        """
        own = STANDINGS.c
        table, happened = _happened(rule, target)
        first = select(table.c.lead_id, func.min(table.c.at).label("at")).where(*happened)
        event = first.where(table.c.at >= moment(since)).group_by(table.c.lead_id).subquery()
        groups = [self._group(STANDINGS, one) for one in by]
        query = (
            select(own.lead_id, own.created_at, event.c.at, *groups)
            .join(event, event.c.lead_id == own.lead_id)
            .where(*_within(own.created_at, since, until))
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            QualifiedLead(row[0], time_of(row[1]), tuple(row[3:]), time_of(row[2])) for row in rows
        ]

    def first_qualified(self, rule: QualifiedRule, target: str) -> datetime | None:
        """Return the first moment at which a lead is known to have been qualified; none if never.

        Parameters
        ----------
        rule
            What makes a lead qualified.
        target
            Empty is the default.
        """
        table, happened = _happened(rule, target)
        with self._engine.connect() as connection:
            at = connection.execute(select(func.min(table.c.at)).where(*happened)).scalar_one()
        return None if at is None else time_of(int(at))

    def lost_deals(self, since: datetime) -> list[Deal]:
        """Return the deals that were lost since a moment, of all leads.

        Parameters
        ----------
        since
            The moment.
        """
        recent = and_(STANDINGS.c.standing == "lost", STANDINGS.c.moved_at >= moment(since))
        return self._decided("lost", recent, ("deal", "customer"), since)

    def won_deals(self, since: datetime) -> list[Deal]:
        """Return the deals that were won since a moment, of all leads.

        Parameters
        ----------
        since
            The moment.
        """
        recent = and_(STANDINGS.c.standing == "customer", STANDINGS.c.moved_at >= moment(since))
        return self._decided("won", recent, ("deal",), since)

    def _decided(
        self, end: str, recent: ColumnElement[bool], others: Sequence[str], since: datetime
    ) -> list[Deal]:
        """Return the deals with an end: of recent leads, and of all with other standings."""
        own = STANDINGS.c
        more = and_(own.standing.in_(others), own.deals.contains(f'"decided":"{end}"'))
        with self._engine.connect() as connection:
            rows = connection.execute(select(own.deals).where(or_(recent, more))).scalars()
            deals = (deal for row in rows for deal in _DEALS.decode(row))
            return [one for one in deals if one.decided == end and one.stage_since >= since]

    def became_hot(
        self, target: str, since: datetime, until: datetime, by: str = SOURCE
    ) -> dict[str | None, int]:
        """Count the leads that came in within a span of time and became hot, by group.

        Parameters
        ----------
        target
            Empty is the default.
        since, until
            From the first to before the second.
        by
            The group.
        """
        at, hot = STANDINGS.c.created_at, HOT_MOMENTS.c
        group = self._group(STANDINGS, by)
        query = (
            select(group, func.count(hot.lead_id.distinct()))
            .join(HOT_MOMENTS, hot.lead_id == STANDINGS.c.lead_id)
            .where(hot.target == target, hot.at >= moment(since))
            .where(*_within(at, since, until))
            .group_by(group)
        )
        with self._engine.connect() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    def open(self, target: str, by: str = SOURCE) -> dict[str | None, OpenLeads]:
        """Count the open leads of each group.

        Parameters
        ----------
        target
            Of the ranking; empty is the default.
        by
            The group.
        """
        hot, group = func.count().filter(RANKING.c.band == "hot"), self._group(RANKING, by)
        columns: tuple[Any, ...] = (group, hot, func.sum(RANKING.c.probability))
        query = select(*columns).where(RANKING.c.target == target).group_by(group)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {row[0]: OpenLeads(int(row[1]), float(row[2])) for row in rows}

    def sleeping(self, since: datetime) -> SleepingStock:
        """Count the lost and sleeping leads, and those that woke since a moment.

        Parameters
        ----------
        since
            The moment.
        """
        woke = func.count().filter(STANDINGS.c.woke_up_at >= moment(since))
        query = select(func.count(), woke).where(STANDINGS.c.standing.in_(("lost", "sleeping")))
        with self._engine.connect() as connection:
            return SleepingStock(*(int(one) for one in connection.execute(query).one()))

    def _group(self, table: Table, by: str) -> ColumnElement[Any]:
        """Return the column of a group; an attribute is read from the JSON of the attributes."""
        if by in table.c:
            column: ColumnElement[Any] = table.c[by]
            return column
        if self._engine.dialect.name == "sqlite":
            return func.json_extract(table.c.attributes, f'$."{by}"')
        return func.json_extract_path_text(cast(table.c.attributes, JSON), by)


def _happened(rule: QualifiedRule, target: str) -> tuple[Table, list[ColumnElement[bool]]]:
    """Return the table of the events that qualify a lead, and the conditions on its rows."""
    if rule == "hot":
        return HOT_MOMENTS, [HOT_MOMENTS.c.target == target]
    steps = LEAD_STEPS.c
    return LEAD_STEPS, [
        steps.kind == "assigned",
        steps.owner_id.is_not(None),
        steps.undone_at.is_(None),
    ]


def _within(column: Any, since: datetime, until: datetime) -> tuple[Any, Any]:
    return column >= moment(since), column < moment(until)
