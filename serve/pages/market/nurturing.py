"""/nurturing and /nurturing.csv: warm leads by interest and topic, for mailings.

Decided here: the file holds for every lead whether it agreed to mails, as recorded; where nothing
is recorded it says so, and who sends decides. At most 10,000 rows, the hottest; each export is in
the audit.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from features.catalog.catalog import Vocabulary
from features.records.spreadsheet_cells import safe
from serve.insight.interest import STAGES
from serve.pages.ranking.csv_file import BOM, MOST_ROWS
from serve.pages.shell import display_names
from serve.pages.shell.contact import Contact, consent_of, contact_of
from serve.pages.shell.frame import HEADERS, Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.page_words import PageWords, mark
from serve.pages.shell.visitor import Visit
from serve.routes.team.digest import reason_of
from serve.store.audit import AuditLine
from serve.store.ranking.nurturing import InterestCount
from serve.store.ranking.ranking import MOST, RankedLead

_HEAD: Final = (
    mark("Lead"),
    mark("Company"),
    mark("Person"),
    mark("E-mail"),
    mark("Agreed to mails"),
    mark("Interest"),
    mark("Topic"),
    mark("Probability"),
)
_SHOWN: Final = 50
_TOPICS: Final = 8
_WARMING: Final = 10
_CONTENTS: Final = 10
_QUARTER: Final = timedelta(days=90)


class NurturedLead(NamedTuple):
    """A warm lead as the page and the file show it."""

    row: RankedLead
    contact: Contact
    address: str
    consent: str
    interest: str
    topic: str
    reason: str


class StageRow(NamedTuple):
    """A stage of interest: its leads in all, and by topic in the order of the columns."""

    code: str
    total: int
    by_topic: list[int]


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/nurturing")
    def nurturing(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        return pages.show(
            request, visit, "nurturing.html.j2", **_context(pages, visit, _chosen(request))
        )

    @routes.get("/nurturing.csv")
    def as_csv(request: Request) -> Response:
        visit = check_role(pages.visit(request), "/nurturing")
        leads, words = _leads(pages, visit, _chosen(request), MOST_ROWS), pages.words
        text = _written(leads, words[visit.language])
        line = AuditLine(
            pages.parts.now(), "exported a mailing list", f"user:{visit.user_id}", None, {}
        )
        pages.parts.store.audit.add(line)
        headers = HEADERS | {"content-disposition": 'attachment; filename="nurturing.csv"'}
        return Response(text, 200, headers, "text/csv; charset=utf-8")

    return routes


def _chosen(request: Request) -> tuple[str, str]:
    interest, topic = (request.query_params.get(one, "") for one in ("interest", "topic"))
    return (interest if interest in STAGES else ""), topic.replace("\0", "")


def _context(pages: Pages, visit: Visit, chosen: tuple[str, str]) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.champion(visit).current()
    store, vocabulary = parts.store.nurturing, loaded.artifact.catalog.vocabulary
    counts = store.counts(visit.target, "warm")
    topics = _topics(counts)
    contents, won, lost = store.preceding(parts.now())
    left = store.to_competitors(parts.now() - _QUARTER)
    return {
        "chosen": chosen,
        "stages": display_names.INTERESTS,
        "topics": [(one, _name(one, vocabulary, visit)) for one in topics],
        "topics_by_code": {one: _name(one, vocabulary, visit) for one in topics},
        "rows": [_stage(code, counts, topics) for code in STAGES],
        "total": sum(one.leads for one in counts),
        "leads": _leads(pages, visit, chosen, _SHOWN),
        "warming": _of_ids(
            pages, visit, dict.fromkeys(store.warming(visit.target, "warm", _WARMING), ("", ""))
        ),
        "contents": [
            (_name(one.activity_type, vocabulary, visit), _name(one.topic, vocabulary, visit), one)
            for one in contents[:_CONTENTS]
        ],
        "decided": (won, lost),
        "left": [
            (lead, note)
            for lead, note in zip(
                _of_ids(pages, visit, {one: ("", "") for one, _ in left[:_WARMING]}, ranked=False),
                (note for _, note in left),
                strict=False,
            )
        ],
        "left_total": len(left),
    }


def _name(code: str | None, vocabulary: Vocabulary, visit: Visit) -> str:
    return display_names.code_words(code or None, vocabulary, visit.language)


def _topics(counts: Iterable[InterestCount]) -> list[str]:
    """Return the topics of most leads, as many as fit beside each other."""
    total: dict[str, int] = defaultdict(int)
    for one in counts:
        if one.topic:
            total[one.topic] += one.leads
    return sorted(total, key=lambda topic: (-total[topic], topic))[:_TOPICS]


def _stage(code: str, counts: Iterable[InterestCount], topics: list[str]) -> StageRow:
    own = [one for one in counts if one.interest == code]
    by_topic = {one.topic: one.leads for one in own}
    return StageRow(code, sum(one.leads for one in own), [by_topic.get(one, 0) for one in topics])


def _leads(pages: Pages, visit: Visit, chosen: tuple[str, str], most: int) -> list[NurturedLead]:
    store = pages.parts.store.nurturing
    rows = store.leads(visit.target, "warm", chosen, most, pages.parts.now())
    return _of_ids(pages, visit, {one: (interest, topic) for one, interest, topic in rows})


def _of_ids(
    pages: Pages, visit: Visit, leads: Mapping[str, tuple[str, str]], *, ranked: bool = True
) -> list[NurturedLead]:
    """Return leads as the page shows them, in their order."""
    store, champion, ids = pages.parts.store, pages.champion(visit), list(leads)
    vocabulary, words = champion.current().artifact.catalog.vocabulary, pages.words[visit.language]
    shown = store.displays.of(ids)
    rows: dict[str, RankedLead] = {}
    for begin in range(0, len(ids), MOST):
        some = store.ranking.some(ids[begin : begin + MOST], visit.target)
        rows |= {row.lead_id: row for row in some}
    return [
        NurturedLead(
            rows[one],
            contact_of(one, rows[one].attributes, shown.get(one, {})),
            display_names.lead_address(one, visit.target),
            consent_of(rows[one].attributes, shown.get(one, {})),
            words.say(display_names.INTERESTS[interest]) if interest else "",
            _name(topic, vocabulary, visit),
            reason_of(rows[one], champion, visit.language, pages.parts) if ranked else "",
        )
        for one, (interest, topic) in leads.items()
        if one in rows
    ]


def _written(leads: Iterable[NurturedLead], words: PageWords) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([words.say(name) for name in _HEAD])
    for one in leads:
        who, row = one.contact, one.row
        cells = (row.lead_id, who.company or who.title, who.name, who.email)
        more = (one.consent or words.say("not recorded"), one.interest, one.topic)
        writer.writerow([safe(cell) for cell in (*cells, *more, f"{row.probability:.4f}")])
    return BOM + file.getvalue()
