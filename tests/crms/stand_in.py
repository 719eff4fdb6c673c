"""What all stand-ins share: a clock, records, and an unreliable way to them."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


class Killed(BaseException):
    """Stands for kill -9: nothing of our side runs after it."""


@dataclass
class Faults:
    """How often each fault happens to a call; `kill_at` counts calls and commits."""

    random: random.Random
    share: float = 0.0
    kill_at: int | None = None
    steps: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def step(self) -> None:
        self.steps += 1
        if self.kill_at is not None and self.steps >= self.kill_at:
            self.kill_at = None
            self.count("killed")
            raise Killed

    def draw(self, name: str) -> bool:
        happens = self.random.random() < self.share
        if happens:
            self.count(name)
        return happens

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1


@dataclass
class Stored:
    """A record of a stand-in; `changed` in milliseconds of its clock."""

    record_id: str
    values: dict[str, Any]
    created: int
    changed: int
    revision: int = 1


class StandIn:
    """A CRM in memory. `handle` answers a request; `unreliable` is the way to it."""

    token_lives = 400
    """Calls after which a token expires, where there are tokens that do."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.now = START
        self.skew = timedelta(0)
        self.tables: dict[str, dict[str, Stored]] = {}
        self.late: list[httpx.Request] = []
        self.calls = 0
        self.largest: dict[str, int] = {}

    def handle(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    @property
    def ms(self) -> int:
        return int((self.now + self.skew).timestamp() * 1000)

    def create(self, table: str, values: dict[str, Any]) -> str:
        raise NotImplementedError

    def update(self, table: str, record_id: str, values: dict[str, Any]) -> None:
        one = self.tables[table][record_id]
        one.values |= values
        one.changed, one.revision = self.ms, one.revision + 1

    def delete(self, table: str, record_id: str) -> None:
        del self.tables[table][record_id]

    def close(self) -> None:
        """Close what is open; most have nothing."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._unreliable)

    def _unreliable(self, request: httpx.Request) -> httpx.Response:
        faults = self.faults
        faults.step()
        self.calls += 1
        if faults.draw("429"):
            return self._answer(httpx.Response(429, headers={"retry-after": "2"}))
        if faults.draw("500"):
            return self._answer(httpx.Response(500, text="<html>"))
        if faults.draw("timeout before"):
            raise httpx.ReadTimeout("stand-in", request=request)
        self._late_ones()
        return self._delivered(request)

    def _delivered(self, request: httpx.Request) -> httpx.Response:
        faults = self.faults
        response = self._answer(self.handle(request))
        if request.method in {"PUT", "PATCH"} or "batch/update" in request.url.path:
            if faults.draw("applied late again"):
                self.late.append(request)
            if faults.draw("delivered twice"):
                self.handle(request)
        faults.step()
        if faults.draw("timeout after"):
            raise httpx.ReadTimeout("stand-in", request=request)
        if response.content and faults.draw("truncated"):
            cut = response.content[: len(response.content) // 2]
            return httpx.Response(response.status_code, content=cut)
        return response

    def shortened(self, rows: list[Any]) -> tuple[list[Any], bool]:
        """Return the rows of a page, sometimes half of them, as if there were no more."""
        if len(rows) > 1 and self.faults.draw("short page"):
            return rows[: len(rows) // 2], True
        return rows, False

    def _late_ones(self) -> None:
        """Deliver a request that was answered long ago once more: a proxy repeats it."""
        if self.late and self.faults.random.random() < 0.3:
            self.handle(self.late.pop(0))

    def _answer(self, response: httpx.Response) -> httpx.Response:
        response.headers["date"] = format_datetime(self.now + self.skew, usegmt=True)
        return response


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content) if request.content else {}


def answer(content: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=content)


Condition = Callable[[Stored], bool]
