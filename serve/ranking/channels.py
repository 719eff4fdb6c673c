"""What channels and campaigns of a target brought, without words and without what they cost.

Decided here: what became of leads is counted of ripe ones, which came in long enough ago
(`RIPE_DAYS`), of a year. Leads that became hot are those of the last whole months (`HOT_MONTHS`).
Open leads are those of the ranking.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from serve.insight.outcomes import RIPE_DAYS, DealtLead, Outcomes, month_edges, outcomes_of
from serve.store.ranking.cohorts import Cohorts, OpenLeads

MONTHS: Final = 12
HOT_MONTHS: Final = 3
GROUPS: Final = ("source", "campaign")
_DAY: Final = timedelta(days=1)


class ChannelFigures(NamedTuple):
    """A channel: its ripe leads, what became of them, its open leads, and those that became hot.

    `hot` of `young` leads of the last whole months became hot; `young` is 0 if none came in.
    """

    name: str | None
    leads: int
    outcomes: Outcomes
    open: OpenLeads
    young: int
    hot: int


class ChannelsFigures(NamedTuple):
    """All channels at a moment; `since` and `until` are the span of the ripe leads.

    `hot_edges` are the span of the young leads; `groups` are by what `GROUPS` names.
    """

    at: datetime
    since: datetime
    until: datetime
    hot_edges: tuple[datetime, datetime]
    groups: dict[str, list[ChannelFigures]]
    of_all: Outcomes


def channels_of(cohorts: Cohorts, target: str, now: datetime) -> ChannelsFigures:
    """Compute the figures.

    Parameters
    ----------
    cohorts
        Of the database.
    target
        Empty is the default.
    now
        The moment, in the zone of the company.
    """
    since = month_edges(now, MONTHS)[0] - RIPE_DAYS * _DAY
    until = now - RIPE_DAYS * _DAY
    months = month_edges(now, HOT_MONTHS + 1)
    dealt = cohorts.dealt(since, until, GROUPS)
    hot_edges = months[0], months[-2]
    return ChannelsFigures(
        at=now,
        since=since,
        until=until,
        hot_edges=hot_edges,
        groups={
            by: _channels(cohorts, (target, by), (since, until), hot_edges, _grouped(dealt, n))
            for n, by in enumerate(GROUPS)
        },
        of_all=outcomes_of(dealt),
    )


def _grouped(dealt: list[DealtLead], place: int) -> dict[str | None, list[DealtLead]]:
    made: dict[str | None, list[DealtLead]] = defaultdict(list)
    for one in dealt:
        made[one.groups[place]].append(one)
    return made


def _channels(
    cohorts: Cohorts,
    wanted: tuple[str, str],
    ripe: tuple[datetime, datetime],
    hot_edges: tuple[datetime, datetime],
    dealt: dict[str | None, list[DealtLead]],
) -> list[ChannelFigures]:
    target, by = wanted
    leads, still = cohorts.leads(ripe, by), cohorts.open(target, by)
    young, hot = cohorts.leads(hot_edges, by), cohorts.became_hot(target, *hot_edges, by)
    return [
        ChannelFigures(
            name,
            leads.get(name, [0])[0],
            outcomes_of(dealt.get(name, ())),
            still.get(name, OpenLeads(0, 0.0)),
            young.get(name, [0])[0],
            hot.get(name, 0),
        )
        for name in {**leads, **still}
    ]
