"""/funnel: for managers and marketing, where leads and deals are lost, against the time before.

Decided here: steps and win rates are those of leads that came in long enough ago for most to be
decided (`RIPE_DAYS`), of half a year, beside the half year before that. Losses are counted by the
day of the loss, of the last quarter beside the one before: a loss does not ripen. Becoming hot is
known from the first day on which the server ranked leads; leads of before have no such step. A
change is named only where the intervals of both times lie apart.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.insight.deal_flow import FunnelStep, LossCount, losses, stages_of, steps_of
from serve.insight.funnel import ShareInterval, share
from serve.pages.market.cohorts import RIPE_DAYS, months_of, outcomes_of
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.store.ranking.cohorts import DealtLead

SPAN_DAYS: Final = 180
LOSS_DAYS: Final = 90
WOKE_DAYS: Final = 30
MONTHS: Final = 12
MOST_GROUPS: Final = 20
GROUPS: Final = {
    "source": mark("Channel"),
    "industry": mark("Industry"),
    "owner_id": mark("Salesperson"),
}
"""What leads are grouped by, with the label."""
_DAY: Final = timedelta(days=1)


class StepRow(NamedTuple):
    """A step with its name, and the same step of the time before."""

    name: str
    now: FunnelStep
    before: FunnelStep | None


class GroupRow(NamedTuple):
    """Leads of a group and what became of them; `before`: those of the time before."""

    name: str
    leads: int
    opened: ShareInterval | None
    won: int
    lost: int
    rate: ShareInterval | None
    before: ShareInterval | None

    @property
    def change(self) -> float | None:
        """The change of the win rate, where both intervals lie apart; else none."""
        return change_of(self.rate, self.before)


class LossRow(NamedTuple):
    """Lost deals with the name of their stage or reason."""

    name: str
    loss: LossCount


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/funnel")
    def funnel(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        by = request.query_params.get("by", "source")
        context = _context(pages, visit, by if by in GROUPS else "source")
        return pages.show(request, visit, "funnel.html.j2", **context)

    return routes


def change_of(now: ShareInterval | None, before: ShareInterval | None) -> float | None:
    """Return by how much a share changed, where the intervals lie apart; else none.

    Parameters
    ----------
    now, before
        The shares with their intervals.

    >>> change_of(ShareInterval(0.5, 0.4, 0.6), ShareInterval(0.2, 0.1, 0.3))
    0.3
    >>> change_of(ShareInterval(0.5, 0.4, 0.6), ShareInterval(0.45, 0.3, 0.6)) is None
    True
    """
    if now is None or before is None or not (now.low > before.high or now.high < before.low):
        return None
    return now.value - before.value


def _context(pages: Pages, visit: Visit, by: str) -> dict[str, Any]:
    store, now = pages.parts.store.cohorts, pages.parts.now()
    edges = [now - (RIPE_DAYS + n * SPAN_DAYS) * _DAY for n in (2, 1, 0)]
    leads = store.leads(edges, by)
    dealt = store.dealt(edges[0], edges[-1], by)
    lost, since = store.lost_deals(now - 2 * LOSS_DAYS * _DAY), now - LOSS_DAYS * _DAY
    sleeping = store.sleeping(now - WOKE_DAYS * _DAY)
    return {
        "edges": edges,
        "steps": _steps(pages, visit, edges, (leads, dealt)),
        "hot_since": _hot_since(pages, visit, edges),
        "by": by,
        "groups": list(GROUPS.items()),
        "rows": _groups(pages, visit, by, (edges[1], leads, dealt)),
        "by_stage": _losses(pages, visit, losses(lost, since, by_reason=False), None),
        "by_reason": _losses(pages, visit, losses(lost, since, by_reason=True), "reason"),
        "lost_now": sum(one.stage_since >= since for one in lost),
        "lost_before": sum(one.stage_since < since for one in lost),
        "loss_days": LOSS_DAYS,
        "sleeping": sleeping,
        "woke": share(sleeping.woke, sleeping.leads),
        "woke_days": WOKE_DAYS,
        "months": months_of(pages, visit, MONTHS),
        "ripe_days": RIPE_DAYS,
    }


def _parted(dealt: list[DealtLead], at: datetime) -> tuple[list[DealtLead], list[DealtLead]]:
    """Return the leads that came in from a moment on, and those before it."""
    later = [one for one in dealt if one.created_at >= at]
    return later, [one for one in dealt if one.created_at < at]


def _steps(
    pages: Pages,
    visit: Visit,
    edges: list[datetime],
    read: tuple[dict[str | None, list[int]], list[DealtLead]],
) -> list[StepRow]:
    leads, dealt = read
    sums = [sum(one) for one in zip(*leads.values(), strict=True)] or [0, 0]
    stages = stages_of(deal for one in dealt for deal in one.deals)
    now, before = _parted(dealt, edges[1])
    pairs = (
        steps_of(count, [(one.created_at, one.deals) for one in some], stages)
        for count, some in ((sums[1], now), (sums[0], before))
    )
    rows = [
        StepRow(_stage(pages, visit, one.name), one, other)
        for one, other in zip(*pairs, strict=True)
    ]
    first = (FunnelStep("lead", count, None, None, None) for count in reversed(sums))
    words = pages.words[visit.language]
    hot = _hot(pages, visit, edges, sums[1])
    return [
        StepRow(words.say(mark("Leads that came in")), *first),
        *([StepRow(words.say(mark("Became hot at some time")), hot, None)] if hot else []),
        *rows,
    ]


def _hot(pages: Pages, visit: Visit, edges: list[datetime], leads: int) -> FunnelStep | None:
    """Return the step of becoming hot, if it was observed since the first of the leads came in."""
    store = pages.parts.store.cohorts
    first = store.first_hot(visit.target)
    if first is None or first > edges[1]:
        return None
    hot = sum(store.became_hot(visit.target, edges[1], edges[2]).values())
    return FunnelStep("hot", hot, share(hot, leads), share(hot, leads), None)


def _hot_since(pages: Pages, visit: Visit, edges: list[datetime]) -> datetime | None:
    """Return from when on becoming hot is known, if that is too late for these leads."""
    first = pages.parts.store.cohorts.first_hot(visit.target)
    return first if first is not None and first > edges[1] else None


def _groups(
    pages: Pages,
    visit: Visit,
    by: str,
    read: tuple[datetime, dict[str | None, list[int]], list[DealtLead]],
) -> list[GroupRow]:
    edge, leads, dealt = read
    rows = []
    for group, (before, now) in leads.items():
        own = _parted([one for one in dealt if one.group == group], edge)
        what, then = outcomes_of(own[0]), outcomes_of(own[1])
        shares = share(what.won, now), share(then.won, before)
        name = _group(pages, visit, by, group)
        rows.append(GroupRow(name, now, share(what.opened, now), what.won, what.lost, *shares))
    rows.sort(key=lambda one: (-(one.rate.value if one.rate else -1.0), -one.leads, one.name))
    return rows[:MOST_GROUPS]


def _group(pages: Pages, visit: Visit, by: str, group: str | None) -> str:
    if by == "owner_id":
        return pages.people(visit.language).owner(group)
    if group is None or group == "":
        return ""
    vocabulary = pages.champion(visit).current().artifact.catalog.vocabulary
    return display_names.value_words(by, group, vocabulary, visit.language)


def _losses(
    pages: Pages, visit: Visit, counts: list[LossCount], attribute: str | None
) -> list[LossRow]:
    vocabulary = pages.champion(visit).current().artifact.catalog.vocabulary
    return [
        LossRow(
            display_names.value_words(attribute, one.name, vocabulary, visit.language)
            if attribute and one.name
            else _stage(pages, visit, one.name),
            one,
        )
        for one in counts
    ]


def _stage(pages: Pages, visit: Visit, stage: str) -> str:
    if not stage:
        return ""
    loaded, words = pages.champion(visit).current(), pages.words[visit.language]
    return display_names.stage_words(stage, loaded, words)
