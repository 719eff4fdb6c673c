"""A ranked lead as pages show it: every value as text.

Decided here: the two strongest reasons for a lead are shown; if there is none, the strongest
against it. A row whose model is gone has no reasons, and the page says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final

from features.errors import ArtifactError
from serve.pages.shell import display_names
from serve.pages.shell.contact import Contact, contact_of
from serve.pages.shell.frame import Pages
from serve.pages.shell.visitor import Visit, may_name
from serve.ranking.reasons import reasons_of_row
from serve.store.leads.display import Shown
from serve.store.ranking.ranking import MOST, RankedLead
from serve.wire.responses import ReasonBody

RECENT: Final = timedelta(days=7)
_REASONS: Final = 2


@dataclass(frozen=True)
class Card:
    """The texts of one lead; `row` holds its numbers."""

    row: RankedLead
    address: str
    contact: Contact
    about: list[str]
    owner: str
    source: str
    band: str
    arrow: str
    trend: str
    trend_reason: str
    reasons: list[ReasonBody]
    last_activity: str
    woke_up: bool
    is_new: bool
    is_drawn: bool


class Cards:
    """Builds cards in the language of a visit.

    Parameters
    ----------
    pages
        The frame of all pages.
    visit
        Who looks, at which target.
    drawn
        Ids of the leads that were drawn by lot.
    """

    def __init__(self, pages: Pages, visit: Visit, drawn: frozenset[str] = frozenset()) -> None:
        self._champion = pages.champion(visit)
        self._loaded = self._champion.current()
        self._words = pages.words[visit.language]
        self._people = pages.people(visit.language)
        self._displays = pages.parts.store.displays
        self._visit = visit
        self._now = pages.parts.now()
        self._drawn = drawn

    def of(self, rows: Iterable[RankedLead]) -> Iterator[Card]:
        """Yield the cards of leads; names are read for many rows at once."""
        left = iter(rows)
        while some := list(islice(left, MOST)):
            named = [row.lead_id for row in some if may_name(self._visit, row.owner_id)]
            shown = self._displays.of(named)
            yield from (self._card(row, shown.get(row.lead_id, {})) for row in some)

    def _card(self, row: RankedLead, shown: Shown) -> Card:
        vocabulary, words = self._loaded.artifact.catalog.vocabulary, self._words
        arrow, trend = display_names.TRENDS[row.trend]
        since = self._now - RECENT
        source = display_names.value_words("source", row.source, vocabulary, words.language)
        return Card(
            row=row,
            address=display_names.lead_address(row.lead_id, self._loaded.target),
            contact=contact_of(row.lead_id, row.attributes, shown),
            about=display_names.about(row.attributes, vocabulary, words.language),
            owner=self._people.owner(row.owner_id),
            source="" if row.source is None else source,
            band=words.say(display_names.BANDS[row.band]),
            arrow=arrow,
            trend=words.say(trend),
            trend_reason=self._trend_reason(row),
            reasons=self._reasons(row),
            last_activity=display_names.code_words(
                row.last_activity_type, vocabulary, words.language
            ),
            woke_up=row.woke_up_at is not None and row.woke_up_at >= since,
            is_new=row.created_at >= since,
            is_drawn=row.lead_id in self._drawn,
        )

    def _trend_reason(self, row: RankedLead) -> str:
        """Return the label of the concept behind the trend; "" if this model does not know it."""
        concepts = self._loaded.scorer.concepts
        if row.trend_reason not in concepts.codes:
            return ""
        label = concepts.labels[concepts.codes.index(row.trend_reason)]
        return str(getattr(label, self._words.language))

    def _reasons(self, row: RankedLead) -> list[ReasonBody]:
        try:
            own = row.model_fingerprint == self._loaded.fingerprint
            loaded = self._loaded if own else self._champion.of(row.model_fingerprint)
        except ArtifactError:
            return []
        reasons = reasons_of_row(row, loaded, self._words.language, self._now)
        positive = [reason for reason in reasons if reason.contribution > 0]
        return (positive or reasons)[:_REASONS]
