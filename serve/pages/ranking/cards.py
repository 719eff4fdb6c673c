"""A lead of a list as pages show it: every value as text.

Decided here: the two strongest reasons for a lead are shown; if there is none, the strongest
against it. A row whose model is gone has no reasons, and the page says so. What a deal brings is
its amount times the probability of its lead.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from msgspec import UnsetType

from features.errors import ArtifactError
from models.contact.ranked_by import CONTACT_VALUE
from serve.insight.missing_facts import most_telling
from serve.insight.next_step import LeadFacts, NextStep, Writer
from serve.pages.shell import display_names
from serve.pages.shell.contact import Contact, contact_of, refuses_mails
from serve.pages.shell.done import result_words
from serve.pages.shell.frame import Pages
from serve.pages.shell.step_words import STANDINGS
from serve.pages.shell.visitor import Visit, may_name
from serve.ranking.facts_of_steps import facts_of
from serve.ranking.market_summaries import MarketFigures
from serve.ranking.reasons import reasons_of_row
from serve.store.leads.display import Shown
from serve.store.ranking.ranking import MOST, RankedLead
from serve.store.ranking.standings import ListedLead
from serve.wire.responses import ReasonBody
from serve.wire.team.standing import Deal
from serve.wire.team.steps import WorkState

RECENT: Final = timedelta(days=7)
_REASONS: Final = 2
_STILL: Final = 0.0005
"""A change that is shown as none."""


class ExpectedRevenue(NamedTuple):
    """Amount times probability, and the same with the ends of its interval."""

    mean: float
    low: float
    high: float


class ShownDeal(NamedTuple):
    """A deal with the names of its stage and of why it was lost, and the days in the stage.

    `usual` is the median of these days for won deals; none where it is not known.
    """

    deal: Deal
    stage: str
    reason: str
    days: int
    usual: float | None


@dataclass(frozen=True)
class Card:
    """The texts of one lead; `row` holds its data, `ranked` its numbers, if it is ranked."""

    row: RankedLead | ListedLead
    ranked: RankedLead | None
    address: str
    contact: Contact
    about: list[str]
    owner: str
    source: str
    band: str
    arrow: str
    change: str
    trend: str
    trend_reason: str
    reasons: list[ReasonBody]
    last_activity: str
    woke_up: bool
    is_new: bool
    is_drawn: bool
    standing: str
    deals: list[ShownDeal]
    expected: ExpectedRevenue | None
    work: WorkState
    step: NextStep
    call_adds: str = ""


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
        self._store = pages.parts.store
        self._rules = pages.parts.rules
        self._visit = visit
        self._now = pages.parts.now()
        self._drawn = drawn

    def of(self, rows: Iterable[RankedLead]) -> Iterator[Card]:
        """Yield the cards of ranked leads; their deals are read for many rows at once."""
        left = iter(rows)
        while some := list(islice(left, MOST)):
            dealing = [row.lead_id for row in some if row.standing != "call"]
            listed = self._store.standings.some(dealing) if dealing else {}
            yield from self._cards([(row, row, _deals(listed.get(row.lead_id))) for row in some])

    def listed(self, rows: Iterable[ListedLead]) -> Iterator[Card]:
        """Yield the cards of leads of a list, with the numbers of those that are ranked."""
        left = iter(rows)
        while some := list(islice(left, MOST)):
            ids = [row.lead_id for row in some]
            ranked = {row.lead_id: row for row in self._store.ranking.some(ids, self._visit.target)}
            yield from self._cards([(row, ranked.get(row.lead_id), row.deals) for row in some])

    def one(self, row: ListedLead, ranked: RankedLead | None, telling: tuple[str, ...]) -> Card:
        """Return the card of one lead.

        Parameters
        ----------
        row
            The lead.
        ranked
            Its row of the ranking, if it has one.
        telling
            The attributes that could move its probability, the strongest first.
        """
        return next(self._cards([(row, ranked, row.deals)], telling))

    def _cards(
        self,
        rows: list[tuple[RankedLead | ListedLead, RankedLead | None, list[Deal]]],
        telling: tuple[str, ...] | None = None,
    ) -> Iterator[Card]:
        named = [row.lead_id for row, _, _ in rows if may_name(self._visit, row.owner_id)]
        shown = self._store.displays.of(named)
        ids = [row.lead_id for row, _, _ in rows]
        work = self._store.steps.states(ids)
        interests = self._store.nurturing.interests(ids, self._visit.target)
        telling = most_telling(self._loaded) if telling is None else telling
        for row, ranked, deals in rows:
            interest, topic = interests.get(row.lead_id, ("", ""))
            state = work.get(row.lead_id, WorkState())
            facts = facts_of(row, ranked, deals, state, self._now)
            own = shown.get(row.lead_id, {})
            facts = facts._replace(
                telling=telling,
                interest=interest,
                topic=topic,
                no_mails=refuses_mails(row.attributes, own),
            )
            yield self._card((row, ranked, deals), facts, state, own)

    def _card(
        self,
        one: tuple[RankedLead | ListedLead, RankedLead | None, list[Deal]],
        facts: LeadFacts,
        work: WorkState,
        shown: Shown,
    ) -> Card:
        row, ranked, deals = one
        words, vocabulary = self._words, self._loaded.artifact.catalog.vocabulary
        since, language = self._now - RECENT, self._words.language
        reasons = self._reasons(ranked) if ranked else []
        trend = display_names.TRENDS[ranked.trend] if ranked else ("", "")
        source = display_names.value_words("source", row.source or "", vocabulary, language)
        arrow, change = self._change(ranked)
        return Card(
            row=row,
            ranked=ranked,
            address=display_names.lead_address(row.lead_id, self._loaded.target),
            contact=contact_of(row.lead_id, row.attributes, shown),
            about=display_names.about(row.attributes, vocabulary, language),
            owner=self._people.owner(row.owner_id),
            source="" if row.source is None else source,
            band=words.say(display_names.BANDS[ranked.band]) if ranked else "",
            arrow=arrow,
            change=change,
            trend=words.say(trend[1]) if trend[1] else "",
            trend_reason=self._trend_reason(ranked),
            reasons=reasons,
            last_activity=display_names.code_words(row.last_activity_type, vocabulary, language),
            woke_up=row.woke_up_at is not None and row.woke_up_at >= since,
            is_new=row.created_at >= since,
            is_drawn=row.lead_id in self._drawn,
            standing=words.say(STANDINGS[row.standing]),
            deals=[self._deal(deal) for deal in deals],
            expected=self._expected(ranked, deals),
            work=work,
            step=self._rules.next_step(facts, self._writer(reasons), self._now),
            call_adds=self._call_adds(ranked),
        )

    def _writer(self, reasons: list[ReasonBody]) -> Writer:
        words, vocabulary = self._words, self._loaded.artifact.catalog.vocabulary
        return Writer(
            words.language,
            lambda at: words.near_day(at, self._now),
            lambda name: display_names.code_words(name, vocabulary, words.language),
            lambda code: result_words(code, words),
            reasons[0].sentence if reasons else words.say("No reason stands out."),
            lambda code: words.say(display_names.INTERESTS[code]) if code else "",
            lambda code: display_names.code_words(code or None, vocabulary, words.language),
        )

    def _change(self, ranked: RankedLead | None) -> tuple[str, str]:
        """Return an arrow and the change of the probability in the last week; "" if not known."""
        if ranked is None or ranked.week_change is None:
            return "", ""
        change = ranked.week_change
        arrow = "→" if abs(change) < _STILL else "↗" if change > 0 else "↘"
        return arrow, self._words.points(0.0 if arrow == "→" else change)

    def _call_adds(self, ranked: RankedLead | None) -> str:
        """Return what a contact adds, with its range, where leads are ranked by it; else ""."""
        if ranked is None or self._loaded.ranked_by.by != CONTACT_VALUE:
            return ""
        ends = (ranked.contact_value, ranked.contact_value_low, ranked.contact_value_high)
        if any(isinstance(one, UnsetType) for one in ends):
            return ""
        value, low, high = (self._words.points(one) for one in ends if isinstance(one, float))
        return self._words.say(
            "A contact adds %(value)s points (%(low)s to %(high)s).",
            value=value,
            low=low,
            high=high,
        )

    def _deal(self, deal: Deal) -> ShownDeal:
        vocabulary, language = self._loaded.artifact.catalog.vocabulary, self._words.language
        return ShownDeal(
            deal,
            display_names.stage_words(deal.stage, self._loaded, self._words),
            display_names.value_words("reason", deal.reason or "", vocabulary, language),
            max(0, (self._now - deal.stage_since).days),
            None if deal.decided else self._usual_days.get(deal.stage),
        )

    @cached_property
    def _usual_days(self) -> dict[str, float]:
        """The days of won deals in each stage; read only where there is an open deal."""
        figures = MarketFigures(self._store.cohorts, self._store.summaries)
        return figures.usual_days(self._now)

    def _expected(self, ranked: RankedLead | None, deals: list[Deal]) -> ExpectedRevenue | None:
        amount = next((one.amount for one in deals if one.decided is None), None)
        if ranked is None or not amount:
            return None
        ends = self._loaded.artifact.model.interval.of(np.array([ranked.probability]))
        low, high = (float(end[0]) for end in ends[:2])
        return ExpectedRevenue(amount * ranked.probability, amount * low, amount * high)

    def _trend_reason(self, row: RankedLead | None) -> str:
        """Return the label of the concept behind the trend; "" if this model does not know it."""
        concepts = self._loaded.scorer.concepts
        if row is None or row.trend_reason not in concepts.codes:
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


def _deals(listed: ListedLead | None) -> list[Deal]:
    return [] if listed is None else listed.deals
