"""Random histories of outgoing webhooks: bands move, receivers fail, processes are killed.

Every crossing that a comparison noted must reach every receiver at last, under one id, and no id
may be about two crossings.
"""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from pipelines.connect.credentials import Credentials
from pipelines.connect.webhooks import delivery, events
from pipelines.connect.webhooks.receivers import Receiver, secret_name
from tests.crms.histories import KillableState, Scores
from tests.crms.stand_in import START, Faults, Killed

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class PostVerdict:
    """What a history came to; `lost` and `doubled` are empty when it is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    events: int = 0
    calls: int = 0


class PostHistory:
    """One history, by its seed."""

    def __init__(self, seed: int, place: Path) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a test's own
        self._faults = Faults(self._random)
        self._path = place / f"post-{seed}.db"
        self._scores, self._now = Scores(self._random), START
        self._receivers = [
            Receiver(name=one, url=f"https://{one}.invalid/", private=True) for one in ("a", "b")
        ]
        self._taken: Counter[tuple[str, str]] = Counter()
        self._contents: dict[str, set[str]] = {}
        self._share = self._random.choice([0.0, 0.3, 0.7])
        self._bands: dict[str, str] = {}
        self._due: Counter[tuple[str, str]] = Counter()
        self._calls = 0
        self._is_first = True

    def run(self, steps: int = 20) -> PostVerdict:
        for n in range(6):
            self._scores.move(str(n), self._now)
        self._round(kill=False)
        self._is_first = False
        for _ in range(steps):
            self._now += timedelta(minutes=self._random.choice([1, 10, 90]))
            for _ in range(self._random.randrange(4)):
                self._scores.move(str(self._random.randrange(6)), self._now)
            self._round(kill=self._random.random() < 0.4)
        self._share, self._scores.calm = 0.0, True
        for _ in range(12):
            self._now += timedelta(hours=11)
            self._round(kill=False)
        return self._verdict()

    def _round(self, *, kill: bool) -> None:
        state = KillableState(self._path, self._faults)
        if kill:
            self._faults.kill_at = self._faults.steps + self._random.randrange(1, 5)
        try:
            rows = self._scores.ranking("en")
            events.note(state, rows, 1, self._receivers, self._now)
            self._count(rows)
            secrets = Credentials({secret_name(one): SECRET for one in self._receivers})
            transport = httpx.MockTransport(self._take)
            postman = delivery.Postman(
                state, self._receivers, secrets, transport, lambda *_: ["127.0.0.1"]
            )
            postman.deliver(self._now)
        except Killed:
            self._settle(state)
        self._faults.kill_at = None
        state.close()

    def _count(self, rows: list[dict[str, str]]) -> None:
        for row in rows:
            was, band = self._bands.get(row["lead_id"]), row["band"]
            self._bands[row["lead_id"]] = band
            if self._is_first or (was == "hot") == (band == "hot"):
                continue
            self._due["lead.hot" if band == "hot" else "lead.cooled", row["lead_id"]] += 1

    def _settle(self, state: KillableState) -> None:
        """After a kill, what was committed decides which crossings were noted."""
        stored = dict(state.db.execute("select lead_id, band from standings"))
        rows = [{"lead_id": lead, "band": band} for lead, band in stored.items()]
        self._count(rows)

    def _take(self, request: httpx.Request) -> httpx.Response:
        self._faults.step()
        self._calls += 1
        assert request.url.host == "127.0.0.1"
        if self._random.random() < self._share:
            return httpx.Response(self._random.choice([500, 503, 302]))
        name, event_id = request.headers["host"][0], request.headers["webhook-id"]
        body = json.loads(request.content)
        key = f"{body['type']} {body['data']['lead_id']} {body['timestamp']}"
        self._contents.setdefault(event_id, set()).add(key)
        self._taken[name, event_id] += 1
        self._faults.step()
        return httpx.Response(204)

    def _verdict(self) -> PostVerdict:
        verdict = PostVerdict(events=sum(self._due.values()), calls=self._calls)
        verdict.doubled += [one for one, contents in self._contents.items() if len(contents) > 1]
        for receiver in ("a", "b"):
            reached: Counter[tuple[str, str]] = Counter()
            for name, event_id in self._taken:
                if name == receiver:
                    kind, lead, _ = next(iter(self._contents[event_id])).split(" ", 2)
                    reached[kind, lead] += 1
            verdict.lost += [f"{receiver} {one}" for one in (self._due - reached)]
            verdict.doubled += [f"{receiver} {one}" for one in (reached - self._due)]
        return verdict
