"""The content of a lead's page.

Decided here: the page shows one scoring, logged with a receipt; everything else on it is computed
by the same model for the same request. The change is that since a week ago.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec

from features.catalog.catalog import Vocabulary
from features.catalog.naming import ACCOUNT_PREFIX
from features.kernel.inputs import Matrix
from features.reading.normalize import folded
from serve.errors import NoLead
from serve.http.garbage import give_back
from serve.insight.change import ChangePart, ChangeSplit, Side, split
from serve.insight.full_explanation import full_explanation
from serve.insight.missing_facts import MissingFact, missing_facts
from serve.insight.reason_dates import reason_dates
from serve.insight.silent_forecast import silent_forecast
from serve.insight.trend import past
from serve.pages.lead import charts
from serve.pages.lead.quoted_words import quoted_words
from serve.pages.lead.topics_to_send import MOST_ALIKE, topics_to_send
from serve.pages.ranking.cards import Card, Cards
from serve.pages.shell import display_names
from serve.pages.shell.contact import contact_of
from serve.pages.shell.done import step_line
from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import mark
from serve.pages.shell.step_words import RESULTS, VERDICTS
from serve.pages.shell.visitor import Visit, may_name, may_see, visible_owners
from serve.ranking.standings import standings_of
from serve.scoring.inputs.point_in_time import attributes_of, owner_of, visible_from
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import moment
from serve.store.leads.display import Shown
from serve.store.ranking.filters import RankingFilter
from serve.store.ranking.standings import listed_of
from serve.stored_leads.scores import ScoredLead, score_stored
from serve.stored_leads.similar_winners import MOST as MOST_SIMILAR
from serve.stored_leads.similar_winners import Alike
from serve.wire.records import ScoreRequest
from serve.wire.team.steps import RESULTS as RESULT_CODES

CAUSES: Final = {
    "new_model": mark("a new model"),
    "passing_time": mark("time that passed"),
    "changed_attributes": mark("changed data of the lead"),
    "new_activities": mark("new activities and deals"),
}
MOST_REASONS: Final = 3
_WEEK: Final = timedelta(days=7)
_RECENT: Final = 12
_LEAST: Final = 0.0005


class Similar(NamedTuple):
    """A lead that was won, as the page shows it."""

    lead_id: str
    address: str
    title: str
    kind: list[str]
    won_at: datetime
    probability: float
    shared: list[str]


def lead_context(pages: Pages, visit: Visit, lead_id: str) -> dict[str, Any]:
    """Score a lead, log the scoring, and return the context of its page.

    Parameters
    ----------
    pages
        The frame of all pages.
    visit
        Who looks.
    lead_id
        The lead.

    Raises
    ------
    NoLead
        If it is not stored, or this user may not see it.
    """
    parts, words = pages.parts, pages.words[visit.language]
    loaded = pages.champion(visit).current()
    asker = f"user:{visit.user_id}" if visit.user_id else None
    scored = score_stored(parts, loaded, lead_id, visit.language, asker)
    if not may_see(visit, parts.settings, owner_of(scored.request, parts.now())):
        raise NoLead.of("no such lead", "a lead of yours", "ask its owner")
    parts.receipts.append_now([scored.scoring])
    lead, values = scored.request.histories[0].lead, loaded.values(scored.request)
    attributes = attributes_of(scored.request, parts.now())
    history = past(loaded, scored.request)
    facts = missing_facts(loaded, values, visit.language, parts.rules.ask_for)
    alike = list(_alike(pages, visit, loaded, values, lead_id))
    explanation = full_explanation(loaded, values, visit.language)
    vocabulary = loaded.artifact.catalog.vocabulary
    people = pages.people(visit.language)
    context = {
        "answer": scored.answer,
        "lead": lead,
        "address": display_names.lead_address(scored.answer.lead_id, visit.target),
        "account_address": _account_address(pages, visit, lead.account_id, scored.answer.lead_id),
        "card": (card := _card(pages, visit, scored, facts)),
        "contact": card.contact,
        "steps_taken": [
            (one, step_line(one, words, people))
            for one in parts.store.steps.history(scored.answer.lead_id)
        ],
        "owners": people.choices(_owners(pages, visit)),
        "disqualifying": RESULT_CODES["disqualified"],
        "results": RESULTS,
        "about": display_names.about(attributes, vocabulary, visit.language),
        "owner": people.owner(owner_of(scored.request, parts.now())),
        "people": people,
        "compared": {
            "at": display_names.compared_at(loaded),
            "place": parts.store.ranking.place(scored.answer.lead_id, visit.target),
        },
        "band": display_names.BANDS[scored.answer.band],
        "trend": display_names.TRENDS[history.trend],
        "outcome": display_names.outcome_words(loaded, words),
        "adds_up": charts.how_it_adds_up(scored.answer, explanation, words),
        "explanation": explanation,
        "quoted": quoted_words(
            scored.request,
            loaded.artifact.catalog,
            [one.feature for one in explanation.reasons],
        ),
        "reason_dates": reason_dates(loaded, scored.request, explanation.reasons[:MOST_REASONS]),
        "limits": loaded.artifact.reference,
        "story": charts.how_it_went(scored.request, history, loaded, words)
        if history.points
        else "",
        "activities": _activities(scored.request, vocabulary, visit),
        "change": _change(loaded, scored),
        "causes": CAUSES,
        "forecast": silent_forecast(loaded, scored.request),
        "bands": display_names.BANDS,
        "missing_facts": facts,
        "similar": _similar_leads(pages, visit, loaded, alike[:MOST_SIMILAR]),
        "content": topics_to_send(
            scored.request,
            alike,
            lambda one: display_names.code_words(one, vocabulary, visit.language),
        ),
        "verdicts": VERDICTS,
        "feedback": parts.store.feedback.of_lead(scored.answer.lead_id),
    }
    give_back(one.activities for one in scored.request.histories)
    return context


def _account_address(
    pages: Pages, visit: Visit, account_id: str | None, lead_id: str
) -> str | None:
    """Return where the account of a lead is shown; None without one, or if the lead is not open."""
    if account_id is None or pages.parts.store.ranking.place(lead_id, visit.target) is None:
        return None
    return display_names.account_address(account_id, visit.target)


def _card(pages: Pages, visit: Visit, scored: ScoredLead, facts: list[MissingFact]) -> Card:
    """Return who the lead is, its deals and next step; the band is that of the answer."""
    lead_id, parts, now = scored.answer.lead_id, pages.parts, pages.parts.now()
    question, _ = parts.store.histories.question(lead_id, now)
    rows = standings_of(question.columns, [question.number], moment(now), parts.reading)
    ranked = parts.store.ranking.one(lead_id, visit.target)
    if ranked is not None:
        answer: dict[str, Any] = {
            "band": scored.answer.band,
            "probability": scored.answer.probability,
        }
        ranked = msgspec.structs.replace(ranked, **answer)
    telling = tuple(one.attribute.removeprefix(ACCOUNT_PREFIX) for one in facts)
    return Cards(pages, visit).one(listed_of(rows[question.lead_id]), ranked, telling)


def _owners(pages: Pages, visit: Visit) -> set[str]:
    """Return who may get a lead: the owners of leads that the user may see, and users."""
    visible = RankingFilter(target=visit.target, owners=visible_owners(visit, pages.parts.settings))
    store = pages.parts.store
    known = {user.owner_id for user in store.users.all() if user.owner_id and not user.disabled}
    return {*known, *store.ranking_counts.choices(visible).owners}


def _activities(
    request: ScoreRequest, vocabulary: Vocabulary, visit: Visit
) -> list[tuple[datetime, str, str]]:
    """Return the newest activities: when, what, about what."""
    done = [one for one in request.histories[0].activities if visible_from(one) < request.cutoff]
    newest = sorted(done, key=lambda one: one.occurred_at, reverse=True)[:_RECENT]
    return [
        (
            one.occurred_at,
            display_names.code_words(one.activity_type, vocabulary, visit.language),
            one.text or display_names.code_words(one.topic, vocabulary, visit.language),
        )
        for one in newest
    ]


def _change(loaded: LoadedModel, scored: ScoredLead) -> ChangeSplit | None:
    """Split the change since a week ago; None for a lead younger than that."""
    since = scored.request.cutoff - _WEEK
    if scored.request.histories[0].lead.created_at > since:
        return None
    before = Side(loaded, msgspec.structs.replace(scored.request, cutoff=since))
    whole = split(before, Side(loaded, scored.request), scored.answer.language)  # type: ignore[arg-type]
    parts: list[ChangePart] = [part for part in whole.parts if abs(part.change) >= _LEAST]
    return msgspec.structs.replace(whole, parts=parts)


def _alike(
    pages: Pages, visit: Visit, loaded: LoadedModel, values: Matrix, lead_id: str
) -> Iterator[Alike]:
    """Return the most similar winners that the visitor may see."""
    settings = pages.parts.settings
    alike = pages.parts.store.winners.like(loaded, values, folded(lead_id))
    visible = (one for one in alike if may_see(visit, settings, one.winner.owner_id))
    return islice(visible, MOST_ALIKE)


def _similar_leads(
    pages: Pages, visit: Visit, loaded: LoadedModel, alike: list[Alike]
) -> list[Similar]:
    """Return winners by name where the visitor may see it."""
    named = [one.winner.lead_id for one in alike if may_name(visit, one.winner.owner_id)]
    shown = pages.parts.store.displays.of(named)
    return [_similar(one, loaded, visit, shown.get(one.winner.lead_id, {})) for one in alike]


def _similar(one: Alike, loaded: LoadedModel, visit: Visit, shown: Shown) -> Similar:
    vocabulary, concepts = loaded.artifact.catalog.vocabulary, loaded.scorer.concepts
    labels = (concepts.labels[concepts.codes.index(code)] for code in one.shared)
    return Similar(
        lead_id=one.winner.lead_id,
        address=display_names.lead_address(one.winner.lead_id, visit.target),
        title=contact_of("", {}, shown).title,
        kind=display_names.kind_of(one.winner.attributes, vocabulary, visit.language),
        won_at=one.winner.won_at,
        probability=one.winner.probability,
        shared=[str(getattr(label, visit.language)) for label in labels],
    )
