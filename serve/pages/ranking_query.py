"""What a reader asked of the ranking, from the address of the page.

Decided here: what is not understood does not narrow, so an old link still opens; owners that a user
may not see are never asked for. "New" and "woke up" mean in the last seven days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from fastapi import Request

from serve.pages.cards import Since
from serve.pages.display_names import BANDS
from serve.pages.people import People
from serve.pages.visitor import Visit, seen_by
from serve.settings import Settings
from serve.store.ranking.filters import Band, RankingFilter

RECENT: Final = timedelta(days=7)
UNOWNED: Final = "-"
MOST_TAKEN: Final = 200
_ATTRIBUTE: Final = "industry"
_LONGEST: Final = 200


@dataclass(frozen=True)
class RankingQuery:
    """What was asked, each as it stands in the form; `take` is how many leads can be worked."""

    q: str
    band: str
    owner: str
    source: str
    industry: str
    woke: bool
    new: bool
    take: int
    cursor: str | None

    @classmethod
    def of(cls, request: Request) -> "RankingQuery":
        """Read the query of an address."""
        told = {
            name: text.replace("\0", "")[:_LONGEST].strip()
            for name, text in request.query_params.items()
        }
        band, take = told.get("band", ""), told.get("take", "")
        return cls(
            q=told.get("q", ""),
            band=band if band in BANDS else "",
            owner=told.get("owner", ""),
            source=told.get("source", ""),
            industry=told.get(_ATTRIBUTE, ""),
            woke="woke" in told,
            new="new" in told,
            take=min(int(take), MOST_TAKEN) if take.isascii() and take.isdigit() else 0,
            cursor=request.query_params.get("cursor"),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the page was asked for."""
        return bool(self.band) or self.searched

    @property
    def searched(self) -> bool:
        """Whether the search form was used."""
        return any((self.q, self.owner, self.source, self.industry, self.woke, self.new))

    def filter(
        self, visit: Visit, settings: Settings, people: People, now: datetime
    ) -> RankingFilter:
        """Give the filter, within what the visit may see; a search finds names of owners, too."""
        owners = seen_by(visit, settings)
        if self.owner:
            wanted = frozenset([None if self.owner == UNOWNED else self.owner])
            owners = wanted if owners is None else owners & wanted
        since = recent(now)
        return RankingFilter(
            band=cast("Band", self.band) if self.band else None,
            source=self.source or None,
            q=self.q or None,
            q_owners=people.called(self.q) if self.q else frozenset(),
            owners=owners,
            attributes={_ATTRIBUTE: self.industry} if self.industry else {},
            created_since=since.created_at if self.new else None,
            woke_since=since.woke_up_at if self.woke else None,
        )


def recent(now: datetime) -> Since:
    """Tell from when on a lead is new, and has woken up lately."""
    return Since(now=now, woke_up_at=now - RECENT, created_at=now - RECENT)


def industries(loaded: Any) -> tuple[str, ...]:
    """Give the industries that the model was taught."""
    categories: dict[str, tuple[str, ...]] = loaded.artifact.catalog.vocabulary.categories
    return categories.get(_ATTRIBUTE, ())
