"""The figures of the funnel of a target, without words: steps, groups, losses, months.

Decided here: steps and win rates are those of leads that came in long enough ago for most to be
decided (`RIPE_DAYS`), of half a year, beside the half year before that. Losses are counted by the
day of the loss, of the last quarter beside the one before: a loss does not ripen. When leads were
qualified is known from the first day on which it was recorded; leads of before have no such step.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from serve.insight.deal_flow import (
    LEAD,
    QUALIFIED,
    FunnelStep,
    LossCount,
    losses,
    stages_of,
    steps_of,
)
from serve.insight.funnel import ShareInterval, share
from serve.insight.outcomes import (
    RIPE_DAYS,
    DealtLead,
    Month,
    QualifiedLead,
    month_edges,
    outcomes_of,
)
from serve.store.ranking.cohorts import Cohorts, QualifiedRule, SleepingStock

QualifiedSetting = Literal["automatic", "handed_over", "hot"]
SPAN_DAYS: Final = 180
LOSS_DAYS: Final = 90
WOKE_DAYS: Final = 30
MONTHS: Final = 12
MOST_GROUPS: Final = 20
GROUPS: Final = ("source", "industry", "owner_id")
"""What leads are grouped by."""
_DAY: Final = timedelta(days=1)


class Qualified(NamedTuple):
    """What makes a lead qualified, and since when that is known; none if it never was."""

    rule: QualifiedRule
    since: datetime | None


class FunnelGroup(NamedTuple):
    """Leads of a group and what became of them; `before` is the win rate of the time before."""

    name: str | None
    leads: int
    qualified: ShareInterval | None
    opened: ShareInterval | None
    won: int
    lost: int
    rate: ShareInterval | None
    before: ShareInterval | None


class FunnelFigures(NamedTuple):
    """The funnel at a moment: `edges` are those of the time before and of the leads shown.

    `groups` are by what `GROUPS` names, the highest win rate first.
    """

    at: datetime
    edges: tuple[datetime, datetime, datetime]
    qualified: Qualified
    steps: list[tuple[FunnelStep, FunnelStep | None]]
    groups: dict[str, list[FunnelGroup]]
    by_stage: list[LossCount]
    by_reason: list[LossCount]
    lost_now: int
    lost_before: int
    sleeping: SleepingStock
    months: list[Month]


class _Leads(NamedTuple):
    """What was read: leads with deals, and those that were qualified."""

    dealt: list[DealtLead]
    qualified: list[QualifiedLead]

    def of_span(self, since: datetime, until: datetime) -> "_Leads":
        """Return those that came in within a span of time.

        Parameters
        ----------
        since, until
            From the first to before the second.
        """
        return _Leads(
            [one for one in self.dealt if since <= one.created_at < until],
            [one for one in self.qualified if since <= one.created_at < until],
        )


def funnel_of(
    cohorts: Cohorts, target: str, setting: QualifiedSetting, now: datetime
) -> FunnelFigures:
    """Compute the figures.

    Parameters
    ----------
    cohorts
        Of the database.
    target
        Empty is the default.
    setting
        What makes a lead qualified.
    now
        The moment, in the zone of the company.
    """
    before, begin, end = (now - (RIPE_DAYS + n * SPAN_DAYS) * _DAY for n in (2, 1, 0))
    edges, months = (before, begin, end), month_edges(now, MONTHS)
    qualified = _qualified(cohorts, target, setting, begin)
    span = min(before, months[0]), max(end, months[-1])
    read = _Leads(
        cohorts.dealt(*span, GROUPS),
        cohorts.qualified(qualified.rule, target, *span, GROUPS) if qualified.since else [],
    )
    lost, since = cohorts.lost_deals(now - 2 * LOSS_DAYS * _DAY), now - LOSS_DAYS * _DAY
    both = read.of_span(before, begin), read.of_span(begin, end)
    return FunnelFigures(
        at=now,
        edges=edges,
        qualified=qualified,
        steps=_steps(cohorts, edges, qualified, both),
        groups={
            by: _groups(cohorts.leads(edges, by), qualified, begin, _grouped(both, n))
            for n, by in enumerate(GROUPS)
        },
        by_stage=losses(lost, since, by_reason=False),
        by_reason=losses(lost, since, by_reason=True),
        lost_now=sum(one.stage_since >= since for one in lost),
        lost_before=sum(one.stage_since < since for one in lost),
        sleeping=cohorts.sleeping(now - WOKE_DAYS * _DAY),
        months=_months(cohorts, months, qualified, read, now),
    )


def _qualified(
    cohorts: Cohorts, target: str, setting: QualifiedSetting, begin: datetime
) -> Qualified:
    """Return what makes a lead qualified: hand-overs, if they were recorded for all these leads."""
    if setting != "hot":
        first = cohorts.first_qualified("handed_over", target)
        if setting == "handed_over" or (first is not None and first <= begin):
            return Qualified("handed_over", first)
    return Qualified("hot", cohorts.first_qualified("hot", target))


def _known(qualified: Qualified, since: datetime) -> bool:
    """Return whether it is known of all leads of a moment or later when they were qualified."""
    return qualified.since is not None and qualified.since <= since


def _steps(
    cohorts: Cohorts,
    edges: tuple[datetime, datetime, datetime],
    qualified: Qualified,
    both: tuple[_Leads, _Leads],
) -> list[tuple[FunnelStep, FunnelStep | None]]:
    counts = [sum(one) for one in zip(*cohorts.leads(edges).values(), strict=True)] or [0, 0]
    stages = stages_of(deal for span in both for one in span.dealt for deal in one.deals)
    known = _known(qualified, edges[1])
    then, now = (
        _steps_of(count, span, stages, known=known)
        for count, span in zip(counts, both, strict=True)
    )
    pairs: list[tuple[FunnelStep, FunnelStep | None]] = list(zip(now, then, strict=True))
    if known and not _known(qualified, edges[0]):
        pairs = [(one, None if one.name == QUALIFIED else other) for one, other in pairs]
    first = (FunnelStep(LEAD, count, None, None, None) for count in reversed(counts))
    return [(next(first), next(first)), *pairs]


def _steps_of(leads: int, span: _Leads, stages: Sequence[str], *, known: bool) -> list[FunnelStep]:
    moments = {one.lead_id: (one.created_at, one.at) for one in span.qualified}
    return steps_of(leads, span.dealt, stages, moments if known else None)


def _grouped(both: tuple[_Leads, _Leads], place: int) -> dict[str | None, tuple[_Leads, _Leads]]:
    """Group the leads of both spans by one of their groups."""
    made: dict[str | None, tuple[_Leads, _Leads]] = defaultdict(
        lambda: (_Leads([], []), _Leads([], []))
    )
    for n, span in enumerate(both):
        for dealt in span.dealt:
            made[dealt.groups[place]][n].dealt.append(dealt)
        for one in span.qualified:
            made[one.groups[place]][n].qualified.append(one)
    return made


def _groups(
    leads: Mapping[str | None, Sequence[int]],
    qualified: Qualified,
    begin: datetime,
    grouped: Mapping[str | None, tuple[_Leads, _Leads]],
) -> list[FunnelGroup]:
    known, none, rows = _known(qualified, begin), (_Leads([], []), _Leads([], [])), []
    for name, (count_before, count) in leads.items():
        before, now = grouped.get(name, none)
        what, then = outcomes_of(now.dealt), outcomes_of(before.dealt)
        shares = share(what.won, count), share(then.won, count_before)
        had = share(len(now.qualified), count) if known else None
        ends = share(what.opened, count), what.won, what.lost
        rows.append(FunnelGroup(name, count, had, *ends, *shares))
    rows.sort(key=lambda one: (-(one.rate.value if one.rate else -1.0), -one.leads, one.name or ""))
    return rows[:MOST_GROUPS]


def _months(
    cohorts: Cohorts,
    edges: Sequence[datetime],
    qualified: Qualified,
    read: _Leads,
    now: datetime,
) -> list[Month]:
    """Return the months, the newest first."""
    counts = [sum(one) for one in zip(*cohorts.leads(edges).values(), strict=True)]
    made = []
    for n, count in enumerate(counts or [0] * (len(edges) - 1)):
        own = read.of_span(edges[n], edges[n + 1])
        known, ripe = _known(qualified, edges[n]), now - edges[n + 1] >= RIPE_DAYS * _DAY
        had, outcomes = share(len(own.qualified), count) if known else None, outcomes_of(own.dealt)
        shares = share(outcomes.opened, count), share(outcomes.won, count)
        made.append(Month(edges[n], count, had, outcomes, *shares, ripe))
    return made[::-1]
