"""/verdicts: what people said about scores, for managers: by reason, by person, the newest first.

Decided here: a verdict changes no score and no outcome; the page says so. A reason is questioned if
at least `FEW` verdicts are about answers it led, and half of them or more say that it is wrong or
no real lead. Of what one person says of one lead again and again, the last counts.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.pages.shell import display_names
from serve.pages.shell.contact import contact_of
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.people import PersonNames
from serve.pages.shell.step_words import VERDICTS
from serve.pages.shell.visitor import Visit
from serve.store.receipts.feedback import JudgedAnswer

FEW: Final = 3
SHOWN: Final = 200
_AGAINST: Final = ("wrong", "junk")


class VerdictCount(NamedTuple):
    """How often a reason that led answers was judged, or a person judged, and how often against."""

    label: str
    verdicts: int
    against: int

    @property
    def questioned(self) -> bool:
        """Whether many call it wrong."""
        return self.verdicts >= FEW and 2 * self.against >= self.verdicts


def router(pages: Pages) -> APIRouter:
    """Build the route."""
    routes = APIRouter()

    @routes.get("/verdicts")
    def verdicts(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        return pages.show(request, visit, "verdicts.html.j2", **_context(pages, visit))

    return routes


def by_reason(judged: Iterable[JudgedAnswer]) -> list[VerdictCount]:
    """Count the verdicts by the reason that led the answer, those most questioned first.

    Parameters
    ----------
    judged
        Verdicts with their answers, the newest first.
    """
    own = [one for one in _last_words(judged) if one.reason]
    labels = {one.reason: one.label for one in own}
    return _counted([(labels[one.reason], one) for one in own])


def by_person(judged: Iterable[JudgedAnswer], people: PersonNames) -> list[VerdictCount]:
    """Count the verdicts by who said them, those with most doubts first.

    Parameters
    ----------
    judged
        Verdicts with their answers, the newest first.
    people
        The names of people.
    """
    own = _last_words(judged)
    return _counted([(people.user((one.by or "").removeprefix("user:")), one) for one in own])


def _last_words(judged: Iterable[JudgedAnswer]) -> list[JudgedAnswer]:
    """Return the last verdict of each person on each lead; a contact is none."""
    last: dict[tuple[str | None, str], JudgedAnswer] = {}
    for one in judged:
        if one.verdict != "contacted":
            last.setdefault((one.by, one.lead_id), one)
    return list(last.values())


def _counted(judged: Iterable[tuple[str, JudgedAnswer]]) -> list[VerdictCount]:
    groups: dict[str, list[JudgedAnswer]] = defaultdict(list)
    for label, one in judged:
        groups[label].append(one)
    counts = [
        VerdictCount(label, len(some), sum(one.verdict in _AGAINST for one in some))
        for label, some in groups.items()
    ]
    return sorted(counts, key=lambda one: (-one.against, one.label))


def _context(pages: Pages, visit: Visit) -> dict[str, Any]:
    store, people = pages.parts.store, pages.people(visit.language)
    judged = store.feedback.judged()
    shown = store.displays.of({one.lead_id for one in judged[:SHOWN]})
    return {
        "judged": [
            (
                one,
                contact_of(one.lead_id, {}, shown.get(one.lead_id, {})).title,
                display_names.lead_address(one.lead_id, visit.target),
            )
            for one in judged[:SHOWN]
        ],
        "total": len(judged),
        "reasons": by_reason(judged),
        "persons": by_person(judged, people),
        "people": people,
        "verdicts": VERDICTS,
        "bands": display_names.BANDS,
    }
