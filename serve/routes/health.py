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
        ailing = list(_degraded(context))
        return {"status": "ready"} | ({"degraded": ailing} if ailing else {})

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
    if context.ranking_lag.is_stale:
        yield f"the ranking has been behind for {context.ranking_lag.seconds / 60:.0f} minutes"
