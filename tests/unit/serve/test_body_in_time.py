"""A body that is there is read at once; one that comes late is waited for, and not for ever."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from serve.errors import TooLarge, TooSlow
from serve.http.middleware import RequestMiddleware

SECONDS = 0.2


def manners(body_bytes: int = 100) -> RequestMiddleware:
    configured: Any = SimpleNamespace(body_seconds=SECONDS, body_bytes=body_bytes, access_log="no")
    nothing: Any = None
    return RequestMiddleware(
        nothing, settings=configured, gate=nothing, metrics=nothing, log=nothing, refusal=nothing
    )


async def read(pieces: list[bytes], pause: float, own: RequestMiddleware) -> bytes:
    """Read a body of some pieces; the last says that it is the last."""
    coming: Iterator[tuple[int, bytes]] = iter(enumerate(pieces, start=1))

    async def receive() -> dict[str, Any]:
        if pause:
            await asyncio.sleep(pause)
        number, piece = next(coming)
        return {"type": "http.request", "body": piece, "more_body": number < len(pieces)}

    again = await own._whole({}, receive)
    body: bytes = (await again())["body"]
    return body


@pytest.mark.parametrize("pause", [0.0, SECONDS / 10])
@pytest.mark.parametrize("pieces", [[b"whole"], [b"a ", b"body ", b"", b"in pieces"]], ids=len)
def test_a_body_is_read_whole(pieces: list[bytes], pause: float) -> None:
    assert asyncio.run(read(pieces, pause, manners())) == b"".join(pieces)


@pytest.mark.parametrize("pieces", [[b"late"], [b"x"] * 9], ids=len)
def test_a_body_that_takes_too_long_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(TooSlow):
        asyncio.run(read(pieces, 2 * SECONDS / len(pieces), manners()))


@pytest.mark.parametrize("pause", [0.0, 0.01])
def test_a_body_in_pieces_is_refused_when_it_grows_too_large(pause: float) -> None:
    with pytest.raises(TooLarge):
        asyncio.run(read([b"12345"] * 3, pause, manners(body_bytes=12)))


def test_who_goes_away_while_a_body_is_waited_for_ends_the_reading() -> None:
    ended: list[str] = []

    async def receive() -> dict[str, Any]:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("yes")
        return {}

    async def leave() -> None:
        task = asyncio.create_task(manners()._whole({}, receive))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    assert ended == ["yes"]
