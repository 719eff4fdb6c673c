"""/ and /ranking.csv: the leads by score, the list of the week, and both as CSV.

Decided here: the order is the store's; a page holds 50 leads, or as many as a salesperson can work:
the hottest, and with `MIKOMI_EXPLORE_SHARE` some drawn by lot in the last places, marked. The page
shows the ranking as it was computed last, and says when.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from fastapi import APIRouter, Request, Response

from serve.insight import expected
from serve.pages.ranking.cards import Card, Cards
from serve.pages.ranking.csv_file import MOST_ROWS, written
from serve.pages.ranking.query import MOST_TAKEN, SHOWN, RankingQuery, industries
from serve.pages.shell import display_names
from serve.pages.shell.done import done_notice
from serve.pages.shell.frame import HEADERS, Pages
from serve.pages.shell.step_words import LISTS
from serve.pages.shell.visitor import Visit, visible_owners
from serve.ranking.weekly_list import Draw, WorkedList, worked_list
from serve.scoring.loaded_model import LoadedModel
from serve.store.audit import AuditLine
from serve.store.ranking.filters import RankingFilter, scans
from serve.store.ranking.ranking import MOST, RankedLead, RankingPage

ROWS: Final = 50


class ListedPage(NamedTuple):
    """How many leads a list has, and the address of the next page, if there is one."""

    total: int
    following: str | None


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/")
    def ranking(request: Request) -> Response:
        visit, query = pages.visit(request), RankingQuery.of(request)
        context = _context(pages, visit, query) | {"done": done_notice(pages, visit, request)}
        return pages.show(request, visit, "ranking.html.j2", query=query, **context)

    @routes.get("/ranking.csv")
    def as_csv(request: Request) -> Response:
        visit, query = pages.visit(request), RankingQuery.of(request)
        people = pages.people(visit.language)
        wanted = query.filter(visit, pages.parts.settings, people, pages.parts.now())
        planned = _planned(pages, visit, query, wanted)
        cards = _every_card(pages, visit, query, wanted, planned)
        headers = HEADERS | {"content-disposition": 'attachment; filename="mikomi.csv"'}
        drawn = planned is not None and bool(planned.drawn)
        text = written(cards, pages.words[visit.language], drawn=drawn)
        who, now = f"user:{visit.user_id}", pages.parts.now()
        pages.parts.store.audit.add(AuditLine(now, "exported a ranking", who, None, {}))
        return Response(text, 200, headers, "text/csv; charset=utf-8")

    return routes


def _cards(pages: Pages, visit: Visit, planned: WorkedList | None) -> Cards:
    drawn = frozenset(row.lead_id for row in planned.drawn) if planned else frozenset()
    return Cards(pages, visit, drawn)


def _every_card(
    pages: Pages,
    visit: Visit,
    query: RankingQuery,
    wanted: RankingFilter,
    planned: WorkedList | None,
) -> Iterator[Card]:
    cards, parts = _cards(pages, visit, planned), pages.parts
    if planned is not None:
        return cards.of(planned.rows)
    if query.list == "call":
        return cards.of(_all(pages, wanted, MOST_ROWS))
    listed = parts.store.standings.page(query.list, wanted, 0, MOST_ROWS, parts.now())
    return cards.listed(listed.rows)


def _planned(
    pages: Pages, visit: Visit, query: RankingQuery, wanted: RankingFilter
) -> WorkedList | None:
    """Build the requested list of the week, and store it while some are drawn by lot."""
    if not query.take or query.list != "call":
        return None
    parts, settings = pages.parts, pages.parts.settings
    draw = Draw(settings.explore_share, settings.explore_seed, parts.now())
    made = worked_list(parts.store.ranking, wanted, query.take, draw)
    if draw.share:
        parts.store.worked_lists.keep(visit.user_id, draw.week, made, draw.now)
    return made


def _all(pages: Pages, wanted: RankingFilter, most: int) -> Iterator[RankedLead]:
    cursor: str | None = None
    while most > 0:
        page = pages.parts.store.ranking.page(wanted, cursor, min(most, MOST))
        yield from page.rows
        most, cursor = most - len(page.rows), page.next_cursor
        if cursor is None:
            return


def _context(pages: Pages, visit: Visit, query: RankingQuery) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.champion(visit).current()
    people = pages.people(visit.language)
    wanted = query.filter(visit, parts.settings, people, parts.now())
    planned, counts = _planned(pages, visit, query, wanted), parts.store.ranking_counts
    cards, page, bands = _shown(pages, visit, query, wanted, planned)
    visible = RankingFilter(target=visit.target, owners=visible_owners(visit, parts.settings))
    choices = counts.choices(visible)
    return {
        "cards": cards,
        "lists": _lists(pages, visible),
        "first": 1 + (0 if query.list == "call" else (query.page - 1) * ROWS),
        "page": page,
        "bands": bands,
        "owners": people.choices(choices.owners),
        "sources": _named(loaded, "source", tuple(choices.sources), visit),
        "industries": _named(loaded, "industry", industries(loaded), visit),
        "any_leads": bool(cards) or counts.any_leads(),
        "as_of": max((one.ranked.as_of for one in cards if one.ranked), default=None),
        "outcome": display_names.outcome_words(loaded, pages.words[visit.language]),
        "horizon_days": loaded.artifact.about.get("horizon_days"),
        "order": display_names.order_words(loaded, visit.language),
        "points_only": loaded.artifact.model.evidence_level == "points_only",
        "week": _week(planned, loaded) if planned and planned.rows else None,
        "most_taken": MOST_TAKEN,
    }


def _shown(
    pages: Pages,
    visit: Visit,
    query: RankingQuery,
    wanted: RankingFilter,
    planned: WorkedList | None,
) -> tuple[list[Card], ListedPage, dict[str, int]]:
    """Return the cards of the page, what follows it, and the number of leads in each band."""
    cards = _cards(pages, visit, planned)
    if query.list == "call":
        page, bands = _page(pages, wanted, query.cursor, planned)
        following = visit.with_query(cursor=page.next_cursor) if page.next_cursor else None
        return list(cards.of(page.rows)), ListedPage(page.total, following), bands
    parts, skipped = pages.parts, (query.page - 1) * ROWS
    listed = parts.store.standings.page(query.list, wanted, skipped, ROWS, parts.now())
    more = skipped + ROWS < listed.total
    following = visit.with_query(page=query.page + 1) if more else None
    return list(cards.listed(listed.rows)), ListedPage(listed.total, following), {}


def _lists(pages: Pages, visible: RankingFilter) -> list[tuple[str, str, int]]:
    """Return the lists: code, name, and how many leads each has."""
    counts = pages.parts.store.standings.counts(visible, pages.parts.now())
    return [(name, LISTS[name], counts[name]) for name in SHOWN]


def _page(
    pages: Pages, wanted: RankingFilter, cursor: str | None, planned: WorkedList | None
) -> tuple[RankingPage, dict[str, int]]:
    """Return the leads to show, and the number of leads in each band."""
    store = pages.parts.store
    if planned is None and scans(wanted):
        return store.ranking.searched(wanted, cursor, ROWS)
    bands = store.ranking_counts.bands(wanted)
    if planned is not None:
        return RankingPage(planned.rows, None, planned.total), bands
    total = bands.get(wanted.band, 0) if wanted.band else sum(bands.values())
    return store.ranking.page(wanted, cursor, ROWS, total), bands


def _named(
    loaded: LoadedModel, key: str, values: tuple[str, ...], visit: Visit
) -> list[tuple[str, str]]:
    vocabulary = loaded.artifact.catalog.vocabulary
    named = [
        (one, display_names.value_words(key, one, vocabulary, visit.language)) for one in values
    ]
    return sorted(named, key=lambda pair: pair[1])


def _week(planned: WorkedList, loaded: LoadedModel) -> dict[str, Any]:
    probability = np.array([row.probability for row in planned.rows])
    conversions = expected.expected(probability, loaded.artifact.model.interval)
    return {
        "leads": len(planned.ranked),
        "drawn": len(planned.drawn),
        "last": (planned.ranked or planned.rows)[-1],
        "expected": conversions,
        "level": expected.LEVEL,
    }
