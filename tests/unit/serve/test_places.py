"""More requests at once than there are places: the others are refused at the door."""

import asyncio
import json
import threading
from typing import Any

import pytest
from anyio.to_thread import current_default_thread_limiter
from starlette.concurrency import run_in_threadpool

from serve.errors import Busy
from serve.http import places
from serve.http.access import AccessControl
from serve.http.logs import Log
from serve.http.metrics import Metrics
from serve.http.middleware import RequestMiddleware
from serve.http.places import Places
from serve.http.problems import rendered
from serve.http.rate_limits import Limits
from serve.settings import Settings
from tests.clocked import NOW


def test_a_place_is_free_again_after_an_error() -> None:
    one = Places(1)
    with pytest.raises(ValueError, match="x"), one.one(in_threads=False):
        raise ValueError("x")
    with one.one(in_threads=False), pytest.raises(Busy), one.one(in_threads=False):
        raise AssertionError
    assert one.taken == 0


async def called(app: Any, path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Call an application as a server would, and return what it answers."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "raw_path": b""}
    await app(scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def test_who_comes_when_all_places_are_taken_is_refused_and_health_is_not() -> None:
    leave = asyncio.Event()

    async def slow(scope: Any, _receive: Any, send: Any) -> None:
        if scope["path"] != "/healthz":
            await leave.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    gate = AccessControl(Limits(1_000.0, 1_000.0))
    gate.places = Places(2)
    app: Any = RequestMiddleware(
        slow,
        settings=Settings(access_log="no"),
        gate=gate,
        metrics=Metrics(),
        log=Log(lambda: NOW),
        refusal=lambda _scope, error: rendered(error),
    )

    async def trial() -> None:
        inside = [asyncio.create_task(called(app, "/")) for _ in range(2)]
        await asyncio.sleep(0)
        status, headers, body = await called(app, "/")
        assert (status, headers[b"retry-after"]) == (503, b"1")
        assert json.loads(body)["type"] == "/problems/busy"
        assert (await called(app, "/healthz"))[0] == 200
        leave.set()
        assert [one[0] for one in await asyncio.gather(*inside)] == [200, 200]
        assert (await called(app, "/"))[0] == 200

    asyncio.run(trial())


def test_when_many_wait_for_a_thread_others_that_need_one_are_refused() -> None:
    leave, one = threading.Event(), Places(1_000)

    async def trial() -> None:
        count = int(current_default_thread_limiter().total_tokens) + places.MOST_WAITING + 1
        waiting = [asyncio.create_task(run_in_threadpool(leave.wait)) for _ in range(count)]
        while places.waiting() <= places.MOST_WAITING:
            await asyncio.sleep(0)
        with one.one(in_threads=False), pytest.raises(Busy), one.one(in_threads=True):
            raise AssertionError
        leave.set()
        await asyncio.gather(*waiting)
        with one.one(in_threads=True):
            assert one.taken == 1

    asyncio.run(trial())
