"""A server with leads of all sorts, whose ranking the test refreshes."""

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from features.encoders.moments import moment_of
from models.artifact import artifact
from serve.processes.refresher import Refresher
from serve.scoring.loaded_model import LoadedModel
from serve.store.engine import open_engine
from tests.clocked import Clock

LEADS = 24
KINDS = ("page_view", "call", "email_open", "inquiry", "fax")
DAY = timedelta(days=1)


def refresh(url: str, model: Path, at: datetime) -> int:
    """Refresh the ranking of a database as of a moment, by a model; count the leads looked at."""
    engine = open_engine(url)
    refresher, loaded, looked = Refresher(engine), LoadedModel(artifact.load(model), 1), 0
    while done := refresher.step(loaded, moment_of(at)):
        looked += done
    engine.dispose()
    return looked


class Company:
    """A server with leads of all sorts, and a refresher that the test runs."""

    def __init__(
        self, client: TestClient, engine: Engine, loaded: LoadedModel, clock: Clock
    ) -> None:
        self.client, self.engine, self.loaded, self.clock = client, engine, loaded, clock
        self.random = random.Random(5)  # noqa: S311 - the same company every time
        self.refresher = Refresher(engine, batch=7)
        self.others: list[LoadedModel] = []
        self.sent = 0
        for account in ("acme", "globex"):
            self.put(f"accounts/{account}", {"attributes": {"region": "東京"}})
        for n in range(LEADS):
            self.lead(n)

    def put(self, path: str, body: dict[str, Any]) -> None:
        response = self.client.put(f"/v1/{path}", json=body)
        assert response.status_code < 300, response.text

    def lead(self, n: int) -> None:
        created = self.clock.at - timedelta(days=10 + 7 * n, hours=n)
        body = {
            "created_at": created.isoformat(),
            "owner_id": f"owner-{n % 3}",
            "account_id": (None, "acme", "globex", None)[n % 4],
            "attributes": {"industry": ("製造業", "it")[n % 2], "source": "web", "employees": n},
            "backfill": True,
        }
        self.put(f"leads/L-{n}", body)
        self.act(n, [self.random.uniform(0, 10 + 7 * n) for _ in range(n % 9)])

    def act(self, n: int, days_ago: list[float], **more: Any) -> None:
        done = []
        for days in days_ago:
            self.sent += 1
            done.append(
                {
                    "activity_id": f"a-{self.sent}",
                    "lead_id": f"L-{n}",
                    "activity_type": self.random.choice(KINDS),
                    "occurred_at": (self.clock.at - days * DAY).isoformat(),
                    "topic": "pricing",
                }
                | more
            )
        response = self.client.post("/v1/activities", json={"activities": done, "backfill": True})
        assert response.status_code == 200, response.text

    def outcome(self, n: int, outcome: str, days_ago: float) -> None:
        at = (self.clock.at - days_ago * DAY).isoformat()
        body = {"outcomes": [{"lead_id": f"L-{n}", "outcome": outcome, "occurred_at": at}]}
        assert self.client.post("/v1/outcomes", json=body).status_code == 200

    def refresh(self) -> int:
        looked = 0
        while done := self.refresher.step(self.loaded, moment_of(self.clock.at), self.others):
            looked += done
        return looked

    def rows(self, **query: str) -> dict[str, dict[str, Any]]:
        response = self.client.get("/v1/leads?limit=1000&lang=ja", params=query)
        assert response.status_code == 200, response.text
        return {row["lead_id"]: row for row in response.json()["leads"]}

    def stale(self) -> list[str]:
        """Name the rows that differ from the answer of this moment."""
        differing = []
        for lead_id, row in self.rows().items():
            answer = self.client.get(f"/v1/leads/{lead_id}/score?lang=ja").json()
            names = ("probability", "score", "band")
            reasons = {one["code"]: one["contribution"] for one in answer["reasons"]}
            same = all(row[name] == answer[name] for name in names) and all(
                reasons[one["code"]] == one["contribution"] for one in row["reasons"]
            )
            if not same:
                differing.append(lead_id)
        return differing
