"""/channels: for managers and marketing, which channel brings customers, and where leads are lost.

Decided here: shares are those of ripe cohorts, leads that came in long enough ago (`RIPE_DAYS`);
younger ones are shown and marked. A lead's cost is not known to the server: what is typed in counts
for all, and without it the 8,000 to 13,000 yen that are usual. Open leads count with the sum of
their probabilities.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from serve.insight.funnel import ShareInterval, median_days, share
from serve.pages.shell import display_names
from serve.pages.shell.frame import Pages
from serve.pages.shell.visitor import Visit
from serve.store.ranking.cohorts import DealtLead, OpenBySource

RIPE_DAYS: Final = 180
MONTHS: Final = 12
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


class Channel(NamedTuple):
    """A source: its ripe leads and what became of them, and its open leads."""

    name: str
    leads: int
    outcomes: Outcomes
    won: ShareInterval | None
    open: OpenBySource
    cost_per_win: tuple[float, float] | None


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
        visit = pages.visit(request)
        if visit.user is not None and visit.user.role == "sales":
            raise HTTPException(404)
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
    made = []
    for source in {**leads, **still}:
        count = leads.get(source, [0])[0]
        outcomes = outcomes_of(one for one in dealt if one.source == source)
        name = display_names.value_words("source", source or "", vocabulary, visit.language)
        per_win = tuple(count * one / outcomes.won for one in costs) if outcomes.won else None
        won = share(outcomes.won, count)
        left = still.get(source, OpenBySource(0, 0.0))
        made.append(Channel(name, count, outcomes, won, left, per_win))  # type: ignore[arg-type]
    return sorted(made, key=lambda one: -(one.won.value if one.won else -1.0))


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
