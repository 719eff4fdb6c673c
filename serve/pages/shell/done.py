"""The notice of what was just done with a lead, from which it can be undone.

Decided here: only who did it is shown the notice, and only while it is the last step of the lead.
"""

from typing import Any, NamedTuple

from fastapi import Request

from serve.pages.shell.contact import contact_of
from serve.pages.shell.frame import Pages
from serve.pages.shell.page_words import PageWords
from serve.pages.shell.people import PersonNames
from serve.pages.shell.step_words import DONE, KINDS, RESULTS, RETURNS
from serve.pages.shell.visitor import Visit, may_name
from serve.wire.team.steps import LeadStep, WorkState

_DIGITS = 18
_MOST = 120


class Done(NamedTuple):
    """What was done, and the steps to undo; none once they cannot be."""

    text: str
    step_ids: list[int]


def by_of(visit: Visit) -> str:
    """Return how the steps of a visit are signed."""
    return f"user:{visit.user_id}"


def done_notice(pages: Pages, visit: Visit, request: Request) -> Done | None:
    """Return the notice of the steps that the address names; none if there are none of this visit.

    Parameters
    ----------
    pages
        The frame of all pages.
    visit
        Who looks.
    request
        The request; `done` in its query holds the numbers of steps, `missed` how many leads were
        somebody else's meanwhile.
    """
    store = pages.parts.store.steps
    read = [store.one(number) for number in numbers_of(request.query_params.get("done", ""))]
    steps = [step for step in read if step is not None and step.by == by_of(visit)]
    missed = len(numbers_of(request.query_params.get("missed", "")))
    if not steps and not missed:
        return None
    texts = [_text(pages, visit, steps)] if steps else []
    words = pages.words[visit.language]
    if missed:
        texts.append(words.say("Some were left: somebody else was first. Look at them again."))
    states = store.states([step.lead_id for step in steps])
    last = {
        step.step_id
        for step in steps
        if states.get(step.lead_id, WorkState()).version == step.step_id
    }
    return Done(" ".join(texts), sorted(last))


def numbers_of(text: str) -> list[int]:
    """Return the numbers of steps in an address, at most as many as a page holds leads.

    >>> numbers_of("3-4-x"), numbers_of("")
    ([3, 4], [])
    """
    parts = text.split("-")[:_MOST]
    return [int(one) for one in parts if one.isascii() and one.isdigit() and len(one) <= _DIGITS]


def _text(pages: Pages, visit: Visit, steps: list[LeadStep]) -> str:
    words = pages.words[visit.language]
    if all(step.undone_at is not None for step in steps):
        return words.say("Undone.")
    values = _values(pages, visit, steps[0])
    if len(steps) == 1:
        done = words.say(DONE[steps[0].kind], **values)
        returns = steps[0].kind == "contacted" and steps[0].until is not None
        return f"{done} {words.say(RETURNS, until=values['until'])}" if returns else done
    return words.say(
        "%(count)s leads were assigned to %(owner)s.",
        count=words.number(len(steps)),
        owner=values["owner"],
    )


def _values(pages: Pages, visit: Visit, step: LeadStep) -> dict[str, Any]:
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


def step_line(step: LeadStep, words: PageWords, people: PersonNames) -> str:
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
