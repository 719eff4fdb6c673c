"""A stand-in of kintone, written from the pages of its REST API: records, form fields, deploy.

It states minutes only in updated times, refuses more than 500 records to read and 100 to write,
writes all or nothing, and answers reads by POST with the method override.
"""

import re
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.crms.stand_in import Condition, Faults, StandIn, Stored, answer, body_of

TOKEN = "kintone-token-1"  # noqa: S105 - of the stand-in
_FIELDS = {
    "レコード番号": ("RECORD_NUMBER", "レコード番号"),
    "作成日時": ("CREATED_TIME", "作成日時"),
    "更新日時": ("UPDATED_TIME", "更新日時"),
    "status": ("DROP_DOWN", "案件状況"),
    "source": ("DROP_DOWN", "流入経路"),
    "closed": ("DATE", "完了日"),
    "people": ("USER_SELECT", "案件担当者"),
    "rows": ("SUBTABLE", "明細"),
}
_WORD = re.compile(r'\s*(\(|\)|"[^"]*"|>=|>|=|,|[^\s(),=>"]+)')


class KintoneStandIn(StandIn):
    """A domain with apps; `admin` says whether the token may manage them."""

    def __init__(self, faults: Faults, apps: tuple[str, ...] = ("5",), *, admin: bool = True):
        super().__init__(faults)
        self.admin = admin
        self.tables = {app: {} for app in apps}
        self.fields = {app: dict(_FIELDS) for app in apps}
        self.pending: dict[str, dict[str, tuple[str, str]]] = {app: {} for app in apps}
        self.last_id = dict.fromkeys(apps, 0)

    def create(self, table: str, values: dict[str, Any]) -> str:
        self.last_id[table] += 1
        record_id = str(self.last_id[table])
        self.tables[table][record_id] = Stored(record_id, dict(values), self.ms, self.ms)
        return record_id

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("x-cybozu-api-token") != TOKEN:
            return answer({"code": "GAIA_IA02", "message": "wrong token"}, 403)
        method = request.headers.get("x-http-method-override", request.method)
        body, path = body_of(request), request.url.path
        app = str(body.get("app", ""))
        if app and app not in self.tables:
            return answer({"code": "GAIA_AP01", "message": "no such app"}, 404)
        routes = {
            ("GET", "/k/v1/records.json"): self._select,
            ("PUT", "/k/v1/records.json"): self._put,
            ("GET", "/k/v1/app/form/fields.json"): self._form,
            ("POST", "/k/v1/preview/app/form/fields.json"): self._add_fields,
            ("POST", "/k/v1/preview/app/deploy.json"): self._deploy,
        }
        if (method, path) not in routes:
            return answer({"message": f"no {method} {path}"}, 404)
        return routes[method, path](app, body)

    def _select(self, app: str, body: dict[str, Any]) -> httpx.Response:
        match = re.fullmatch(r"(.*?)(?:order by (.*?) )?limit (\d+)", body["query"].strip())
        if match is None or int(match[3]) > 500:
            return answer({"code": "CB_VA01", "message": "query"}, 400)
        words = _WORD.findall(match[1])
        holds = self._any(app, words) if words else lambda _: True
        assert not words, words
        rows = [one for one in self.tables[app].values() if holds(one)]
        for term in reversed((match[2] or "$id asc").split(", ")):
            code = term.split()[0]
            rows.sort(key=lambda one, c=code: self._value(one, c))  # type: ignore[misc]
        rows = rows[: int(match[3])]
        if " in (" not in body["query"]:
            rows, _ = self.shortened(rows)
        self.largest["read"] = max(self.largest.get("read", 0), len(rows))
        fields = body.get("fields")
        records = [self._shown(app, one) for one in rows]
        if fields:
            records = [{name: record[name] for name in fields} for record in records]
        return answer({"records": records, "totalCount": None})

    def _any(self, app: str, words: list[str]) -> Condition:
        options = [self._all(app, words)]
        while words and words[0] == "or":
            words.pop(0)
            options.append(self._all(app, words))
        return lambda one: any(option(one) for option in options)

    def _all(self, app: str, words: list[str]) -> Condition:
        parts = [self._term(app, words)]
        while words and words[0] == "and":
            words.pop(0)
            parts.append(self._term(app, words))
        return lambda one: all(part(one) for part in parts)

    def _term(self, app: str, words: list[str]) -> Condition:
        code = words.pop(0)
        if code == "(":
            inner = self._any(app, words)
            assert words.pop(0) == ")"
            return inner
        assert code == "$id" or code in self.fields[app], code
        sign = words.pop(0)
        if sign == "in":
            assert words.pop(0) == "("
            listed = words[: words.index(")")]
            del words[: len(listed) + 1]
            ids = {self._read(code, word) for word in listed if word != ","}
            return lambda one: self._value(one, code) in ids
        wanted = self._read(code, words.pop(0))
        if sign == "=":
            return lambda one: bool(self._value(one, code) == wanted)
        return lambda one: bool(self._value(one, code) > wanted)

    def _value(self, one: Stored, code: str) -> Any:
        if code == "$id":
            return int(one.record_id)
        if code == "更新日時":
            return _minutes(one.changed)
        return str(one.values.get(code) or "")

    def _read(self, code: str, word: str) -> Any:
        return int(word) if code == "$id" else word.strip('"')

    def _shown(self, app: str, one: Stored) -> dict[str, Any]:
        own = {
            "レコード番号": f"APP-{one.record_id}",
            "作成日時": _minutes(one.created),
            "更新日時": _minutes(one.changed),
        }
        values = {code: own.get(code, one.values.get(code)) for code in self.fields[app]}
        values |= {"$id": one.record_id, "$revision": str(one.revision)}
        return {code: {"type": "", "value": value} for code, value in values.items()}

    def _put(self, app: str, body: dict[str, Any]) -> httpx.Response:
        records = body["records"]
        self.largest["write"] = max(self.largest.get("write", 0), len(records))
        if len(records) > 100:
            return answer({"code": "CB_VA01", "message": "too many records"}, 400)
        for one in records:
            if str(one["id"]) not in self.tables[app]:
                return answer({"code": "GAIA_RE01", "message": f"no record {one['id']}"}, 404)
            if any(code not in self.fields[app] for code in one["record"]):
                return answer({"code": "CB_IJ01", "message": "no such field"}, 400)
        for one in records:
            values = {code: cell["value"] for code, cell in one["record"].items()}
            self.update(app, str(one["id"]), values)
        return answer({"records": [{"id": one["id"], "revision": "2"} for one in records]})

    def _form(self, app: str, _body: dict[str, Any]) -> httpx.Response:
        fields = {
            code: {"type": kind, "code": code, "label": label}
            for code, (kind, label) in self.fields[app].items()
        }
        return answer({"properties": fields, "revision": "1"})

    def _add_fields(self, app: str, body: dict[str, Any]) -> httpx.Response:
        if not self.admin:
            return answer({"code": "CB_NO02", "message": "no right to manage"}, 403)
        for code, field in body["properties"].items():
            self.pending[app][code] = (field["type"], field["label"])
        return answer({"revision": "2"})

    def _deploy(self, _app: str, body: dict[str, Any]) -> httpx.Response:
        for one in body["apps"]:
            self.fields[one["app"]] |= self.pending[one["app"]]
        return answer({})


def _minutes(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:00Z}"
