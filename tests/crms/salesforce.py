"""A stand-in of Salesforce's REST API, written from its pages: tokens, describe, SOQL, collections.

Its tokens expire, it sorts by SystemModstamp and Id, splits answers to queries, refuses more than
200 records a call, and answers each record of a collection on its own.
"""

import re
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.crms.stand_in import Faults, StandIn, Stored, answer, body_of

FIELDS = {
    "Id": "id",
    "StageName": "picklist",
    "LeadSource": "picklist",
    "CloseDate": "date",
    "SystemModstamp": "datetime",
    "BillingAddress": "address",
}
SECRET = "salesforce-secret-1"  # noqa: S105 - of the stand-in
_API = "/services/data/v60.0"
_SPLIT = 150
_WHERE = re.compile(
    r"SELECT (?P<names>.+?) FROM (?P<kind>\w+) ?(?:WHERE (?P<where>.+?) ?)?"
    r"(?:ORDER BY (?P<order>.+?) )?(?:LIMIT (?P<limit>\d+))?$"
)


class SalesforceStandIn(StandIn):
    """An organisation with opportunities."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.tables = {"Opportunity": {}}
        self.own: set[str] = set()
        self.last_id = 0
        self.token = 0
        self.left = 0
        self.cursors: dict[str, list[dict[str, Any]]] = {}

    def create(self, table: str, values: dict[str, Any]) -> str:
        self.last_id += 1
        record_id = f"006{self.last_id:015d}"
        self.tables[table][record_id] = Stored(record_id, dict(values), self.ms, self.ms)
        return record_id

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/services/oauth2/token":
            return self._token(request)
        self.left -= 1
        if request.headers.get("authorization") != f"Bearer t{self.token}" or self.left < 0:
            return answer([{"errorCode": "INVALID_SESSION_ID", "message": "expired"}], 401)
        return self._route(request, path)

    def _route(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == f"{_API}/query":
            return self._query(dict(request.url.params)["q"])
        if path.startswith(f"{_API}/query/"):
            return self._part(path.rpartition("/")[2])
        if path == f"{_API}/sobjects/Opportunity/describe":
            every = FIELDS | dict.fromkeys(self.own, "string")
            return answer({"fields": [{"name": n, "type": kind} for n, kind in every.items()]})
        if path == f"{_API}/composite/sobjects" and request.method == "PATCH":
            return self._collection(body_of(request))
        return answer([{"errorCode": "NOT_FOUND", "message": path}], 404)

    def _token(self, request: httpx.Request) -> httpx.Response:
        if SECRET not in request.content.decode():
            return answer({"error": "invalid_client"}, 400)
        self.token, self.left = self.token + 1, 9
        return answer({"access_token": f"t{self.token}"})

    def _query(self, soql: str) -> httpx.Response:
        match = _WHERE.fullmatch(soql)
        if match is None:
            return answer([{"errorCode": "MALFORMED_QUERY", "message": soql}], 400)
        names = match["names"].split(", ")
        if set(names) - set(FIELDS) - self.own:
            return answer([{"errorCode": "INVALID_FIELD", "message": soql}], 400)
        rows = [self._row(one) for one in self.tables[match["kind"]].values()]
        rows = [row for row in rows if _holds(row, match["where"])]
        for name in reversed((match["order"] or "Id").split(", ")):
            rows.sort(key=lambda row, n=name: row[n])  # type: ignore[misc]
        rows = rows[: int(match["limit"] or 50_000)]
        if " IN (" not in soql:
            rows, _ = self.shortened(rows)
        self.largest["read"] = max(self.largest.get("read", 0), len(rows))
        shown = [{"attributes": {}} | {name: row.get(name) for name in names} for row in rows]
        key = f"01g{len(self.cursors)}"
        self.cursors[key] = shown
        return self._part(key)

    def _part(self, key: str) -> httpx.Response:
        rows, self.cursors[key] = self.cursors[key][:_SPLIT], self.cursors[key][_SPLIT:]
        done = not self.cursors[key]
        content: dict[str, Any] = {"done": done, "records": rows}
        if not done:
            content["nextRecordsUrl"] = f"{_API}/query/{self._following(key)}"
        return answer(content)

    def _following(self, key: str) -> str:
        following = f"01g{len(self.cursors)}"
        self.cursors[following] = self.cursors[key]
        return following

    def _row(self, one: Stored) -> dict[str, Any]:
        return {**one.values, "Id": one.record_id, "SystemModstamp": _written(one.changed)}

    def _collection(self, body: dict[str, Any]) -> httpx.Response:
        records = body["records"]
        self.largest["write"] = max(self.largest.get("write", 0), len(records))
        if len(records) > 200:
            return answer([{"errorCode": "EXCEEDED_ID_LIMIT", "message": "too many"}], 400)
        answers = []
        for one in records:
            values = {n: v for n, v in one.items() if n not in {"attributes", "id"}}
            known = one["id"] in self.tables["Opportunity"] and not set(values) - self.own
            if known:
                self.update("Opportunity", one["id"], values)
            errors = [] if known else [{"message": "entity is deleted"}]
            answers.append({"id": one["id"], "success": known, "errors": errors})
        return answer(answers)


def _holds(row: dict[str, Any], where: str | None) -> bool:
    if not where:
        return True
    if match := re.fullmatch(r"Id IN \((.+)\)", where):
        return row["Id"] in re.findall(r"'(\w+)'", match[1])
    if match := re.fullmatch(r"Id > '(\w+)'", where):
        return bool(row["Id"] > match[1])
    match = re.fullmatch(
        r"SystemModstamp > (\S+) OR \(SystemModstamp = (\S+) AND Id > '(\w*)'\)", where
    )
    assert match is not None, where
    at = _ms(row["SystemModstamp"])
    return at > _ms(match[1]) or (at == _ms(match[2]) and row["Id"] > match[3])


def _written(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}+0000"


def _ms(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp() * 1000 + 0.5)
