"""The server put together: settings become parts, parts become routes behind good manners.

Decided here: the one place of `serve` that reads a clock. The model and the keys are followed by
tasks of the server itself; the store is opened when the server starts, so a server without its
database starts, says what is missing, and goes on when it is there.
"""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from features.errors import MikomiError
from models.artifact import artifact
from serve.http.access import Gate
from serve.http.app_context import Parts
from serve.http.logs import Log
from serve.http.middleware import Manners
from serve.http.problems import TABLE
from serve.http.rate_limits import Limits
from serve.pages import router
from serve.pages.error_pages import Refusals
from serve.pages.frame import Pages
from serve.routes import (
    health,
    leads,
    model,
    openapi,
    outlook,
    ranking,
    receipts,
    scores,
    stored_leads,
    stored_scores,
)
from serve.routes.fast_path import Shortcut, is_for_shortcut
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import Loaded
from serve.settings import Settings
from serve.store import checkpoints
from serve.store.engine import open_engine, upgrade
from serve.store.people.api_keys import ApiKeys
from serve.store.receipts.receipts import Receipts
from serve.stored_leads.store import Store

ROUTES = (health, scores, outlook, ranking, leads, stored_leads, stored_scores, receipts, model)
KINDS = tuple(kind for module in ROUTES for kind in getattr(module, "KINDS", ()))
_KEY_SECONDS = 2.0
_ERASED_SECONDS = 5.0
_WINS_SECONDS = 5.0
_SWITCH_SECONDS = 0.0005
"""How long a thread may hold the interpreter when the log's waits for it."""


def from_environment() -> FastAPI:
    """Make the application that `mikomi serve` runs."""
    return create_app(Settings.read(os.environ))


def create_app(settings: Settings, now: Callable[[], datetime] | None = None) -> FastAPI:
    """Make an application.

    Parameters
    ----------
    settings
        What it is told.
    now
        The clock; missing means the machine's.
    """
    server = Server(settings, now or _now)
    app = Application(
        title="mikomi",
        summary="Which leads will become customers, how sure that is, and why.",
        version="1",
        lifespan=server.life,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = server.parts
    for module in ROUTES:
        app.include_router(module.router(server.parts))
    pages = Pages(server.parts)
    app.include_router(router.router(pages))
    refusals = Refusals(pages)
    manners: dict[str, Any] = {
        "settings": settings,
        "gate": server.gate,
        "metrics": server.parts.metrics,
        "log": server.log,
        "refusal": refusals.of_scope,
    }
    app.add_middleware(Manners, **manners)
    app.shortcut = Manners(Shortcut(server.parts), **manners)
    for kind in (*TABLE, MikomiError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refusals.answer)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    _build(app)
    return app


def _build(app: FastAPI) -> None:
    """Build every route now: the framework would at the first request that looks for one.

    It silences a warning meanwhile, for the whole interpreter, which no two threads should do.
    """
    for _ in iter_route_contexts(app.routes):
        pass


class Application(FastAPI):
    """The framework's application, but for the one request that goes past it."""

    shortcut: Manners

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and is_for_shortcut(scope):
            await self.shortcut(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Server:
    """What lives as long as the server."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.log = Log(now)
        limits = Limits(settings.requests_per_second, settings.burst)
        self.gate = Gate(limits, open_without_keys=settings.loopback)
        self._champion = FollowedChampion(
            settings.models, _load, settings.older_models, self._refused
        )
        self._engine = open_engine(settings.database_url)
        self._checkpoints = checkpoints.Checkpoints(self._engine)
        self._keys = ApiKeys(self._engine)
        self.parts = Parts(
            settings, self._champion, Store(self._engine), Receipts(self._engine), now
        )

    @asynccontextmanager
    async def life(self, _app: FastAPI) -> AsyncIterator[None]:
        """Follow the model and the keys while the server runs; finish the log at the end."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        await self._prepare()
        gc.enable()
        ending = asyncio.Event()
        works = (
            (self._follow, self.parts.settings.poll_seconds),
            (self._take_keys, _KEY_SECONDS),
            (self._look_again, _ERASED_SECONDS),
            (self._look_at_wins, _WINS_SECONDS),
            (self._checkpoints.move, checkpoints.SECONDS),
        )
        tasks = [asyncio.create_task(self._often(work, pause, ending)) for work, pause in works]
        yield
        ending.set()
        self.parts.store.winners.stop()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(self.parts.receipts.close)
        self.log.flush()
        self._engine.dispose()

    async def _prepare(self) -> None:
        """Take up what is there before the first request: no worker answers before it is warm."""
        with suppress(SQLAlchemyError, OSError):
            await asyncio.to_thread(self._take_keys)
        await asyncio.to_thread(self._follow)

    async def _often(
        self, work: Callable[[], object], seconds: float, ending: asyncio.Event
    ) -> None:
        """Do it again and again; what runs when the server ends is waited for."""
        while not ending.is_set():
            try:
                await asyncio.to_thread(work)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next time may be better
                self.log.line("retry", what=work.__name__, error=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), seconds)

    def _follow(self) -> None:
        if self._champion.poll():
            loaded: Any = self._champion.current()
            self.parts.metrics.model(loaded.version)
            self.parts.metrics.drift(loaded.fingerprint, loaded.drift.reference())
            self.log.line("model", version=loaded.version, fingerprint=loaded.fingerprint)
        self._count_drift()

    def _count_drift(self) -> None:
        for loaded in self._champion.kept():
            self.parts.metrics.drift(loaded.fingerprint, loaded.drift.take())

    def _take_keys(self) -> None:
        try:
            upgrade(self._engine)
            self.gate.use(self._keys.all())
        except (SQLAlchemyError, OSError):
            self.parts.reach.lost()
            raise
        self.parts.reach.found()

    def _look_again(self) -> None:
        self.parts.store.look_again(self.parts.now())

    def _look_at_wins(self) -> None:
        if self._champion.has_model:
            self.parts.store.winners.renew(self._champion.current(), self.parts.now())

    def _refused(self, error: Exception) -> None:
        self.parts.metrics.model_refused()
        self.log.line("model refused", error=type(error).__name__, why=str(error)[:500])


def _load(folder: Path, version: int | None) -> Loaded:
    loaded = Loaded(artifact.load(folder), version)
    loaded.warm()
    _settle()
    return loaded


def _settle() -> None:
    """Leave what will stay out of all later searches for garbage, which would hold up requests.

    While `mikomi serve` starts, nothing is searched, not even for this: nearly all of it stays.
    """
    if gc.isenabled():
        gc.unfreeze()
        gc.collect()
    gc.freeze()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the server is where time comes in


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.description(app, KINDS)
    return app.openapi_schema
