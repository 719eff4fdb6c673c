"""A stand-in of a mikomi server: its ranking, for processes that write scores back."""

import random
from typing import Any

import httpx

from tests.crms.histories import Scores
from tests.crms.stand_in import Faults, StandIn, answer


class ServerStandIn(StandIn):
    """Answers what `connect run` asks a server for."""

    def __init__(self) -> None:
        super().__init__(Faults(random.Random(1)))  # noqa: S311 - a test's own
        self.scores = Scores(self.faults.random)
        self.scores.calm = True
        self.erased: list[str] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/v1/leads":
            rows: list[Any] = self.scores.ranking("ja")
            return answer({"leads": rows, "next_cursor": None, "total": len(rows)})
        if path.startswith("/v1/leads/") and request.method == "DELETE":
            self.erased.append(path.rpartition("/")[2])
            return answer({})
        if path.startswith("/v1/leads/"):
            row = self.scores.ranked(path.rpartition("/")[2])
            return answer({"ranked": row})
        if path.startswith("/v1/hooks/"):
            return answer({"hints": []})
        if path == "/v1/model":
            return answer({"version": 1})
        return answer({}, 404)
