"""What became of the leads of a month, or of others: deals, wins, losses, the days between.

Decided here: a month whose leads came in less than `RIPE_DAYS` ago is marked as not ripe, since
more of its leads will still be won.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from serve.insight.funnel import ShareInterval, median_days, share
from serve.pages.shell.frame import Pages
from serve.pages.shell.visitor import Visit
from serve.store.ranking.cohorts import DealtLead

RIPE_DAYS: Final = 180
_DAY: Final = timedelta(days=1)


class Outcomes(NamedTuple):
    """What became of leads: how many got a deal, won and lost, and the days until then."""

    opened: int
    won: int
    lost: int
    amount: float
    days_to_deal: float | None
    days_to_win: float | None


class Month(NamedTuple):
    """The leads of a month, and what became of them."""

    begins: datetime
    leads: int
    outcomes: Outcomes
    opened: ShareInterval | None
    won: ShareInterval | None
    ripe: bool


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


def months_of(pages: Pages, visit: Visit, months: int) -> list[Month]:
    """Return the last months with their leads and what became of them, the newest first.

    Parameters
    ----------
    pages
        The pages.
    visit
        Who looks, in which language.
    months
        How many.
    """
    store, now = pages.parts.store.cohorts, pages.parts.now()
    edges = month_edges(now.astimezone(pages.words[visit.language].zone), months)
    leads = [sum(counts) for counts in zip(*store.leads(edges).values(), strict=True)]
    leads, dealt = leads or [0] * months, store.dealt(edges[0], edges[-1])
    made = []
    for n, count in enumerate(leads):
        begins, ends = edges[n], edges[n + 1]
        own = outcomes_of(one for one in dealt if begins <= one.created_at < ends)
        ripe = now - ends >= RIPE_DAYS * _DAY
        shares = share(own.opened, count), share(own.won, count)
        made.append(Month(begins, count, own, *shares, ripe))
    return made[::-1]
