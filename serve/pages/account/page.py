"""/accounts and /accounts/{id}: the companies behind the leads, and the people of one of them.

Decided here: a visitor sees an account as far as they see its leads (`visible_accounts`); without
any there is no such account. Who counts as active did something in the last 30 days. The people are
the open leads that are ranked; of a large account the hottest are shown, and all of them count.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from features.catalog.reserved import attribute_categories
from features.views.buying_group import ROLES, decides
from serve.errors import NoLead
from serve.http.path_ids import decoded
from serve.pages.ranking.cards import Card, Cards
from serve.pages.shell import display_names
from serve.pages.shell.done import done_notice
from serve.pages.shell.frame import Pages
from serve.pages.shell.visitor import Visit, visible_owners
from serve.store.ranking.visible_accounts import AccountLine, Scope

ROWS: Final = 50
ACTIVE_DAYS: Final = 30
_DIGITS: Final = 6


class ShownAccount(NamedTuple):
    """An account of the list, with its hottest lead."""

    line: AccountLine
    title: str
    address: str
    hottest: Card | None


class Role(NamedTuple):
    """How many of the people have a role, and whether such people decide."""

    name: str
    people: int
    decides: bool


def router(pages: Pages) -> APIRouter:
    """Build the routes."""
    routes = APIRouter()

    @routes.get("/accounts")
    def accounts(request: Request) -> Response:
        visit = pages.visit(request)
        text = request.query_params.get("page", "1")
        known = text.isascii() and text.isdigit() and len(text) <= _DIGITS
        context = _listed(pages, visit, max(1, int(text)) if known else 1)
        return pages.show(request, visit, "accounts.html.j2", **context)

    @routes.get("/accounts/{account_id:path}")
    def account(account_id: str, request: Request) -> Response:
        visit = pages.visit(request)
        context = _one(pages, visit, decoded(account_id))
        done = done_notice(pages, visit, request)
        return pages.show(request, visit, "account.html.j2", done=done, **context)

    return routes


def _scope(pages: Pages, visit: Visit) -> Scope:
    """Return what counts for a visitor."""
    since = pages.parts.now() - timedelta(days=ACTIVE_DAYS)
    return Scope(visible_owners(visit, pages.parts.settings), since, visit.target)


def _listed(pages: Pages, visit: Visit, number: int) -> dict[str, Any]:
    skipped = (number - 1) * ROWS
    read = pages.parts.store.visible_accounts.page(_scope(pages, visit), skipped, ROWS)
    ids = [line.hottest for line in read.lines]
    cards = {card.row.lead_id: card for card in _cards(pages, visit, ids)}
    return {
        "accounts": [_shown(visit, line, cards.get(line.hottest)) for line in read.lines],
        "total": read.total,
        "first": skipped + 1,
        "number": number,
        "more": skipped + ROWS < read.total,
        "restricted": visible_owners(visit, pages.parts.settings) is not None,
        "active_days": ACTIVE_DAYS,
        **_predicted(pages, visit),
    }


def _one(pages: Pages, visit: Visit, account_id: str) -> dict[str, Any]:
    scope = _scope(pages, visit)
    read = pages.parts.store.visible_accounts.one(account_id, scope)
    if read is None:
        observed = "no account with an open lead that you may see"
        raise NoLead.of(observed, "one of the list", "see /accounts")
    shares = dict(zip(read.lead_ids, read.shares, strict=True))
    cards = list(_cards(pages, visit, read.lead_ids[:ROWS]))
    shown = [(card, shares[card.row.lead_id]) for card in cards]
    acted = [card.row.last_activity_at for card in cards if card.row.last_activity_at]
    return {
        "account": _shown(visit, read.line, cards[0] if cards else None),
        "people": shown,
        "roles": _roles(pages, visit, cards),
        "dependence": read.rule.dependence,
        "others": read.line.leads - len(shown),
        "others_share": max(0.0, 1.0 - sum(share for _, share in shown)),
        "last_activity_at": max(acted, default=None),
        "restricted": scope.owners is not None,
        "active_days": ACTIVE_DAYS,
        **_predicted(pages, visit),
    }


def _cards(pages: Pages, visit: Visit, lead_ids: list[str]) -> list[Card]:
    """Return the cards of some leads, the hottest first."""
    rows = pages.parts.store.ranking.some(lead_ids, visit.target)
    return list(Cards(pages, visit).of(rows))


def _shown(visit: Visit, line: AccountLine, hottest: Card | None) -> ShownAccount:
    company = hottest.contact.company if hottest else ""
    address = display_names.account_address(line.account_id, visit.target)
    return ShownAccount(line, company or line.account_id, address, hottest)


def _roles(pages: Pages, visit: Visit, cards: list[Card]) -> list[Role]:
    """Count the roles of the people shown, the most frequent first."""
    vocabulary = pages.champion(visit).current().artifact.catalog.vocabulary
    known = attribute_categories(vocabulary)
    key = next((name for name in ROLES if name in known), ROLES[0])
    values = Counter(
        str(value) for card in cards if (value := card.row.attributes.get(key)) is not None
    )
    named = [
        (display_names.value_words(key, value, vocabulary, visit.language), value, people)
        for value, people in values.most_common()
    ]
    return [Role(name, people, decides(f"{value} / {name}")) for name, value, people in named]


def _predicted(pages: Pages, visit: Visit) -> dict[str, Any]:
    loaded = pages.champion(visit).current()
    return {
        "outcome": display_names.outcome_words(loaded, pages.words[visit.language]),
        "horizon_days": loaded.artifact.about.get("horizon_days"),
    }
