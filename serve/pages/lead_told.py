"""Everything that a lead's page tells, gathered from the parts that know it.

Decided here: one scoring, logged with a receipt, stands behind the page; all else on it is a look
at that score by the same model and the same question. The change is that since a week ago.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from serve.change import Part, Side, Split, split
from serve.pages import lead_charts, naming
from serve.pages.frame import Pages
from serve.pages.visit import Visit, may_see
from serve.pages.words import mark
from serve.records import Asked
from serve.seen import owner_of, seen_at
from serve.similar import MOST as MOST_SIMILAR
from serve.similar import Winner
from serve.store.history import NoLead
from serve.stored import Scored, score_kept
from serve.trend import past
from serve.until import until
from serve.untold import untold

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
    row = parts.store.ranking.one(lead_id)
    if not may_see(visit, parts.settings, owner_of(found.asked, parts.now())):
        raise NoLead.of("no such lead", "a lead of yours", "ask its owner")
    parts.receipts.append_now([found.scoring])
    lead, values = found.asked.histories[0].lead, loaded.values(found.asked)
    attributes = lead.attributes if row is None else row.attributes
    history = past(loaded, found.asked)
    waterfall, base, steps = lead_charts.how_it_adds_up(found.answer, words)
    vocabulary = loaded.artifact.catalog.vocabulary
    return {
        "answer": found.answer,
        "lead": lead,
        "address": naming.lead_address(found.answer.lead_id),
        "title": naming.title_of(lead_id, attributes),
        "about": naming.about(attributes, vocabulary, visit.language),
        "owner": owner_of(found.asked, parts.now()),
        "band": naming.BANDS[found.answer.band],
        "trend": naming.TRENDS[history.trend],
        "outcome": naming.outcome_words(loaded, words),
        "waterfall": waterfall,
        "shown_base": base,
        "steps": steps,
        "story": lead_charts.how_it_went(found.asked, history, loaded, words)
        if history.points
        else "",
        "activities": _activities(found.asked, vocabulary, visit),
        "change": _change(loaded, found),
        "causes": CAUSES,
        "until": until(loaded, found.asked),
        "bands": naming.BANDS,
        "untold": untold(loaded, values, visit.language),
        "similar": _similar(pages, visit, loaded, values, found),
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
            naming.code_words(one.activity_type, vocabulary, visit.language),
            one.text or naming.code_words(one.topic, vocabulary, visit.language),
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


def _similar(
    pages: Pages, visit: Visit, loaded: Any, values: Any, found: Scored
) -> list[tuple[Winner, str]]:
    settings = pages.parts.settings
    alike = pages.parts.store.winners.like(loaded, values, found.answer.lead_id)
    seen = [one for one in alike if may_see(visit, settings, one.owner_id)][:MOST_SIMILAR]
    return [(one, naming.lead_address(one.lead_id)) for one in seen]
