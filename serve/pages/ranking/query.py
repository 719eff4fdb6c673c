"""The query of the ranking page, from its address.

Decided here: an unknown value does not filter, so an old link still opens; the query never includes
owners that a user may not see. "New" and "woke up" mean in the last seven days.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from fastapi import Request

from serve.pages.ranking.cards import RECENT
from serve.pages.shell.display_names import BANDS
from serve.pages.shell.people import PersonNames
from serve.pages.shell.visitor import Visit, named_owners, visible_owners
from serve.scoring.loaded_model import LoadedModel
from serve.settings import Settings
from serve.store.ranking.filters import Band, RankingFilter
from serve.wire.team.standing import LISTS, LeadList

UNOWNED: Final = "-"
MOST_TAKEN: Final = 200
_ATTRIBUTE: Final = "industry"
_LONGEST: Final = 200
_DIGITS: Final = 6
SHOWN: Final = (*LISTS, "aside")
"""The lists of the page."""


@dataclass(frozen=True)
class RankingQuery:
    """The values of the form; `take` is how many leads can be worked, `list` which are listed."""

    q: str
    band: str
    owner: str
    source: str
    industry: str
    woke: bool
    new: bool
    take: int
    cursor: str | None
    list: LeadList = "call"
    page: int = 1

    @classmethod
    def of(cls, request: Request) -> "RankingQuery":
        """Read the query of an address."""
        fields = {
            name: text.replace("\0", "")[:_LONGEST].strip()
            for name, text in request.query_params.items()
        }
        band, take = fields.get("band", ""), fields.get("take", "")
        return cls(
            q=fields.get("q", ""),
            band=band if band in BANDS else "",
            owner=fields.get("owner", ""),
            source=fields.get("source", ""),
            industry=fields.get(_ATTRIBUTE, ""),
            woke="woke" in fields,
            new="new" in fields,
            take=min(int(take), MOST_TAKEN) if take.isascii() and take.isdigit() else 0,
            cursor=request.query_params.get("cursor"),
            list=cast("LeadList", fields["list"]) if fields.get("list") in SHOWN else "call",
            page=_number(fields.get("page", "")),
        )

    @property
    def narrowed(self) -> bool:
        """Whether the query filters at all."""
        return bool(self.band) or self.searched

    @property
    def searched(self) -> bool:
        """Whether the search form was used."""
        return any((self.q, self.owner, self.source, self.industry, self.woke, self.new))

    def filter(
        self, visit: Visit, settings: Settings, people: PersonNames, now: datetime
    ) -> RankingFilter:
        """Build the filter, within what the visit may see; a search covers names of owners, too.

        Parameters
        ----------
        visit
            The visit.
        settings
            Of the server.
        people
            The names of owners.
        now
            The moment.
        """
        owners = visible_owners(visit, settings)
        if self.owner:
            wanted = frozenset([None if self.owner == UNOWNED else self.owner])
            owners = wanted if owners is None else owners & wanted
        since = now - RECENT
        return RankingFilter(
            target=visit.target,
            standing="call",
            aside_at=now,
            band=cast("Band", self.band) if self.band else None,
            source=self.source or None,
            q=self.q or None,
            q_owners=people.called(self.q) if self.q else frozenset(),
            names=self.q or None,
            named_owners=named_owners(visit),
            owners=owners,
            attributes={_ATTRIBUTE: self.industry} if self.industry else {},
            created_since=since if self.new else None,
            woke_since=since if self.woke else None,
        )


def _number(text: str) -> int:
    """Read the number of a page; anything else means the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else 1


def industries(loaded: LoadedModel) -> tuple[str, ...]:
    """Return the industries that the model knows."""
    categories = loaded.artifact.catalog.vocabulary.categories
    return categories.get(_ATTRIBUTE, ())
