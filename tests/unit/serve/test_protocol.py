"""Who connects and does not say what they want is let go; who is quick is served."""

import asyncio
from functools import partial
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serve.http.protocol import MOST_BYTES, HeadTimeoutProtocol

SECONDS = 0.3
PATIENT = partial(HeadTimeoutProtocol, seconds=SECONDS)
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def nothing(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def response(protocol: Any, pieces: list[bytes], pause: float = 0.0) -> bytes | None:
    """Send the pieces with pauses; give what is heard until the server hangs up, if it does."""
    config = uvicorn.Config(nothing, lifespan="off", log_level="error")
    config.load()
    state = uvicorn.server.ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    received: bytes | None = None
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(4 * SECONDS):
            received = await reader.read()
    except ConnectionError:
        received = b""
    except TimeoutError:
        pass
    writer.close()
    for connection in list(state.connections):
        connection.transport.abort()
    server.close()
    await asyncio.sleep(0)
    return received


@pytest.mark.parametrize(
    "pieces", [[], [b"GET / HT"], [b"GET / HTTP/1.1\r\n", *[b"a: b\r\n"] * 8]], ids=len
)
def test_a_slow_head_is_let_go(pieces: list[bytes]) -> None:
    received = asyncio.run(response(PATIENT, pieces, pause=SECONDS / 6))
    assert received is not None
    assert received[:13] in (b"", b"HTTP/1.1 408 ")


def test_planted_fault_a_server_without_an_end_to_its_patience() -> None:
    assert asyncio.run(response(HttpToolsProtocol, [b"GET / HT"])) is None


def test_a_head_without_end_is_let_go() -> None:
    received = asyncio.run(response(PATIENT, [b"GET / HTTP/1.1\r\na: ", *[b"x" * 8_192] * 16]))
    assert received is not None
    assert received[:13] in (b"", b"HTTP/1.1 431 ")
    assert MOST_BYTES < 16 * 8_192


def test_the_slow_rest_of_a_second_head_is_let_go() -> None:
    received = asyncio.run(response(PATIENT, [WHOLE, b"GET / HT"], pause=0.05))
    assert received is not None
    assert [line[9:12] for line in received.splitlines() if line.startswith(b"HTTP/1.1")] == [
        b"204",
        b"408",
    ]


def test_whoever_is_quick_is_served_again_and_again() -> None:
    received = asyncio.run(response(PATIENT, [WHOLE] * 8, pause=SECONDS / 4))
    assert received is None, "still open: uvicorn's own limit for idle connections is longer"
