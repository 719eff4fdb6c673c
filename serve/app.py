"""The server: builds the application of its settings, routes, pages and middleware.

Decided here: this is the one place of `serve` that reads the clock, besides the helper processes.
Tasks of the server follow the model and the keys; the store is opened when the server starts, so a
server without its database starts, reports what is missing, and goes on when it is there.
"""

import asyncio
import gc
import multiprocessing
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from features.errors import MikomiError, place_of
from models.artifact import artifact
from serve.errors import NoStore
from serve.http.access import AccessControl
from serve.http.app_context import AppContext
from serve.http.ending import end_without, ends_at_once
from serve.http.garbage import SECONDS, GarbageCollection
from serve.http.helper_health import HelperHealth
from serve.http.logs import Log
from serve.http.middleware import RequestMiddleware
from serve.http.places import THREADS, Places
from serve.http.problems import TABLE
from serve.http.rate_limits import Limits
from serve.insight.next_step import read_rules
from serve.pages import router
from serve.pages.shell.error_pages import Refusals
from serve.pages.shell.frame import Pages
from serve.routes import openapi
from serve.routes.query_names import only_known
from serve.routes.route_modules import KINDS, ROUTES
from serve.routes.scoring.fast_path import Shortcut, is_for_shortcut
from serve.scoring import lean_import
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.targets import ServedTargets
from serve.settings import Settings
from serve.store import checkpoints
from serve.store.engine import ANSWER_WAITS, moment, open_engine, sync_each_commit
from serve.store.erasures import Erasures
from serve.store.hang_guard import HangGuard, query_of
from serve.store.people import keys_required
from serve.store.people.api_keys import ApiKeys, Key
from serve.store.receipts.receipts import Receipts
from serve.store.schema_versions import check_usable, upgrade
from serve.stored_leads.store import Store
from serve.wire.targets import DEFAULT
from serve.wire.team.band_limits import BandLimits

_KEY_SECONDS = 2.0
_WINS_SECONDS = 5.0
_PARENT_SECONDS = 1.0
_SWITCH_SECONDS = 0.0005
"""How long a thread may hold the interpreter when the log's waits for it."""


def from_environment() -> FastAPI:
    """Build the application that `mikomi serve` runs."""
    lean_import.import_lightgbm()
    return create_app(Settings.read(os.environ))


def create_app(settings: Settings, now: Callable[[], datetime] | None = None) -> FastAPI:
    """Build an application.

    Parameters
    ----------
    settings
        The settings of the server.
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
        app.include_router(module.router(server.parts), dependencies=[Depends(only_known)])
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
    app.add_middleware(RequestMiddleware, **manners)
    app.shortcut = RequestMiddleware(Shortcut(server.parts), **manners)
    for kind in (*TABLE, MikomiError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refusals.answer)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    _build(app)
    return app


def _build(app: FastAPI) -> None:
    """Build every route now; the framework would do so at the first request.

    It silences a warning for the whole interpreter meanwhile, which two threads must not do.
    """
    for _ in iter_route_contexts(app.routes):
        pass


class Application(FastAPI):
    """The application of the framework, with a shortcut for POST /v1/score."""

    shortcut: RequestMiddleware

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "http" and is_for_shortcut(scope):
            await self.shortcut(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Server:
    """Everything that lives as long as the server.

    Parameters
    ----------
    settings
        The settings of the server.
    now
        The clock.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.log = Log(now)
        limits = Limits(settings.requests_per_second, settings.burst)
        closed = settings.needs_keys or keys_required.has_note(settings.database_url)
        self.gate = AccessControl(limits, open_without_keys=not closed)
        self.gate.places = Places(settings.at_once)
        self._garbage = GarbageCollection(lambda: self.gate.places.taken > 0)
        self._champions = {
            name: self._followed(settings, name) for name in (DEFAULT, *settings.further_targets)
        }
        self._engine = open_engine(settings.database_url, ANSWER_WAITS)
        if settings.synchronous == "full":
            sync_each_commit(self._engine)
        self._has_tables = False
        self._checkpoints = checkpoints.Checkpoints(self._engine)
        self._keys = ApiKeys(self._engine)
        self._limits: dict[str, BandLimits] = {}
        targets = ServedTargets(self._champions)
        erasures = Erasures(self._engine)
        self._guard = HangGuard(query_of(self._engine))
        if self._engine.dialect.name == "postgresql":
            self.gate.guard = self._guard  # a file does not hang
        store, log = Store(self._engine, erasures), Receipts(self._engine, erasures, self._guard)
        helpers, rules = HelperHealth(settings.models), read_rules(settings.next_steps)
        self.parts = AppContext(settings, targets, store, log, now, helpers, rules, log=self.log)
        self.parts.writes.watch(self._engine)

    @asynccontextmanager
    async def life(self, _app: FastAPI) -> AsyncIterator[None]:
        """Run the tasks of the server; close the log of receipts at the end."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        with ends_at_once():
            await self._prepare()
        current_default_thread_limiter().total_tokens = THREADS
        self._garbage.begin()
        ending = asyncio.Event()
        if self.gate.guard is not None:
            self._guard.start()
        works = (
            (self._follow, self.parts.settings.poll_seconds),
            (self._take_keys, _KEY_SECONDS),
            (self._look_at_wins, _WINS_SECONDS),
            (self._checkpoints.move, checkpoints.SECONDS),
            (self._garbage.collect, SECONDS),
            (partial(end_without, multiprocessing.parent_process()), _PARENT_SECONDS),
        )
        tasks = [asyncio.create_task(self._often(work, pause, ending)) for work, pause in works]
        tasks.append(asyncio.create_task(self._guard.watch(ending)))
        yield
        ending.set()
        self._guard.stop()
        self.parts.store.winners.stop()
        await asyncio.gather(*tasks)
        await asyncio.to_thread(self.parts.receipts.close)
        self.log.flush()
        self._engine.dispose()

    async def _prepare(self) -> None:
        """Read the keys and the model, so that no worker answers before it is warm."""
        with suppress(SQLAlchemyError, OSError, NoStore):
            await asyncio.to_thread(self._take_keys)
        await asyncio.to_thread(self._follow)

    async def _often(
        self, work: Callable[[], object], seconds: float, ending: asyncio.Event
    ) -> None:
        """Repeat a task until the server ends; the last run is completed."""
        while not ending.is_set():
            try:
                await asyncio.to_thread(work)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next time may be better
                what = getattr(work, "__qualname__", None) or "parent"
                why = {"why": str(error)} if isinstance(error, NoStore) else {}
                kind, where = type(error).__name__, place_of(error)
                self.log.line("retry", what=what, error=kind, where=where, **why)
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), seconds)

    def _followed(self, settings: Settings, target: str) -> FollowedChampion[LoadedModel]:
        load = partial(_load, target=target, features_dir=settings.features_dir)
        return FollowedChampion(
            settings.models_of(target), load, self._refused, settings.older_models
        )

    def _follow(self) -> None:
        for champion in self._champions.values():
            if champion.poll():
                self._taken_up(champion.current())
            for loaded in champion.cached():
                self.parts.metrics.drift(loaded.fingerprint, loaded.drift.take())

    def _taken_up(self, loaded: LoadedModel) -> None:
        named = {"target": loaded.target} if loaded.target else {}
        if not named:
            self.parts.metrics.model(loaded.version)
        self.parts.metrics.drift(loaded.fingerprint, loaded.drift.reference())
        self.log.line("model", version=loaded.version, fingerprint=loaded.fingerprint, **named)

    def _take_keys(self) -> None:
        self.parts.helpers.look()
        self.parts.metrics.helpers(self.parts.helpers.silent())
        try:
            self._look_at_tables()
            self._use(self._keys.all())
            self.parts.store.look_again()
            self._take_limits()
            self._look_at_ranking()
        except (SQLAlchemyError, OSError, NoStore):
            self.parts.database_health.unavailable()
            raise
        self.parts.database_health.available()

    def _look_at_tables(self) -> None:
        """Migrate when the database answers for the first time; later nobody changes its tables."""
        if self._has_tables:
            check_usable(self._engine)
        else:
            upgrade(self._engine)
            self._has_tables = True

    def _use(self, keys: list[Key]) -> None:
        self.gate.use(keys)
        if keys:
            with suppress(OSError):
                keys_required.write_note(self.parts.settings.database_url)

    def _take_limits(self) -> None:
        """Take up the limits of the bands that people set, whichever worker they reached."""
        limits = self.parts.store.band_limits.latest()
        if limits != self._limits:
            self._limits = limits
            for target, champion in self._champions.items():
                champion.adjust(partial(_limited, limits.get(target)))

    def _look_at_ranking(self) -> None:
        """Note whether the ranking is behind; without a model there is none."""
        if self.parts.targets.champion(None).has_model:
            due = self.parts.store.records.count_due(moment(self.parts.now()))
            self.parts.ranking_lag.note(due=due)
        self.parts.metrics.ranking_behind(self.parts.ranking_lag.seconds)
        self.parts.metrics.log_failing(failing=self.parts.receipts.is_failing)

    def _look_at_wins(self) -> None:
        for loaded in self.parts.targets.ready():
            self.parts.store.winners.renew(loaded, self.parts.now())

    def _refused(self, error: Exception) -> None:
        self.parts.metrics.model_refused()
        kind, why = type(error).__name__, str(error)[:500]
        self.log.line("model refused", error=kind, why=why, where=place_of(error))


def _limited(limits: BandLimits | None, loaded: LoadedModel) -> LoadedModel:
    return loaded.with_limits(limits)


def _load(folder: Path, version: int | None, target: str, features_dir: str) -> LoadedModel:
    loaded = LoadedModel(artifact.load(folder), version, target, features_dir)
    loaded.warm()
    _settle()
    return loaded


def _settle() -> None:
    """Exclude what the first model brought from garbage collection, which would delay requests.

    Nearly all of it is compiled code, which stays. A later model is so small that it may stay in
    sight: to look through everything for the one that it replaces holds all requests for half a
    second. So the first model, if it leaves memory, is the only one whose memory is not used again.
    """
    if gc.get_freeze_count():
        gc.collect()
    else:
        gc.freeze()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the server is where time comes in


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.description(app, KINDS)
    return app.openapi_schema
