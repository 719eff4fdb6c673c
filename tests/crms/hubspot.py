"""A stand-in of HubSpot's CRM API, written from its pages: objects, search, batches, properties,
associations.

Its search sees records as they were a while ago (the index lags), ends at 10,000, refuses more than
200 records a page and 100 a batch, and answers 207 where some of a batch do not exist.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx

from tests.crms.stand_in import Faults, StandIn, Stored, answer, body_of

ENGAGEMENTS = ("calls", "emails", "meetings", "notes", "tasks")
TOKEN = "hubspot-token-1"  # noqa: S105 - of the stand-in
_SIGNS = {
    "GTE": lambda a, b: a >= b,
    "GT": lambda a, b: a > b,
    "EQ": lambda a, b: a == b,
    "LT": lambda a, b: a < b,
}


class HubSpotStandIn(StandIn):
    """An account with deals; `lag` is how far its index is behind."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.tables = {"deals": {}} | {name: {} for name in ENGAGEMENTS}
        self.deals_of: dict[tuple[str, str], list[str]] = {}
        """Of an engagement, by its object and id: the associated deals."""
        self.lag = timedelta(seconds=0)
        self.properties = {"dealname", "dealstage", "createdate", "closedate", "dealtype"}
        self.groups: set[str] = set()
        self.last_id = 1_000
        self.index: dict[str, list[Stored]] = {}

    def create(self, table: str, values: dict[str, Any]) -> str:
        self.last_id += 7
        record_id = str(self.last_id)
        self.tables[table][record_id] = Stored(record_id, dict(values), self.ms, self.ms)
        self._indexed(self.tables[table][record_id])
        return record_id

    def update(self, table: str, record_id: str, values: dict[str, Any]) -> None:
        super().update(table, record_id, values)
        self._indexed(self.tables[table][record_id])

    def delete(self, table: str, record_id: str) -> None:
        super().delete(table, record_id)
        self.deals_of.pop((table, record_id), None)
        for deals in self.deals_of.values():
            if table == "deals" and record_id in deals:
                deals.remove(record_id)

    def _indexed(self, one: Stored) -> None:
        copy = Stored(one.record_id, dict(one.values), one.created, one.changed, one.revision)
        self.index.setdefault(one.record_id, []).append(copy)

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer({"category": "INVALID_AUTHENTICATION", "message": "bad token"}, 401)
        body, parts = body_of(request), request.url.path.strip("/").split("/")
        if parts[:3] == ["crm", "v3", "objects"] and parts[3] in self.tables:
            kind = parts[3]
            rest = "/".join(parts[4:])
            if request.method == "GET" and not rest:
                return self._list(kind, dict(request.url.params))
            posts = {
                "search": self._search,
                "batch/read": self._batch_read,
                "batch/update": self._batch_update,
            }
            if request.method == "POST" and rest in posts:
                return posts[rest](kind, body)
        return self._besides(request, parts, body)

    def _besides(
        self, request: httpx.Request, parts: list[str], body: dict[str, Any]
    ) -> httpx.Response:
        """Answer what is not about objects themselves."""
        if parts[:3] == ["crm", "v4", "associations"] and parts[4:] == ["deals", "batch", "read"]:
            return self._associations(parts[3], body)
        if parts[:3] == ["crm", "v3", "properties"]:
            return self._properties(request.method, parts[4:], body)
        if parts[:3] == ["crm", "v3", "pipelines"]:
            stages = [("open", "Open"), ("closedwon", "Closed won"), ("closedlost", "Closed lost")]
            listed = [{"id": one, "label": label} for one, label in stages]
            return answer({"results": [{"label": "Sales Pipeline", "stages": listed}]})
        return answer({"message": f"no {request.method} {request.url.path}"}, 404)

    def _row(self, one: Stored, names: list[str]) -> dict[str, Any]:
        own = {
            "hs_object_id": one.record_id,
            "hs_lastmodifieddate": _iso(one.changed),
            "createdate": one.values.get("createdate", _iso(one.created)),
        }
        properties = {name: own.get(name, one.values.get(name)) for name in names}
        return {"id": one.record_id, "properties": properties, "updatedAt": _iso(one.changed)}

    def _visible(self, kind: str) -> list[Stored]:
        """Return what the index holds: the state of `lag` ago, deleted ones still there a while."""
        limit = self.ms - int(self.lag.total_seconds() * 1000)
        rows = []
        for record_id in self.tables[kind]:
            states = [one for one in self.index.get(record_id, []) if one.changed <= limit]
            rows += states[-1:]
        return rows

    def _search(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        if body["limit"] > 200:
            return answer({"message": "limit"}, 400)
        rows = [one for one in self._visible(kind) if self._holds(one, body["filterGroups"])]
        order = body["sorts"][0]["propertyName"]
        self.faults.random.shuffle(rows)
        rows.sort(key=lambda one: _number(one, order))
        start = int(body.get("after", 0))
        if start + body["limit"] > 10_000:
            return answer({"message": "more than 10,000"}, 400)
        page, _ = self.shortened(rows[start : start + body["limit"]])
        self.largest["search"] = max(self.largest.get("search", 0), len(page))
        results = [self._row(one, body["properties"]) for one in page]
        return answer({"total": len(rows), "results": results})

    def _holds(self, one: Stored, groups: list[Any]) -> bool:
        return any(
            all(
                _SIGNS[f["operator"]](_number(one, f["propertyName"]), int(f["value"]))
                for f in group["filters"]
            )
            for group in groups
        )

    def _list(self, kind: str, params: dict[str, str]) -> httpx.Response:
        limit, after = int(params["limit"]), int(params.get("after", 0))
        if limit > 100:
            return answer({"message": "limit"}, 400)
        every = sorted(self.tables[kind].values(), key=lambda one: int(one.record_id))
        rows = [one for one in every if int(one.record_id) >= after]
        page, is_short = self.shortened(rows[:limit])
        results = [self._row(one, params["properties"].split(",")) for one in page]
        content: dict[str, Any] = {"results": results}
        if len(rows) > limit and not is_short:
            content["paging"] = {"next": {"after": rows[limit].record_id}}
        return answer(content)

    def _batch_read(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        ids = [str(one["id"]) for one in body["inputs"]]
        if len(ids) > 100:
            return answer({"message": "too many inputs"}, 400)
        there = [self.tables[kind][one] for one in ids if one in self.tables[kind]]
        results = [self._row(one, body["properties"]) for one in there]
        if len(there) == len(ids):
            return answer({"status": "COMPLETE", "results": results})
        errors = [{"category": "OBJECT_NOT_FOUND", "message": "some ids"}]
        return answer({"status": "COMPLETE", "results": results, "errors": errors}, 207)

    def _batch_update(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        inputs = body["inputs"]
        self.largest["write"] = max(self.largest.get("write", 0), len(inputs))
        if len(inputs) > 100:
            return answer({"message": "too many inputs"}, 400)
        if any(set(one["properties"]) - self.properties for one in inputs):
            return answer({"message": "PROPERTY_DOESNT_EXIST"}, 400)
        results = []
        for one in inputs:
            if str(one["id"]) in self.tables[kind]:
                self.update(kind, str(one["id"]), one["properties"])
                results.append({"id": str(one["id"])})
        if len(results) == len(inputs):
            return answer({"status": "COMPLETE", "results": results})
        errors = [{"category": "OBJECT_NOT_FOUND", "message": "some ids"}]
        return answer({"status": "COMPLETE", "results": results, "errors": errors}, 207)

    def _associations(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        """Return one deal of each engagement a page, so that further pages are needed."""
        if len(body["inputs"]) > 1_000:
            return answer({"message": "too many inputs"}, 400)
        results, without = [], 0
        for one in body["inputs"]:
            deals, after = self.deals_of.get((kind, one["id"]), []), int(one.get("after", 0))
            page = deals[after : after + 1]
            without += not page
            to = [{"toObjectId": int(deal), "associationTypes": [{"typeId": 206}]} for deal in page]
            result: dict[str, Any] = {"from": {"id": one["id"]}, "to": to}
            if len(deals) > after + 1:
                result["paging"] = {"next": {"after": str(after + 1)}}
            if page:
                results.append(result)
        if not without:
            return answer({"status": "COMPLETE", "results": results})
        errors = [{"category": "OBJECT_NOT_FOUND", "message": "No deal is associated"}]
        return answer({"status": "COMPLETE", "results": results, "errors": errors}, 207)

    def _properties(self, method: str, rest: list[str], body: dict[str, Any]) -> httpx.Response:
        if method == "GET" and not rest:
            return answer({"results": [{"name": one} for one in sorted(self.properties)]})
        if rest == ["groups"]:
            if body["name"] in self.groups:
                return answer({"message": "exists"}, 409)
            self.groups.add(body["name"])
            return answer({"name": body["name"]}, 201)
        if rest == ["batch", "create"]:
            if any(one["groupName"] not in self.groups for one in body["inputs"]):
                return answer({"message": "no such group"}, 400)
            self.properties |= {one["name"] for one in body["inputs"]}
            return answer({"results": body["inputs"]}, 201)
        return answer({"message": "no such call"}, 404)


def _number(one: Stored, name: str) -> int:
    return one.changed if name == "hs_lastmodifieddate" else int(one.record_id)


@cache
def _iso(ms: int) -> str:
    at = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"
