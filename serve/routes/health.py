"""/healthz, /readyz, /metrics: for those who run the server."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from serve.http.app_context import Parts


def router(parts: Parts) -> APIRouter:
    """Make the routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "alive"}

    @routes.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Tell that a warm model and the database are there; until then 503 says what is not."""
        parts.champion.current()
        parts.reach.check()
        return {"status": "ready"}

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Give what was counted, in Prometheus' form."""
        return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4")

    return routes
