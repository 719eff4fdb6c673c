"""A database that hangs: refused within two seconds, and everything goes on when it answers."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serve.errors import NoStore
from serve.http.helper_health import SILENT_SECONDS, HelperHealth, beat
from serve.store import hang_guard
from serve.store.hang_guard import HangGuard
from tests import served
from tests.unit.serve.test_api import serving, settings


class Hanging:
    """A database that hangs while the test holds it."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self) -> None:
        self.answers.wait(30)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    monkeypatch.setattr(hang_guard, "PROBE_SECONDS", 0.02)
    monkeypatch.setattr(hang_guard, "HUNG_SECONDS", 0.1)
    monkeypatch.setattr(hang_guard, "TICK_SECONDS", 0.02)
    hanging = Hanging()
    yield hanging
    hanging.answers.set()


async def outcomes(guard: HangGuard, database: Hanging) -> list[str]:
    """Answer while the database answers, hangs, and answers again."""
    guard.start()
    ending = asyncio.Event()
    watching = asyncio.create_task(guard.watch(ending))
    results = []
    for hangs in (False, True, False):
        if hangs:
            database.answers.clear()
        try:
            guard.check()
            await guard.answered(asyncio.to_thread(database.answers.wait, 5))
            results.append("answered")
        except NoStore:
            results.append("refused")
        if hangs:
            with pytest.raises(NoStore):
                guard.check()
            database.answers.set()
            await asyncio.sleep(0.3)
    ending.set()
    await watching
    guard.stop()
    return results


def test_who_waits_is_refused_and_then_all_goes_on(database: Hanging) -> None:
    assert asyncio.run(outcomes(HangGuard(database), database)) == [
        "answered",
        "refused",
        "answered",
    ]


def test_planted_fault_a_guard_that_never_looks(database: Hanging) -> None:
    async def waiting() -> None:
        guard = HangGuard(database)
        database.answers.clear()
        await asyncio.wait_for(guard.answered(asyncio.sleep(5)), 0.4)

    with pytest.raises(TimeoutError):
        asyncio.run(waiting())


def test_the_log_is_not_waited_for_longer_than_its_time() -> None:
    clock = [0.0]
    guard = HangGuard(lambda: None, lambda: clock[0])

    async def logged() -> None:
        waiting = asyncio.create_task(guard.logged(asyncio.get_running_loop().create_future()))
        await asyncio.sleep(0)
        guard.tick()
        assert not waiting.done()
        clock[0] = hang_guard.LOG_SECONDS + 0.1
        guard.tick()
        await waiting

    with pytest.raises(NoStore):
        asyncio.run(logged())


def test_readiness_names_a_silent_helper_and_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    served.lay_down(tmp_path)
    clock = [0.0]
    health = HelperHealth(tmp_path, lambda: clock[0])
    assert health.silent() == {}
    beat(tmp_path, "refresher")
    health.look()
    assert health.silent() == {"refresher": False}
    clock[0] += SILENT_SECONDS + 1.0
    assert health.silent() == {"refresher": True}
    beat(tmp_path, "refresher")
    health.look()
    assert health.silent() == {"refresher": False}


def test_the_log_is_named_until_it_is_written_again(tmp_path: Path) -> None:
    from serve.scoring.pointer import point  # noqa: PLC0415 - for this test alone

    point(tmp_path, served.lay_down(tmp_path), 1)
    with serving(settings(tmp_path, tmp_path, access_log="no")) as client:
        parts: Any = client.app.state.parts  # type: ignore[attr-defined]
        while client.get("/readyz").status_code != 200:
            pass
        assert client.get("/readyz").json() == {"status": "ready"}
        parts.receipts.is_failing = True
        degraded = client.get("/readyz").json()["degraded"]
        assert degraded == ["the log of answers cannot be written"]
        parts.helpers.silent = lambda: {"follower": True}
        assert "the follower is silent" in client.get("/readyz").json()["degraded"]
