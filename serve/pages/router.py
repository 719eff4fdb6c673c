"""The routes of all pages, in the order of the navigation, and of their static files."""

from typing import Final

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from serve.pages import api, handover, model, signin, steps, verdicts, words
from serve.pages.account import page as account
from serve.pages.lead import page as lead
from serve.pages.market import channels, funnel, nurturing, points, spend, week
from serve.pages.ranking import page as ranking
from serve.pages.shell.frame import Pages
from serve.pages.team import assign, limits, salespeople, users

PAGES: Final = (
    *(ranking, handover, lead, account, steps, week, salespeople, assign, limits, users),
    *(channels, funnel, spend, nurturing, points, model, words, verdicts, signin, api),
)
"""Modules with a `router(pages)`."""
_TYPES: Final = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
_KEEP: Final = "public, max-age=31536000, immutable"


def router(pages: Pages) -> APIRouter:
    """Build the routes of all pages; the description of the API leaves them out."""
    routes = APIRouter(include_in_schema=False)
    for module in PAGES:
        routes.include_router(module.router(pages))
    if pages.parts.settings.oidc_issuer:
        routes.include_router(_provider_routes(pages))

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in pages.static:
            raise HTTPException(404)
        kind = _TYPES["." + name.rpartition(".")[2]]
        return Response(pages.static[name], headers={"cache-control": _KEEP}, media_type=kind)

    return routes


def _provider_routes(pages: Pages) -> APIRouter:
    """Return the routes of sign-in at a provider, whose library is only loaded where it is used."""
    from serve.pages import openid  # noqa: PLC0415 - half a second at each start

    return openid.router(pages)
