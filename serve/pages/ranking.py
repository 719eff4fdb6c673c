"""/ and /ranking.csv: today's leads by score, who to call this week, the same as a spreadsheet.

Decided here: the order is the store's; a page holds 50 leads, or all of those that a salesperson
said can be worked. The ranking is what was computed last, and says when.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from fastapi import APIRouter, Request, Response

from serve import expected
from serve.pages import naming
from serve.pages.cards import Cards
from serve.pages.frame import HEADERS, Pages
from serve.pages.ranking_csv import MOST_ROWS, written
from serve.pages.ranking_query import MOST_TAKEN, RankingQuery, industries, recent
from serve.pages.visit import Visit, seen_by
from serve.store.ranking import MOST, RankedLead, RankingFilter, RankingPage

ROWS: Final = 50


def router(pages: Pages) -> APIRouter:
    """Make the routes."""
    routes = APIRouter()

    @routes.get("/")
    def ranking(request: Request) -> Response:
        visit, query = pages.visit(request), RankingQuery.of(request)
        told = _told(pages, visit, query)
        return pages.show(request, visit, "ranking.html.j2", query=query, **told)

    @routes.get("/ranking.csv")
    def as_csv(request: Request) -> Response:
        visit, query = pages.visit(request), RankingQuery.of(request)
        wanted = query.filter(visit, pages.parts.settings, pages.parts.now())
        rows = _all(pages, wanted, query.take or MOST_ROWS)
        cards = map(_cards(pages, visit).of, rows)
        headers = HEADERS | {"content-disposition": 'attachment; filename="mikomi.csv"'}
        text = written(cards, pages.words[visit.language])
        return Response(text, 200, headers, "text/csv; charset=utf-8")

    return routes


def _cards(pages: Pages, visit: Visit) -> Cards:
    return Cards(pages.parts.champion, pages.words[visit.language], recent(pages.parts.now()))


def _all(pages: Pages, wanted: RankingFilter, most: int) -> Iterator[RankedLead]:
    cursor: str | None = None
    while most > 0:
        page = pages.parts.store.ranking.page(wanted, cursor, min(most, MOST))
        yield from page.rows
        most, cursor = most - len(page.rows), page.next_cursor
        if cursor is None:
            return


def _told(pages: Pages, visit: Visit, query: RankingQuery) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.parts.champion.current()
    wanted = query.filter(visit, parts.settings, parts.now())
    page = parts.store.ranking.page(wanted, query.cursor, query.take or ROWS)
    counts = parts.store.ranking_counts
    choices = counts.choices(RankingFilter(owners=seen_by(visit, parts.settings)))
    make = _cards(pages, visit)
    return {
        "cards": [make.of(row) for row in page.rows],
        "page": page,
        "bands": counts.bands(wanted),
        "choices": choices,
        "sources": _named(loaded, "source", tuple(choices.sources), visit),
        "industries": _named(loaded, "industry", industries(loaded), visit),
        "any_leads": bool(page.rows) or counts.any_leads(),
        "as_of": max((row.as_of for row in page.rows), default=None),
        "outcome": naming.outcome_words(loaded, pages.words[visit.language]),
        "horizon_days": loaded.artifact.about.get("horizon_days"),
        "points_only": loaded.artifact.model.evidence_level == "points_only",
        "week": _week(page, loaded) if query.take and page.rows else None,
        "most_taken": MOST_TAKEN,
    }


def _named(loaded: Any, key: str, values: tuple[str, ...], visit: Visit) -> list[tuple[str, str]]:
    vocabulary = loaded.artifact.catalog.vocabulary
    named = [(one, naming.value_words(key, one, vocabulary, visit.language)) for one in values]
    return sorted(named, key=lambda pair: pair[1])


def _week(page: RankingPage, loaded: Any) -> dict[str, Any]:
    probability = np.array([row.probability for row in page.rows])
    found = expected.expected(probability, loaded.artifact.model.interval)
    return {
        "leads": len(page.rows),
        "last": page.rows[-1],
        "expected": found,
        "level": expected.LEVEL,
    }
