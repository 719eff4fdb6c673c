"""The leads to work this week: the hottest, and a random share of those below them.

Decided here: leads that were worked because of their score do not show what the score is worth. So
the last places of the list may be drawn by lot from the leads below the cut, all with the same
chance. The lot is a hash of seed, week and lead id: every request of the same week, on any worker,
draws the same leads as long as they are below the cut. Weeks begin on Monday, 00:00 UTC. Where all
leads fit on the list, nothing is drawn.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from typing import Protocol

from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.ranking import RankedLead, RankingPage
from serve.wire.targets import DEFAULT


class RankingReader(Protocol):
    """What a list needs of the ranking; `serve.store.ranking.ranking.Ranking` in the server."""

    def page(self, wanted: RankingFilter, cursor: str | None, limit: int) -> RankingPage:
        """Return a page of leads.

        Parameters
        ----------
        wanted
            Which leads.
        cursor
            Where the page begins; None is the first lead.
        limit
            The most leads on it.
        """

    def below(self, wanted: RankingFilter, last: RankedLead | None) -> Iterable[str]:
        """Return the ids of the leads that come after one.

        Parameters
        ----------
        wanted
            Which leads.
        last
            The lead; None means all leads.
        """

    def some(self, lead_ids: Iterable[str], target: str) -> list[RankedLead]:
        """Return the rows of some leads.

        Parameters
        ----------
        lead_ids
            The leads.
        target
            Of the ranking; empty is the default.
        """


@dataclass(frozen=True)
class Draw:
    """How a list is drawn: the share by lot, the seed of the lot, and the moment."""

    share: float
    seed: int
    now: datetime

    @property
    def week(self) -> datetime:
        """The beginning of the week."""
        return week_of(self.now)


@dataclass(frozen=True)
class WorkedList:
    """The leads to work: those by rank, then those drawn, both in the order of the ranking."""

    ranked: list[RankedLead]
    drawn: list[RankedLead]
    total: int
    target: str = DEFAULT

    @property
    def rows(self) -> list[RankedLead]:
        """All leads of the list."""
        return [*self.ranked, *self.drawn]


def worked_list(
    ranking: RankingReader, wanted: RankingFilter, places: int, draw: Draw
) -> WorkedList:
    """Build the list of a week.

    Parameters
    ----------
    ranking
        The store's.
    wanted
        Which leads may be worked.
    places
        How many leads can be worked.
    draw
        How the last places are drawn.
    """
    by_lot = round(places * draw.share)
    page = ranking.page(wanted, None, places)
    if not by_lot or page.total <= places:
        return WorkedList(page.rows, [], page.total, wanted.target)
    ranked = page.rows[: places - by_lot]
    below = ranking.below(wanted, ranked[-1] if ranked else None)
    ids = nsmallest(by_lot, below, key=lambda one: lot(draw, one))
    return WorkedList(ranked, ranking.some(ids, wanted.target), page.total, wanted.target)


def lot(draw: Draw, lead_id: str) -> bytes:
    """Return the lot of a lead in a week; the lowest are on the list.

    Parameters
    ----------
    draw
        How the list is drawn.
    lead_id
        The lead.
    """
    text = f"{draw.seed} {draw.week:%Y-%m-%d} {lead_id}"
    return hashlib.sha256(text.encode()).digest()


def week_of(now: datetime) -> datetime:
    """Return when the week of a moment began.

    >>> week_of(datetime(2026, 4, 1, 9, tzinfo=UTC)).isoformat()
    '2026-03-30T00:00:00+00:00'
    """
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
