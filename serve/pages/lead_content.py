"""Everything that a lead's page tells, gathered from the parts that know it.

Decided here: one scoring, logged with a receipt, stands behind the page; all else on it is a look
at that score by the same model and the same question. The change is that since a week ago.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

import msgspec

from features.records.normalize import folded
from serve.errors import NoLead
from serve.insight.change import Part, Side, Split, split
from serve.insight.full_explanation import every_reason
from serve.insight.missing_facts import untold
from serve.insight.silent_forecast import until
from serve.insight.trend import past
from serve.pages import display_names, lead_charts
from serve.pages.frame import Pages
from serve.pages.page_words import mark
from serve.pages.visitor import Visit, may_see
from serve.scoring.point_in_time import attributes_of, owner_of, seen_at
from serve.stored_leads.scores import Scored, score_kept
from serve.stored_leads.similar_winners import MOST as MOST_SIMILAR
from serve.stored_leads.similar_winners import Alike
from serve.wire.records import Asked

CAUSES: Final = {
    "new_model": mark("a new model"),
    "passing_time": mark("time that passed"),
    "changed_attributes": mark("changed data of the lead"),
    "new_activities": mark("new activities and deals"),
}
VERDICTS: Final = {
    "agreed": mark("I agree"),
    "wrong": mark("It is wrong"),
    "junk": mark("Not a real lead"),
    "contacted": mark("I contacted them"),
}
_WEEK: Final = timedelta(days=7)
_RECENT: Final = 12
_LEAST: Final = 0.0005


class Similar(NamedTuple):
    """A lead that was won, as the page tells of it."""

    lead_id: str
    address: str
    kind: list[str]
    won_at: datetime
    probability: float
    shared: list[str]


def lead_told(pages: Pages, visit: Visit, lead_id: str) -> dict[str, Any]:
    """Score a lead, log it, and tell everything about it.

    Raises
    ------
    NoLead
        If it is not kept, or this user may not see it.
    """
    parts, words = pages.parts, pages.words[visit.language]
    loaded = parts.champion.current()
    asker = f"user:{visit.user_id}" if visit.user_id else None
    found = score_kept(parts, loaded, lead_id, visit.language, asker)
    if not may_see(visit, parts.settings, owner_of(found.asked, parts.now())):
        raise NoLead.of("no such lead", "a lead of yours", "ask its owner")
    parts.receipts.append_now([found.scoring])
    lead, values = found.asked.histories[0].lead, loaded.values(found.asked)
    attributes = attributes_of(found.asked, parts.now())
    history = past(loaded, found.asked)
    every = every_reason(loaded, values, visit.language)
    vocabulary = loaded.artifact.catalog.vocabulary
    people = pages.people(visit.language)
    return {
        "answer": found.answer,
        "lead": lead,
        "address": display_names.lead_address(found.answer.lead_id),
        "title": display_names.title_of(lead_id, attributes),
        "about": display_names.about(attributes, vocabulary, visit.language),
        "owner": people.owner(owner_of(found.asked, parts.now())),
        "people": people,
        "band": display_names.BANDS[found.answer.band],
        "trend": display_names.TRENDS[history.trend],
        "outcome": display_names.outcome_words(loaded, words),
        "adds_up": lead_charts.how_it_adds_up(found.answer, every, words),
        "every": every,
        "story": lead_charts.how_it_went(found.asked, history, loaded, words)
        if history.points
        else "",
        "activities": _activities(found.asked, vocabulary, visit),
        "change": _change(loaded, found),
        "causes": CAUSES,
        "until": until(loaded, found.asked),
        "bands": display_names.BANDS,
        "untold": untold(loaded, values, visit.language),
        "similar": [
            _similar(one, loaded, visit) for one in _alike(pages, visit, loaded, values, lead_id)
        ],
        "verdicts": VERDICTS,
        "said": parts.store.feedback.of_lead(found.answer.lead_id),
    }


def _activities(asked: Asked, vocabulary: Any, visit: Visit) -> list[tuple[datetime, str, str]]:
    """Give the newest activities: when, what, about what."""
    done = [one for one in asked.histories[0].activities if seen_at(one) < asked.cutoff]
    newest = sorted(done, key=lambda one: one.occurred_at, reverse=True)[:_RECENT]
    return [
        (
            one.occurred_at,
            display_names.code_words(one.activity_type, vocabulary, visit.language),
            one.text or display_names.code_words(one.topic, vocabulary, visit.language),
        )
        for one in newest
    ]


def _change(loaded: Any, found: Scored) -> Split | None:
    """Split the change since a week ago; a younger lead, or one that stayed, has none."""
    since = found.asked.cutoff - _WEEK
    if found.asked.histories[0].lead.created_at > since:
        return None
    before = Side(loaded, msgspec.structs.replace(found.asked, cutoff=since))
    whole = split(before, Side(loaded, found.asked), found.answer.language)  # type: ignore[arg-type]
    parts: list[Part] = [part for part in whole.parts if abs(part.change) >= _LEAST]
    return msgspec.structs.replace(whole, parts=parts)


def _alike(pages: Pages, visit: Visit, loaded: Any, values: Any, lead_id: str) -> Iterator[Alike]:
    """Give the winners most like the lead that the visitor may see."""
    settings = pages.parts.settings
    alike = pages.parts.store.winners.like(loaded, values, folded(lead_id))
    seen = (one for one in alike if may_see(visit, settings, one.winner.owner_id))
    return islice(seen, MOST_SIMILAR)


def _similar(one: Alike, loaded: Any, visit: Visit) -> Similar:
    vocabulary, concepts = loaded.artifact.catalog.vocabulary, loaded.scorer.concepts
    labels = (concepts.labels[concepts.codes.index(code)] for code in one.shared)
    return Similar(
        lead_id=one.winner.lead_id,
        address=display_names.lead_address(one.winner.lead_id),
        kind=display_names.kind_of(one.winner.attributes, vocabulary, visit.language),
        won_at=one.winner.won_at,
        probability=one.winner.probability,
        shared=[str(getattr(label, visit.language)) for label in labels],
    )
