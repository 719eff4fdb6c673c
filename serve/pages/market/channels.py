"""/channels: for managers and marketing, which channel or campaign brings customers, at what cost.

Decided here: shares are those of ripe cohorts, leads that came in long enough ago (`RIPE_DAYS`);
younger ones are shown and marked. What a channel cost is the spend of the months of those leads;
where none was entered, a cost of a lead that is typed in counts, else the 8,000 to 13,000 yen that
are usual. What a win costs is uncertain as the share of wins is, so both have an interval; so has
what a hot lead costs, of the leads of the last months (`HOT_MONTHS`). Open leads count with the sum
of their probabilities, and with the mean amount of a win of their channel; of all channels where it
won fewer than `FEW_WINS`.
"""

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.insight.funnel import ShareInterval, share
from serve.pages.market.cohorts import RIPE_DAYS, Outcomes, month_edges, outcomes_of
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import mark
from serve.pages.shell.visitor import Visit
from serve.store.ranking.cohorts import OpenLeads

MONTHS: Final = 12
HOT_MONTHS: Final = 3
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
    now = pages.parts.now()
    edges = month_edges(now.astimezone(pages.words[visit.language].zone), MONTHS)
    ripe = edges[0] - RIPE_DAYS * _DAY, now - RIPE_DAYS * _DAY
    costs = (cost, cost) if cost else USUAL_COST
    channels = _channels(pages, visit, (*ripe, by), costs)
    lines = pages.parts.store.spend.campaigns()
    return {
        "channels": channels,
        "assumed": any(one.leads and not one.spend for one in channels),
        "by": by,
        "groups": list(GROUPS.items()),
        "has_campaigns": by == "campaign" or any(one.campaign for one in lines),
        "hot_months": HOT_MONTHS,
        "has_spend": bool(lines),
        "cost": cost,
        "costs": costs,
        "ripe_since": ripe[0],
        "ripe_until": ripe[1],
    }


def _channels(
    pages: Pages, visit: Visit, ripe: tuple[datetime, datetime, str], costs: tuple[int, int]
) -> list[Channel]:
    store, loaded = pages.parts.store.cohorts, pages.champion(visit).current()
    since, until, by = ripe
    vocabulary = loaded.artifact.catalog.vocabulary
    leads, dealt = store.leads((since, until), by), store.dealt(since, until, by)
    still, of_all = store.open(visit.target, by), outcomes_of(dealt)
    spends, hot = _spends(pages, visit, ripe), _hot(pages, visit, by)
    made = []
    for group in {**leads, **still}:
        count = leads.get(group, [0])[0]
        outcomes = outcomes_of(one for one in dealt if one.group == group)
        name = display_names.value_words(by, group or "", vocabulary, visit.language)
        per_win = tuple(count * one / outcomes.won for one in costs) if outcomes.won else None
        won = share(outcomes.won, count)
        left = still.get(group, OpenLeads(0, 0.0))
        spend = spends.get(group or "", 0.0)
        costs_ = (spend, spend / count if spend and count else None, hot.get(group))
        of_win = cost_of_one(spend, won, count)
        worth = outcomes if outcomes.won >= FEW_WINS else of_all
        value = left.expected * worth.amount / worth.won if worth.won else 0.0
        made.append(Channel(name, count, outcomes, won, left, per_win, *costs_, of_win, value))  # type: ignore[arg-type]
    return sorted(made, key=lambda one: -(one.won.value if one.won else -1.0))


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


def _hot(pages: Pages, visit: Visit, by: str) -> dict[str | None, CostInterval | None]:
    """Return what a hot lead of each group cost, of the leads of the last whole months."""
    local = pages.parts.now().astimezone(pages.words[visit.language].zone)
    edges = month_edges(local, HOT_MONTHS + 1)
    span, store = (edges[0], edges[-2]), pages.parts.store.cohorts
    spends = _spend_by(pages, by, (f"{edges[0]:%Y-%m}", f"{edges[-3]:%Y-%m}"), {})
    leads, hot = store.leads(span, by), store.became_hot(visit.target, *span, by)
    return {
        group: cost_of_one(spends.get(group or "", 0.0), share(hot.get(group, 0), one[0]), one[0])
        for group, one in leads.items()
    }
