"""/spend: what each channel cost in a month, typed in.

Decided here: one month is entered at a time; a field that is emptied removes its amount, and one
that is left as it was stays what it is, so an amount that was sent is not taken for one typed in. A
table comes from the mapping (`mikomi send`) or from a file (`mikomi spend load`).
"""

from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from features.errors import Fault
from serve.errors import BadBody
from serve.insight.outcomes import month_edges
from serve.pages.shell import display_names
from serve.pages.shell.done import by_of
from serve.pages.shell.forms import Form
from serve.pages.shell.frame import Pages
from serve.pages.shell.navigation import check_role
from serve.pages.shell.visitor import Visit
from serve.store.ranking.filters import RankingFilter
from serve.store.team.spend import SpendLine
from serve.wire.team.spend import is_month

MONTHS: Final = 12
_SEE_OTHER: Final = 303
_LARGEST: Final = 1e12


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/spend")
    def spend(request: Request) -> Response:
        visit = check_role(pages.visit(request))
        context = _context(pages, visit, request.query_params.get("month", ""))
        return pages.show(request, visit, "spend.html.j2", **context)

    @routes.post("/spend")
    async def put(request: Request) -> Response:
        visit, form = await pages.posted(request)
        check_role(visit)
        month = await pages.parts.threads(_put, pages, visit, form)
        return RedirectResponse(visit.link(f"/spend?month={month}&saved=1"), _SEE_OTHER)

    return routes


def _put(pages: Pages, visit: Visit, form: Form) -> str:
    month = form.one("month")
    if not is_month(month):
        raise BadBody([Fault(f"month: {month[:40]}", "a month such as 2026-05", "choose one")])
    sources, amounts = form.many("source"), form.many("amount")
    if len(sources) != len(amounts):
        raise BadBody([Fault("sources without amounts", "the form of the page", "open it anew")])
    spend = pages.parts.store.spend
    stored = {one.source: one.amount for one in spend.lines(month, month)}
    lines = [
        SpendLine(source, month, amount)
        for source, amount in zip(sources, map(amount_of, amounts), strict=True)
        if round(stored.get(source, 0.0)) != round(amount)
    ]
    spend.put(lines, by_of(visit), pages.parts.now())
    return month


def amount_of(text: str) -> float:
    """Read an amount; an empty one is 0.

    >>> amount_of("1,200,000"), amount_of(" ")
    (1200000.0, 0.0)

    Raises
    ------
    BadBody
        If it is not one.
    """
    digits = text.strip().replace(",", "").replace("，", "")
    try:
        amount = float(digits or "0")
    except ValueError:
        amount = -1.0
    if not 0.0 <= amount <= _LARGEST:
        raise BadBody([Fault(f"amount: {text[:40]}", "a number from 0 on", "correct it")])
    return amount


def _context(pages: Pages, visit: Visit, month: str) -> dict[str, Any]:
    parts, loaded = pages.parts, pages.champion(visit).current()
    edges = month_edges(parts.local_now(), MONTHS)[:-1]
    months = [(f"{one:%Y-%m}", one) for one in reversed(edges)]
    month = month if month in dict(months) else months[0][0]
    lines = parts.store.spend.lines(months[-1][0])
    known = parts.store.ranking_counts.choices(RankingFilter(target=visit.target)).sources
    vocabulary = loaded.artifact.catalog.vocabulary
    sources = {*known, *(one.source for one in lines if one.source)}
    named = sorted(
        (display_names.value_words("source", one, vocabulary, visit.language), one)
        for one in sources
    )
    amounts = {(one.source, one.month): one.amount for one in lines}
    return {
        "month": month,
        "months": months,
        "fields": [(name, one, amounts.get((one, month))) for name, one in named],
        "totals": [(at, [amounts.get((one, code)) for _, one in named]) for code, at in months],
        "names": [name for name, _ in named],
    }
