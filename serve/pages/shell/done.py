"""The notice of what was just done with a lead, from which it can be undone.

Decided here: only who did it is shown the notice, and only while it is the last step of the lead.
"""

from typing import Any, NamedTuple

from fastapi import Request

from serve.pages.shell.contact import contact_of
from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import PageWords
from serve.pages.shell.people import PersonNames
from serve.pages.shell.step_words import DONE, KINDS, RESULTS
from serve.pages.shell.visitor import Visit, may_name
from serve.wire.steps import Step, WorkState

_DIGITS = 18


class Done(NamedTuple):
    """What was done, and the step to undo; 0 once it cannot be."""

    text: str
    step_id: int


def by_of(visit: Visit) -> str:
    """Return how the steps of a visit are signed."""
    return f"user:{visit.user_id}"


def done_notice(pages: Pages, visit: Visit, request: Request) -> Done | None:
    """Return the notice of the step that the address names; none if there is none of this visit.

    Parameters
    ----------
    pages
        The frame of all pages.
    visit
        Who looks.
    request
        The request; `done` in its query is the number of a step.
    """
    text = request.query_params.get("done", "")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    steps = pages.parts.store.steps
    step = steps.one(int(text))
    if step is None or step.by != by_of(visit):
        return None
    words = pages.words[visit.language]
    if step.undone_at is not None:
        return Done(words.say("Undone."), 0)
    last = steps.states([step.lead_id]).get(step.lead_id, WorkState()).version
    values = _values(pages, visit, step)
    return Done(words.say(DONE[step.kind], **values), step.step_id if last == step.step_id else 0)


def _values(pages: Pages, visit: Visit, step: Step) -> dict[str, Any]:
    words, people = pages.words[visit.language], pages.people(visit.language)
    shown = (
        pages.parts.store.displays.of([step.lead_id]) if may_name(visit, step.owner_before) else {}
    )
    return {
        "who": contact_of(step.lead_id, {}, shown.get(step.lead_id, {})).title,
        "result": result_words(step.result, words),
        "until": "" if step.until is None else words.day(step.until),
        "owner": people.owner(step.owner_id) or words.say("nobody yet"),
    }


def result_words(result: str | None, words: PageWords) -> str:
    """Return the name of a result or kind of a step; "" for none.

    Parameters
    ----------
    result
        The code.
    words
        The language.
    """
    name = (RESULTS | KINDS).get(result or "")
    return words.say(name) if name else ""


def step_line(step: Step, words: PageWords, people: PersonNames) -> str:
    """Return a step of the history in one line.

    Parameters
    ----------
    step
        The step.
    words
        The language.
    people
        The names of people.
    """
    parts = [words.say(KINDS[step.kind]), result_words(step.result, words)]
    if step.kind == "assigned":
        parts.append(people.owner(step.owner_id) or words.say("nobody yet"))
    if step.kind == "snoozed" and step.until is not None:
        parts.append(words.say("until %(day)s", day=words.day(step.until)))
    if step.undone_at is not None:
        parts.append(words.say("undone"))
    return " · ".join(part for part in parts if part)
