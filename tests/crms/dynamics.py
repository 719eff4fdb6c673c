"""A stand-in of the Dataverse Web API, written from its pages: OData queries, upsert, binding.

It pages by links that go on after the last row of the page before, upserts by PATCH unless
`If-Match` forbids it, and keeps scores in `msdyn_predictivescores`, whose changes do not touch the
opportunity.
"""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.crms.stand_in import Faults, StandIn, Stored, answer, body_of

SECRET = "dynamics-secret-1"  # noqa: S105 - of the stand-in
_API = "/api/data/v9.2"
_STATE = "statecode@OData.Community.Display.V1.FormattedValue"
_SCORE = re.compile(rf"{_API}/msdyn_predictivescores\((.+)\)")
_ROW = re.compile(rf"{_API}/opportunities\((.+)\)")


class DynamicsStandIn(StandIn):
    """An environment with opportunities; `scores` by their ids."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.tables = {"opportunities": {}}
        self.scores: dict[str, dict[str, Any]] = {}
        self.token = 0
        self.left = 0
        self.version = 1_000

    def create(self, table: str, values: dict[str, Any]) -> str:
        record_id = str(uuid.UUID(int=self.faults.random.getrandbits(128)))
        self.version += 1
        one = Stored(record_id, dict(values), self.ms, self.ms, self.version)
        self.tables[table][record_id] = one
        return record_id

    def update(self, table: str, record_id: str, values: dict[str, Any]) -> None:
        super().update(table, record_id, values)
        self.version += 1
        self.tables[table][record_id].revision = self.version

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/token":
            return self._token(request)
        self.left -= 1
        if request.headers.get("authorization") != f"Bearer t{self.token}" or self.left < 0:
            return answer({"error": {"message": "expired"}}, 401)
        return self._route(request, path)

    def _route(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == f"{_API}/msdyn_predictivescores":
            return answer({"value": []})
        if match := _SCORE.fullmatch(path):
            return self._score(request, match[1])
        if match := _ROW.fullmatch(path):
            return self._bind(request, match[1])
        if path == f"{_API}/opportunities" and request.method == "GET":
            return self._select(request)
        return answer({"error": {"message": path}}, 404)

    def _token(self, request: httpx.Request) -> httpx.Response:
        if SECRET not in request.content.decode():
            return answer({"error": "invalid_client"}, 401)
        self.token, self.left = self.token + 1, 60
        return answer({"access_token": f"t{self.token}"})

    def _score(self, request: httpx.Request, score_id: str) -> httpx.Response:
        if request.method == "DELETE":
            there = self.scores.pop(score_id, None) is not None
            return httpx.Response(204 if there else 404)
        self.scores.setdefault(score_id, {}).update(body_of(request))
        return httpx.Response(204)

    def _bind(self, request: httpx.Request, record_id: str) -> httpx.Response:
        if record_id not in self.tables["opportunities"]:
            assert request.headers["if-match"] == "*", "it would create an opportunity"
            return answer({"error": {"message": "does not exist"}}, 404)
        bound = body_of(request)["msdyn_predictivescoreid@odata.bind"]
        score_id = re.fullmatch(r"/msdyn_predictivescores\((.+)\)", bound)
        assert score_id is not None
        if score_id[1] not in self.scores:
            return answer({"error": {"message": "no such score"}}, 404)
        self.update("opportunities", record_id, {"_score": score_id[1]})
        return httpx.Response(204)

    def _select(self, request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        size = re.search(r"maxpagesize=(\d+)", request.headers.get("prefer", ""))
        limit = min(int(size[1]) if size else 5_000, 40)
        order = params.get("$orderby", "opportunityid")
        rows = [one for one in self.tables["opportunities"].values() if _holds(one, params)]
        rows.sort(key=lambda one: _place(one, order))
        if "cookie" in params:
            rows = [one for one in rows if _cookie(one, order) > params["cookie"]]
        by_id = "opportunityid eq" in params.get("$filter", "")
        page, is_short = (rows[:limit], False) if by_id else self.shortened(rows[:limit])
        content: dict[str, Any] = {"value": [self._row(one) for one in page]}
        if len(rows) > limit and not is_short:
            following = params | {"cookie": _cookie(rows[limit - 1], order)}
            url = request.url.copy_with(params=following)
            content["@odata.nextLink"] = str(url)
        return answer(content)

    def _row(self, one: Stored) -> dict[str, Any]:
        values = {name: value for name, value in one.values.items() if name != "_score"}
        return values | {
            "@odata.etag": "W/1",
            "opportunityid": one.record_id,
            "modifiedon": _written(one.changed),
            "versionnumber": one.revision,
            _STATE: f"State {one.values['statecode']}",
            "msdyn_predictivescoreid": self.scores.get(one.values.get("_score", "")),
        }


def _holds(one: Stored, params: dict[str, str]) -> bool:
    where = params.get("$filter", "")
    if match := re.fullmatch(r"modifiedon ge (\S+)", where):
        at = datetime.fromisoformat(match[1]).timestamp() * 1000
        return one.changed // 1000 * 1000 >= at - 999
    ids = re.findall(r"opportunityid eq (\S+)", where)
    return not where or one.record_id in ids


def _place(one: Stored, order: str) -> tuple[int, str]:
    return (one.changed if order == "modifiedon" else 0, one.record_id)


def _cookie(one: Stored, order: str) -> str:
    changed, record_id = _place(one, order)
    return f"{changed:015d} {record_id}"


def _written(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
