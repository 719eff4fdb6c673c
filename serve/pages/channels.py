"""/channels: for managers and marketing, which channel brings customers, and where leads are lost.

Decided here: shares are those of ripe cohorts, leads that came in long enough ago (`RIPE_DAYS`);
younger ones are shown and marked. What a channel cost is the spend of the months of those leads;
where none was entered, a cost of a lead that is typed in counts, else the 8,000 to 13,000 yen that
are usual. What a win costs is uncertain as the share of wins is, so both have an interval; so has
what a hot lead costs, of the leads of the last months (`HOT_MONTHS`). Open leads count with the sum
of their probabilities.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.insight.funnel import ShareInterval, median_days, share
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.visitor import Visit
from serve.store.ranking.cohorts import DealtLead, OpenBySource
from serve.store.team.spend import spend_of

RIPE_DAYS: Final = 180
MONTHS: Final = 12
HOT_MONTHS: Final = 3
USUAL_COST: Final = (8_000, 13_000)
_DAY: Final = timedelta(days=1)
_DIGITS: Final = 9


class Outcomes(NamedTuple):
    """What became of leads: how many got a deal, won and lost, and the days until then."""

    opened: int
    won: int
    lost: int
    amount: float
    days_to_deal: float | None
    days_to_win: float | None


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
    open: OpenBySource
    cost_per_win: tuple[float, float] | None
    spend: float
    per_lead: float | None
    per_hot: CostInterval | None
    per_win: CostInterval | None


class Month(NamedTuple):
    """The leads of a month, and what became of them."""

    begins: datetime
    leads: int
    outcomes: Outcomes
    opened: ShareInterval | None
    won: ShareInterval | None
    ripe: bool


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/channels")
    def channels(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        cost = request.query_params.get("cost", "")
        known = cost.isascii() and cost.isdigit() and len(cost) <= _DIGITS
        context = _context(pages, visit, int(cost) if known else None)
        return pages.show(request, visit, "channels.html.j2", **context)

    return routes


def outcomes_of(leads: Iterable[DealtLead]) -> Outcomes:
    """Count what became of leads with deals."""
    some = list(leads)
    won = [(one, deal) for one in some for deal in one.deals if deal.decided == "won"]
    winners = {id(one) for one, _ in won}
    lost = [one for one in some if one.deals[0].decided == "lost" and id(one) not in winners]
    return Outcomes(
        opened=len(some),
        won=len(winners),
        lost=len(lost),
        amount=sum(deal.amount or 0.0 for _, deal in won),
        days_to_deal=median_days(
            (min(deal.opened_at for deal in one.deals) - one.created_at) / _DAY for one in some
        ),
        days_to_win=median_days((deal.stage_since - deal.opened_at) / _DAY for _, deal in won),
    )


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


def month_edges(now: datetime, months: int) -> list[datetime]:
    """Return the beginnings of the last months and of the next one, in the zone of `now`.

    Parameters
    ----------
    now
        The moment.
    months
        How many, the present one included.
    """
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    first = begins.year * 12 + begins.month - months
    numbers = range(first, first + months + 1)
    return [begins.replace(year=n // 12, month=n % 12 + 1) for n in numbers]


def _context(pages: Pages, visit: Visit, cost: int | None) -> dict[str, Any]:
    store, now = pages.parts.store.cohorts, pages.parts.now()
    local = now.astimezone(pages.words[visit.language].zone)
    edges = month_edges(local, MONTHS)
    ripe_since, ripe_until = edges[0] - RIPE_DAYS * _DAY, now - RIPE_DAYS * _DAY
    by_month = [sum(counts) for counts in zip(*store.leads(edges).values(), strict=True)]
    dealt = store.dealt(edges[0], edges[-1])
    costs = (cost, cost) if cost else USUAL_COST
    return {
        "channels": _channels(pages, visit, (ripe_since, ripe_until), costs),
        "hot_months": HOT_MONTHS,
        "has_spend": bool(pages.parts.store.spend.lines()),
        "months": _months(edges, by_month, dealt, now),
        "cost": cost,
        "costs": costs,
        "ripe_days": RIPE_DAYS,
        "ripe_since": ripe_since,
        "ripe_until": ripe_until,
    }


def _channels(
    pages: Pages, visit: Visit, ripe: tuple[datetime, datetime], costs: tuple[int, int]
) -> list[Channel]:
    store, loaded = pages.parts.store.cohorts, pages.champion(visit).current()
    vocabulary = loaded.artifact.catalog.vocabulary
    leads, dealt = store.leads(ripe), store.dealt(*ripe)
    still = store.open(visit.target)
    spends, hot = _spends(pages, visit, ripe), _hot(pages, visit)
    made = []
    for source in {**leads, **still}:
        count = leads.get(source, [0])[0]
        outcomes = outcomes_of(one for one in dealt if one.source == source)
        name = display_names.value_words("source", source or "", vocabulary, visit.language)
        per_win = tuple(count * one / outcomes.won for one in costs) if outcomes.won else None
        won = share(outcomes.won, count)
        left = still.get(source, OpenBySource(0, 0.0))
        spend = spends.get(source or "", 0.0)
        costs_ = (spend, spend / count if spend and count else None, hot.get(source))
        of_win = cost_of_one(spend, won, count)
        made.append(Channel(name, count, outcomes, won, left, per_win, *costs_, of_win))  # type: ignore[arg-type]
    return sorted(made, key=lambda one: -(one.won.value if one.won else -1.0))


def _spends(pages: Pages, visit: Visit, span: tuple[datetime, datetime]) -> dict[str, float]:
    """Return the spend of each source in the months of a span; its ends count in part."""
    zone = pages.words[visit.language].zone
    since, until = (at.astimezone(zone) for at in span)
    months = f"{since:%Y-%m}", f"{until:%Y-%m}"
    lines = pages.parts.store.spend.lines(*months)
    parts = {months[0]: (31 - since.day) / 30.0, months[1]: (until.day - 1) / 30.0}
    return spend_of(
        one._replace(amount=one.amount * min(max(parts.get(one.month, 1.0), 0.0), 1.0))
        for one in lines
    )


def _hot(pages: Pages, visit: Visit) -> dict[str | None, CostInterval | None]:
    """Return what a hot lead of each source cost, of the leads of the last whole months."""
    local = pages.parts.now().astimezone(pages.words[visit.language].zone)
    edges = month_edges(local, HOT_MONTHS + 1)
    span, store = (edges[0], edges[-2]), pages.parts.store
    months = f"{edges[0]:%Y-%m}", f"{edges[-3]:%Y-%m}"
    spends = spend_of(store.spend.lines(*months))
    leads, hot = store.cohorts.leads(span), store.cohorts.became_hot(visit.target, *span)
    return {
        source: cost_of_one(
            spends.get(source or "", 0.0), share(hot.get(source, 0), one[0]), one[0]
        )
        for source, one in leads.items()
    }


def _months(
    edges: list[datetime], leads: list[int], dealt: list[DealtLead], now: datetime
) -> list[Month]:
    made = []
    for n, count in enumerate(leads):
        begins, ends = edges[n], edges[n + 1]
        own = outcomes_of(one for one in dealt if begins <= one.created_at < ends)
        ripe = now - ends >= RIPE_DAYS * _DAY
        shares = share(own.opened, count), share(own.won, count)
        made.append(Month(begins, count, own, *shares, ripe))
    return made[::-1]
