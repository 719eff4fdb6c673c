"""/verdicts: what people said about scores, for managers: by reason, by person, the newest first.

Decided here: a verdict changes no score and no outcome; the page says so. A reason is questioned if
at least `FEW` verdicts are about answers it led, and half of them or more say that it is wrong or
no real lead.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from serve.pages.shell import display_names
from serve.pages.shell.contact import contact_of
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.step_words import VERDICTS
from serve.pages.shell.visitor import Visit
from serve.store.receipts.feedback import JudgedAnswer

FEW: Final = 3
SHOWN: Final = 200
_AGAINST: Final = ("wrong", "junk")


class ReasonCount(NamedTuple):
    """How often answers led by a reason were judged, and how often against them."""

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


def by_reason(judged: Iterable[JudgedAnswer]) -> list[ReasonCount]:
    """Count the verdicts by the reason that led the answer, those most questioned first.

    Parameters
    ----------
    judged
        Verdicts with their answers.
    """
    of_reason: dict[str, list[JudgedAnswer]] = defaultdict(list)
    for one in judged:
        if one.reason and one.verdict != "contacted":
            of_reason[one.reason].append(one)
    counts = [
        ReasonCount(some[0].label, len(some), sum(one.verdict in _AGAINST for one in some))
        for some in of_reason.values()
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
        "people": people,
        "verdicts": VERDICTS,
        "bands": display_names.BANDS,
    }
