"""What became of leads with deals: deals, wins, losses, the days between; and months of leads.

Decided here: leads that came in less than `RIPE_DAYS` ago are not ripe, since more of them will
still be won.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from serve.insight.funnel import ShareInterval, median_days
from serve.wire.team.standing import Deal

RIPE_DAYS: Final = 180
_DAY: Final = timedelta(days=1)


class DealtLead(NamedTuple):
    """A lead with deals: when it came in, its groups (its source, say), and its deals."""

    lead_id: str
    created_at: datetime
    groups: tuple[str | None, ...]
    deals: list[Deal]


class QualifiedLead(NamedTuple):
    """A lead that was qualified: when it came in, its groups, and when it was qualified first."""

    lead_id: str
    created_at: datetime
    groups: tuple[str | None, ...]
    at: datetime


class Outcomes(NamedTuple):
    """What became of leads: how many got a deal, won and lost, and the days until then."""

    opened: int
    won: int
    lost: int
    amount: float
    days_to_deal: float | None
    days_to_win: float | None


class Month(NamedTuple):
    """The leads of a month, and what became of them; `qualified` is none where it is not known."""

    begins: datetime
    leads: int
    qualified: ShareInterval | None
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
