"""/channels: for managers and marketing, which channel or campaign brings customers, at what cost.

Decided here: what a channel cost is the spend of the months of its ripe leads, as
`serve.ranking.channels` counts them; where none was entered, a cost of a lead that is typed in
counts, else the 8,000 to 13,000 yen that are usual. What a win costs is uncertain as the share of
wins is, so both have an interval; so has what a hot lead costs, of the leads of the last months
(`HOT_MONTHS`). Open leads count with the sum of their probabilities, and with the mean amount of a
win of their channel; of all channels where it won fewer than `FEW_WINS`. Spend is read when the
page is, the other figures hold for the moment that the page states.
"""

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.insight.funnel import ShareInterval, share
from serve.insight.outcomes import Outcomes
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.ranking.channels import HOT_MONTHS, ChannelsFigures
from serve.ranking.market_summaries import MarketFigures
from serve.store.ranking.cohorts import OpenLeads

USUAL_COST: Final = (8_000, 13_000)
FEW_WINS: Final = 5
GROUPS: Final = {"source": mark("Source"), "campaign": mark("Campaign")}
_DAY: Final = timedelta(days=1)
_DIGITS: Final = 9
_Spends = dict[str, float]


class CostInterval(NamedTuple):
    """What one of something costs, with the ends of its 95 % interval; `high` may be infinite."""

    value: float
    low: float
    high: float


class Channel(NamedTuple):
    """A source: its ripe leads and what became of them, its open leads, and what they cost.

    `spend` is that of the ripe leads, 0 where none was entered; `cost_per_win` has the ends of the
    cost of a lead that was assumed then.
    """

    name: str
    leads: int
    outcomes: Outcomes
    won: ShareInterval | None
    open: OpenLeads
    cost_per_win: tuple[float, float] | None
    spend: float
    per_lead: float | None
    per_hot: CostInterval | None
    per_win: CostInterval | None
    value: float


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/channels")
    def channels(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        cost = request.query_params.get("cost", "")
        known = cost.isascii() and cost.isdigit() and len(cost) <= _DIGITS
        by = request.query_params.get("by", "source")
        by = by if by in GROUPS else "source"
        context = _context(pages, visit, int(cost) if known else None, by)
        return pages.show(request, visit, "channels.html.j2", **context)

    return routes


def cost_of_one(spend: float, share_of: ShareInterval | None, leads: int) -> CostInterval | None:
    """Return what one converted lead costs; none without spend or conversions.

    Parameters
    ----------
    spend
        For all leads together.
    share_of
        The share of the leads that converted, with its interval.
    leads
        How many leads.

    >>> cost_of_one(1000.0, ShareInterval(0.1, 0.05, 0.2), 100)
    CostInterval(value=100.0, low=50.0, high=200.0)
    """
    if not spend or share_of is None or not share_of.value:
        return None
    value, low, high = (spend / leads / one if one else math.inf for one in share_of)
    return CostInterval(value, high, low)


def _context(pages: Pages, visit: Visit, cost: int | None, by: str) -> dict[str, Any]:
    parts = pages.parts
    stored = MarketFigures(parts.store.cohorts, parts.store.summaries)
    made = stored.channels(visit.target, parts.local_now())
    costs = (cost, cost) if cost else USUAL_COST
    channels = _channels(pages, visit, by, made, costs)
    lines = parts.store.spend.campaigns()
    return {
        "as_of": made.at,
        "channels": channels,
        "assumed": any(one.leads and not one.spend for one in channels),
        "by": by,
        "groups": list(GROUPS.items()),
        "has_campaigns": by == "campaign" or any(one.campaign for one in lines),
        "hot_months": HOT_MONTHS,
        "has_spend": bool(lines),
        "cost": cost,
        "costs": costs,
        "usual_cost": USUAL_COST,
        "ripe_since": made.since,
        "ripe_until": made.until,
    }


def _channels(
    pages: Pages, visit: Visit, by: str, figures: ChannelsFigures, costs: tuple[int, int]
) -> list[Channel]:
    vocabulary = pages.champion(visit).current().artifact.catalog.vocabulary
    spends = _spends(pages, visit, (figures.since, figures.until, by))
    young = _young_spends(pages, visit, by, figures.hot_edges)
    made = []
    for one in figures.groups[by]:
        count, outcomes, group = one.leads, one.outcomes, one.name or ""
        name = display_names.value_words(by, group, vocabulary, visit.language)
        won, spend = share(outcomes.won, count), spends.get(group, 0.0)
        worth = outcomes if outcomes.won >= FEW_WINS else figures.of_all
        channel = Channel(
            name,
            count,
            outcomes,
            won,
            one.open,
            cost_per_win=_each(costs, count, outcomes.won),
            spend=spend,
            per_lead=spend / count if spend and count else None,
            per_hot=cost_of_one(young.get(group, 0.0), share(one.hot, one.young), one.young),
            per_win=cost_of_one(spend, won, count),
            value=one.open.expected * worth.amount / worth.won if worth.won else 0.0,
        )
        made.append(channel)
    return sorted(made, key=lambda one: -(one.won.value if one.won else -1.0))


def _each(costs: tuple[int, int], leads: int, won: int) -> tuple[float, float] | None:
    """Return what a win costs at the ends of the cost of a lead; none without a win."""
    return (leads * costs[0] / won, leads * costs[1] / won) if won else None


def _spend_by(pages: Pages, by: str, months: tuple[str, str], parts: dict[str, float]) -> _Spends:
    """Add up the spend of some months by group; `parts` of a month that count, if not all."""
    total: _Spends = defaultdict(float)
    for one in pages.parts.store.spend.campaigns(*months):
        whole = one.campaign if by == "campaign" else one.source
        total[whole] += one.amount * min(max(parts.get(one.month, 1.0), 0.0), 1.0)
    return total


def _spends(pages: Pages, visit: Visit, ripe: tuple[datetime, datetime, str]) -> _Spends:
    """Return the spend of each group in the months of a span; its ends count in part."""
    zone = pages.words[visit.language].zone
    since, until = (at.astimezone(zone) for at in ripe[:2])
    months = f"{since:%Y-%m}", f"{until:%Y-%m}"
    parts = {months[0]: (31 - since.day) / 30.0, months[1]: (until.day - 1) / 30.0}
    return _spend_by(pages, ripe[2], months, parts)


def _young_spends(pages: Pages, visit: Visit, by: str, edges: tuple[datetime, datetime]) -> _Spends:
    """Return the spend of each group in the whole months between two edges."""
    zone = pages.words[visit.language].zone
    first, last = edges[0].astimezone(zone), edges[1].astimezone(zone) - _DAY
    return _spend_by(pages, by, (f"{first:%Y-%m}", f"{last:%Y-%m}"), {})
