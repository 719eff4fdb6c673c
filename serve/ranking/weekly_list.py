"""The leads to work this week: the hottest, and a random share of those below them.

Decided here: a lead that was worked because it scored high says nothing of what the score is worth.
So the last places of the list may be drawn by lot from the leads below the cut, every one with the
same chance. The lot is a hash of seed, week and lead id: whoever asks again in the same week, on
whichever worker, draws the same leads as long as they are below the cut. Weeks begin on Monday,
00:00 UTC. Where all leads fit on the list nothing is drawn.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from typing import Protocol

from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import RankedLead, RankingPage


class Reader(Protocol):
    """What is asked of the ranking; `serve.store.ranking.ranking.Ranking`."""

    def page(self, wanted: RankingFilter, cursor: str | None, limit: int) -> RankingPage:
        """Give the first leads."""

    def below(self, wanted: RankingFilter, last: RankedLead | None) -> Iterable[str]:
        """Give the ids of the leads that come after one."""

    def some(self, lead_ids: Iterable[str]) -> list[RankedLead]:
        """Give the rows of some leads."""


@dataclass(frozen=True)
class Draw:
    """How a list is drawn: the share by lot, the seed of the lot, and the moment."""

    share: float
    seed: int
    now: datetime

    @property
    def week(self) -> datetime:
        """When the week began."""
        return week_of(self.now)


@dataclass(frozen=True)
class WorkedList:
    """The leads to work: those by rank, then those that were drawn, each in the ranking's order."""

    ranked: list[RankedLead]
    drawn: list[RankedLead]
    total: int

    @property
    def rows(self) -> list[RankedLead]:
        """All of them."""
        return [*self.ranked, *self.drawn]


def worked_list(ranking: Reader, wanted: RankingFilter, places: int, draw: Draw) -> WorkedList:
    """Make the list.

    Parameters
    ----------
    ranking
        The store's.
    wanted
        Which leads may be worked.
    places
        How many leads can be worked.
    draw
        How many of them are drawn, and how.
    """
    by_lot = round(places * draw.share)
    page = ranking.page(wanted, None, places)
    if not by_lot or page.total <= places:
        return WorkedList(page.rows, [], page.total)
    ranked = page.rows[: places - by_lot]
    below = ranking.below(wanted, ranked[-1] if ranked else None)
    ids = nsmallest(by_lot, below, key=lambda one: lot(draw, one))
    return WorkedList(ranked, ranking.some(ids), page.total)


def lot(draw: Draw, lead_id: str) -> bytes:
    """Draw the lot of a lead in a week; the lowest are on the list."""
    said = f"{draw.seed} {draw.week:%Y-%m-%d} {lead_id}"
    return hashlib.sha256(said.encode()).digest()


def week_of(now: datetime) -> datetime:
    """Tell when the week of a moment began.

    >>> week_of(datetime(2026, 4, 1, 9, tzinfo=UTC)).isoformat()
    '2026-03-30T00:00:00+00:00'
    """
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
