"""Speed to lead: from the moment at which a lead became hot to the first contact.

Decided here: a contact is a step `contacted` that was not undone, or an outbound activity of a
person. Leads that became hot count for who owns them now, and for the channel they came from;
those that nobody has contacted yet are counted apart, never left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Any, Final, NamedTuple

from sqlalchemy import Engine, Select, func, select

from serve.store.engine import moment, reading
from serve.store.tables import ACTIVITIES, LEAD_STEPS, STANDINGS
from serve.store.team_tables import HOT_MOMENTS

_MINUTE: Final = 60_000_000
DAY_MINUTES: Final = 24 * 60


class HotLead(NamedTuple):
    """A lead that became hot, and the minutes until somebody contacted it; none if nobody did."""

    lead_id: str
    owner_id: str | None
    source: str | None
    minutes: float | None


class SpeedToLead(NamedTuple):
    """Of leads that became hot: how many, contacted, within a day, and the median minutes."""

    leads: int
    contacted: int
    within_day: int
    minutes: float | None


class SpeedReader:
    """Reads the speed to lead from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def hot_leads(self, target: str, since: datetime, until: datetime) -> list[HotLead]:
        """Return the leads that became hot in a span of time, each once, by its last moment.

        Parameters
        ----------
        target
            Empty is the default.
        since, until
            From the first to before the second.
        """
        with self._engine.connect() as connection:
            rows = connection.execute(_query(target, moment(since), moment(until))).all()
        return [HotLead(row[0], row[1], row[2], _minutes(row)) for row in rows]


def speed_by(leads: Iterable[HotLead], name: str) -> dict[str | None, SpeedToLead]:
    """Group the speed to lead.

    Parameters
    ----------
    leads
        Leads that became hot.
    name
        `owner_id` or `source`.
    """
    groups: dict[str | None, list[HotLead]] = defaultdict(list)
    for lead in leads:
        groups[getattr(lead, name)].append(lead)
    return {key: speed_of(some) for key, some in groups.items()}


def speed_of(leads: list[HotLead]) -> SpeedToLead:
    """Return the speed of some leads.

    >>> one = HotLead("L-1", None, None, 30.0)
    >>> speed_of([one, one._replace(minutes=None)])
    SpeedToLead(leads=2, contacted=1, within_day=1, minutes=30.0)
    """
    minutes = [one.minutes for one in leads if one.minutes is not None]
    within = sum(one <= DAY_MINUTES for one in minutes)
    return SpeedToLead(len(leads), len(minutes), within, median(minutes) if minutes else None)


def _query(target: str, since: int, until: int) -> Select[Any]:
    hot, steps, done = HOT_MOMENTS.c, LEAD_STEPS.c, ACTIVITIES.c
    last = func.max(hot.at).label("at")
    became = select(hot.lead_id, last).where(hot.target == target, hot.at >= since, hot.at < until)
    lead = became.group_by(hot.lead_id).subquery()
    by_step = select(func.min(steps.at)).where(
        steps.lead_id == lead.c.lead_id,
        steps.kind == "contacted",
        steps.undone_at.is_(None),
        steps.at >= lead.c.at,
    )
    by_activity = select(func.min(done.occurred_at)).where(
        done.lead_id == lead.c.lead_id,
        done.occurred_at >= lead.c.at,
        done.direction == "outbound",
        done.actor.is_not(None),
    )
    standing = STANDINGS.c
    columns = (lead.c.lead_id, standing.owner_id, standing.source, lead.c.at)
    firsts = (by_step.scalar_subquery(), by_activity.scalar_subquery())
    return select(*columns, *firsts).outerjoin(STANDINGS, standing.lead_id == lead.c.lead_id)


def _minutes(row: Any) -> float | None:
    first = min((at for at in row[4:6] if at is not None), default=None)
    return None if first is None else float(first - row[3]) / _MINUTE
