"""/: today's leads by score."""

from fastapi import APIRouter, Request, Response

from serve.pages.frame import Pages


def router(pages: Pages) -> APIRouter:
    """Make the route."""
    routes = APIRouter()

    @routes.get("/")
    def ranking(request: Request) -> Response:
        visit = pages.visit(request)
        pages.parts.champion.current()
        return pages.show(request, visit, "ranking.html.j2")

    return routes
