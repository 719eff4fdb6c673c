"""A ranked lead as pages show it: every value as text.

Decided here: the two strongest reasons for a lead are shown; if there is none, the strongest
against it. A row whose model is gone has no reasons, and the page says so.
"""

from dataclasses import dataclass
from datetime import datetime

from features.errors import ArtifactError
from serve.pages.shell import display_names
from serve.pages.shell.page_words import PageWords
from serve.pages.shell.people import PersonNames
from serve.ranking.reasons import reasons_of_row
from serve.scoring.protocols import Champion
from serve.store.ranking.ranking import RankedLead
from serve.wire.responses import ReasonBody

_REASONS = 2


@dataclass(frozen=True)
class Card:
    """The texts of one lead; `row` holds its numbers."""

    row: RankedLead
    address: str
    title: str
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


@dataclass(frozen=True)
class Since:
    """From when on a lead counts as woken up or new; it depends on `now`."""

    now: datetime
    woke_up_at: datetime
    created_at: datetime


class Cards:
    """Builds cards in one language.

    Parameters
    ----------
    champion
        The models.
    words
        The language.
    people
        The names of owners.
    since
        What counts as recent.
    drawn
        Ids of the leads that were drawn by lot.
    """

    def __init__(
        self,
        champion: Champion,
        words: PageWords,
        people: PersonNames,
        since: Since,
        drawn: frozenset[str] = frozenset(),
    ) -> None:
        self._champion = champion
        self._people = people
        self._loaded = champion.current()
        self._words = words
        self._since = since
        self._drawn = drawn

    def of(self, row: RankedLead) -> Card:
        """Return the card of a lead."""
        vocabulary, words = self._loaded.artifact.catalog.vocabulary, self._words
        arrow, trend = display_names.TRENDS[row.trend]
        woke = row.woke_up_at is not None and row.woke_up_at >= self._since.woke_up_at
        source = display_names.value_words("source", row.source, vocabulary, words.language)
        return Card(
            row=row,
            address=display_names.lead_address(row.lead_id, self._loaded.target),
            title=display_names.title_of(row.lead_id, row.attributes),
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
            woke_up=woke,
            is_new=row.created_at >= self._since.created_at,
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
        reasons = reasons_of_row(row, loaded, self._words.language, self._since.now)
        positive = [reason for reason in reasons if reason.contribution > 0]
        return (positive or reasons)[:_REASONS]
