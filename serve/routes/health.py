"""/healthz, /readyz, /metrics: for the operation of the server."""

from collections.abc import Iterator
from typing import Any

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
    async def readyz() -> dict[str, Any]:
        """Check that a warm model and the database are ready; 503 names what is not.

        `degraded` names what is ailing while scores are answered.
        """
        context.champion.current()
        context.database_health.check()
        silent = [
            f"the {name} is silent" for name, is_so in context.helpers.silent().items() if is_so
        ]
        log = ["the log of answers cannot be written"] if context.receipts.is_failing else []
        return {"status": "ready"} | ({"degraded": silent + log} if silent or log else {})

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Return the metrics in the format of Prometheus."""
        return Response(context.metrics.text(), media_type="text/plain; version=0.0.4")

    return routes


def _degraded(context: AppContext) -> Iterator[str]:
    for name, is_silent in context.helpers.silent().items():
        if is_silent:
            yield f"the {name} is silent"
    if context.receipts.is_failing:
        yield "the log of answers cannot be written"
