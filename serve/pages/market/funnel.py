"""/funnel: for managers and marketing, where leads and deals are lost, against the time before.

Decided here: a change is named only where the intervals of both times lie apart. The figures are
those of `serve.ranking.funnel`; the page states their moment.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.insight.deal_flow import LEAD, QUALIFIED, FunnelStep, LossCount
from serve.insight.funnel import ShareInterval, share
from serve.insight.outcomes import RIPE_DAYS
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.ranking.funnel import LOSS_DAYS, WOKE_DAYS, FunnelFigures, FunnelGroup
from serve.ranking.market_summaries import MarketFigures

GROUPS: Final = {
    "source": mark("Channel"),
    "industry": mark("Industry"),
    "owner_id": mark("Salesperson"),
}
"""What leads are grouped by, with the label."""
_STEPS: Final = {LEAD: mark("Leads that came in"), QUALIFIED: mark("Qualified")}
RULES: Final = {
    "handed_over": mark("Qualified: assigned to a salesperson."),
    "hot": mark("Qualified: became hot at some time."),
}
"""What makes a lead qualified, as the page says it."""


class StepRow(NamedTuple):
    """A step with its name, and the same step of the time before."""

    name: str
    now: FunnelStep
    before: FunnelStep | None


class GroupRow(NamedTuple):
    """Leads of a group with its name."""

    name: str
    figures: FunnelGroup

    @property
    def change(self) -> float | None:
        """The change of the win rate, where both intervals lie apart; else none."""
        return change_of(self.figures.rate, self.figures.before)


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
    parts = pages.parts
    stored = MarketFigures(parts.store.cohorts, parts.store.summaries)
    made = stored.funnel(visit.target, parts.settings.qualified, parts.local_now())
    return {
        "as_of": made.at,
        "edges": made.edges,
        "steps": [StepRow(_stage(pages, visit, one.name), one, then) for one, then in made.steps],
        "rule": RULES[made.qualified.rule],
        "qualified_since": made.qualified.since,
        "with_qualified": any(one.name == QUALIFIED for one, _ in made.steps),
        "by": by,
        "groups": list(GROUPS.items()),
        "rows": _groups(pages, visit, by, made),
        "by_stage": _losses(pages, visit, made.by_stage, None),
        "by_reason": _losses(pages, visit, made.by_reason, "reason"),
        "lost_now": made.lost_now,
        "lost_before": made.lost_before,
        "loss_days": LOSS_DAYS,
        "sleeping": made.sleeping,
        "woke": share(made.sleeping.woke, made.sleeping.leads),
        "woke_days": WOKE_DAYS,
        "months": made.months,
        "ripe_days": RIPE_DAYS,
    }


def _groups(pages: Pages, visit: Visit, by: str, made: FunnelFigures) -> list[GroupRow]:
    return [GroupRow(_group(pages, visit, by, one.name), one) for one in made.groups[by]]


def _group(pages: Pages, visit: Visit, by: str, group: str | None) -> str:
    if by == "owner_id":
        return pages.people(visit.language).owner(group)
    if group is None or group == "":
        return ""
    vocabulary = pages.champion(visit).current().artifact.catalog.vocabulary
    return display_names.value_words(by, group, vocabulary, visit.language)


def _losses(
    pages: Pages, visit: Visit, counts: Sequence[LossCount], attribute: str | None
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
    if stage in _STEPS:
        return words.say(_STEPS[stage])
    return display_names.stage_words(stage, loaded, words)
