"""GET /v1/accounts: accounts with open leads, the most probable first, with what carries each.

Decided here: the probability of an account is that at least one of its open leads converts, by the
rule that the model learned (`models.model.account_rule`). Leads without an account are in no list
here; they stand in the ranking of leads.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import NoLead
from serve.http.app_context import AppContext
from serve.routes.describing import JSON, TARGET, described, target_of
from serve.store.ranking.account_ranking import AccountPage, RankedAccount
from serve.wire.bodies import refuse
from serve.wire.targets import TargetField, target_field

USUAL: Final = 50
MOST: Final = 500
_DO: Final = "correct the parameter"


class AccountList(AccountPage, frozen=True):
    """A page of accounts."""

    target: TargetField = msgspec.UNSET


class OneAccount(RankedAccount, frozen=True):
    """An account, with as many of its leads as were requested."""

    target: TargetField = msgspec.UNSET


_LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST}
_PAGE: Final[list[dict[str, Any]]] = [
    {"name": "limit", "in": "query", "description": "Accounts a page; 50.", "schema": _LIMIT},
    {
        "name": "cursor",
        "in": "query",
        "description": "`next_cursor` of the page before.",
        "schema": {"type": "string"},
    },
    TARGET,
]
_ONE: Final[list[dict[str, Any]]] = [
    {"name": "limit", "in": "query", "description": "The most leads; 50.", "schema": _LIMIT},
    TARGET,
]
KINDS: Final = (AccountList, OneAccount)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["leads"])

    @routes.get("/v1/accounts", openapi_extra=described(None, None, AccountList, _PAGE))
    async def accounts(request: Request) -> Response:
        """List the accounts with open leads, the most probable first, page by page."""
        query, target = request.query_params, target_of(context, request)
        refuse(_faults(query.get("limit")))
        limit = int(query.get("limit", USUAL))
        store = context.store.account_ranking
        page = await context.threads(store.page, target, query.get("cursor"), limit)
        answer = AccountList(
            page.accounts, page.next_cursor, page.total, target=target_field(target)
        )
        return Response(msgspec.json.encode(answer), media_type=JSON)

    @routes.get(
        "/v1/accounts/{account_id:id}", openapi_extra=described(None, None, OneAccount, _ONE)
    )
    async def account(account_id: str, request: Request) -> Response:
        """Read the probability of an account, and which of its open leads carry it."""
        query, target = request.query_params, target_of(context, request)
        refuse(_faults(query.get("limit")))
        limit = int(query.get("limit", USUAL))
        one = await context.threads(context.store.account_ranking.one, account_id, target, limit)
        if one is None:
            observed = "no account with an open lead that is ranked"
            raise NoLead([Fault(observed, "the account_id of one", "see GET /v1/accounts")])
        answer = OneAccount(**msgspec.structs.asdict(one), target=target_field(target))
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return routes


def _faults(limit: str | None) -> Iterator[Fault]:
    sent = str(USUAL) if limit is None else limit
    if not (sent.isascii() and sent.isdigit() and 1 <= int(sent[:9]) <= MOST):
        yield Fault(f"limit: {sent[:40]}", f"1 to {MOST}", _DO)
