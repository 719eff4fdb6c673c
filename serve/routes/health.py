"""/healthz, /readyz, /metrics: for the operation of the server."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from serve.http.app_context import AppContext


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Check that the process answers."""
        return {"status": "alive"}

    @routes.get("/readyz")
    async def readyz() -> dict[str, str]:
        """Check that a warm model and the database are ready; 503 names what is not."""
        context.champion.current()
        context.database_health.check()
        return {"status": "ready"}

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Return the metrics in the format of Prometheus."""
        return Response(context.metrics.text(), media_type="text/plain; version=0.0.4")

    return routes
