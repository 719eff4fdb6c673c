"""/healthz, /readyz, /metrics: for the operation of the server.

Decided here: the text of the metrics takes milliseconds, so it is written in a thread of its own,
where neither thousands of requests for it hold others, nor threads that wait for the database it.
"""

from collections.abc import Iterator
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from serve.http.app_context import AppContext


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["health"])
    one_at_a_time = CapacityLimiter(1)

    @routes.head("/healthz", include_in_schema=False)
    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Check that the process answers."""
        return {"status": "alive"}

    @routes.head("/readyz", include_in_schema=False)
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
        text = await run_sync(context.metrics.text, limiter=one_at_a_time)
        return Response(text, media_type="text/plain; version=0.0.4")

    return routes


def _degraded(context: AppContext) -> Iterator[str]:
    for name, is_silent in context.helpers.silent().items():
        if is_silent:
            yield f"the {name} is silent"
    if context.receipts.is_failing:
        yield "the log of answers cannot be written"
    if context.writes.is_failing:
        yield "the database cannot be written"
    if context.ranking_lag.is_stale:
        yield f"the ranking has been behind for {context.ranking_lag.seconds / 60:.0f} minutes"
