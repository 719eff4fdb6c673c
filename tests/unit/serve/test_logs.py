"""Lines of the log: those about requests together, in their order, and never lost at the end."""

import asyncio
import io
import json
from datetime import UTC, datetime

from serve.http.logs import Log

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Stream(io.StringIO):
    """A stream that counts how often it is written to."""

    writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


def events(stream: Stream) -> list[str]:
    return [json.loads(line)["event"] for line in stream.getvalue().splitlines()]


def test_lines_that_can_wait_are_written_together_within_a_moment() -> None:
    stream = Stream()
    log = Log(lambda: NOW, stream)

    async def ask() -> None:
        for n in range(50):
            log.soon("request", ms=n)
        assert stream.writes == 0
        for _ in range(100):
            await asyncio.sleep(0.01)
            if stream.writes:
                break

    asyncio.run(ask())
    assert stream.writes == 1
    assert [json.loads(line)["ms"] for line in stream.getvalue().splitlines()] == list(range(50))


def test_a_line_that_cannot_wait_comes_after_those_that_waited() -> None:
    stream = Stream()
    log = Log(lambda: NOW, stream)

    async def ask() -> None:
        log.soon("request")
        log.line("defect")

    asyncio.run(ask())
    assert events(stream) == ["request", "defect"]


def test_waiting_lines_are_written_by_flush() -> None:
    stream = Stream()
    log = Log(lambda: NOW, stream)

    async def ask() -> None:
        log.soon("request")

    asyncio.run(ask())
    log.flush()
    log.flush()
    assert events(stream) == ["request"]
