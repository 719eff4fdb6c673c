"""kintone: apps as tables, through its REST API, without a client library.

Decided here: changes are read in the order of (updated, id) after the last record, never by offset,
so records that change meanwhile are neither missed nor repeated. Updated times have minutes only: a
cursor in the last minutes begins its minutes anew. Reading is POST with `X-HTTP-Method-Override:
GET`, as long queries do not fit an address. kintone reads 500 and writes 100 records a call; a
write is all or nothing. Headings are the labels of fields, as in kintone's own export; the record
number is the id alone.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from features.errors import Fault, MikomiError
from pipelines.connect.answers import ANYTHING, ID, MOMENT, TEXT, WHOLE, Shape
from pipelines.connect.connection import Connection
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Page, Record, Roll, Texts
from pipelines.connect.rest_client import CallRefused, RestClient
from pipelines.connect.score_fields import FIELDS, LABELS, PREFIX

SECRETS: Final = ("TOKEN",)
"""API tokens; several are separated by commas, one an app."""
_OVERLAP: Final = timedelta(minutes=5)
_NO_VALUES: Final = frozenset(
    {
        "SUBTABLE", "FILE", "REFERENCE_TABLE", "GROUP", "SPACER", "LABEL", "HR",
        "UPDATED_TIME", "MODIFIER", "__ID__", "__REVISION__",
    }
)  # fmt: skip
"""Types of fields that hold no value, or one that every write changes."""
_TYPES: Final = {"number": "NUMBER", "text": "SINGLE_LINE_TEXT", "date": "DATE"}
_ROW: Final[Mapping[str, Any]] = {
    "*": {"value": ANYTHING}, "$id": {"value": WHOLE}, "$revision": {"value": WHOLE},
}  # fmt: skip
_WRITTEN: Final[Shape] = {"records": [{"id": ID}]}
_FIELDS: Final[Shape] = {"properties": {"*": {"type": TEXT, "label": TEXT}}}
_GET: Final = {"x-http-method-override": "GET"}


class _Cursor(msgspec.Struct):
    """The place after the last record: its updated time, and its id (0: before its minute)."""

    at: str = ""
    id: int = 0


def headers_of(secrets: Credentials) -> Mapping[str, str]:
    """Return the headers of each call."""
    return {"x-cybozu-api-token": secrets.reveal("TOKEN")}


class Kintone:
    """A domain of kintone.

    Parameters
    ----------
    connection
        Its tables are apps.
    client
        Of the domain.
    """

    read_batch = 500
    write_batch = 100

    def __init__(self, connection: Connection, client: RestClient) -> None:
        self._client, self._language = client, connection.language
        self._apps = {name: str(one.place) for name, one in connection.tables.items()}
        self.tables = tuple(self._apps)
        self.lead_table = connection.lead_table
        self._fields: dict[str, dict[str, Any]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def changes(self, table: str, cursor: str | None) -> Page:
        """Return up to 500 records that changed after a cursor; see `Crm`."""
        place = _Cursor() if cursor is None else msgspec.json.decode(cursor, type=_Cursor)
        updated = self._code(table, "UPDATED_TIME")
        where = ""
        if place.at:
            same = f'({updated} = "{place.at}" and $id > {place.id})'
            where = f'{same} or {updated} > "{place.at}" '
        query = f"{where}order by {updated} asc, $id asc limit {self.read_batch}"
        rows = self._rows(table, query, moment=updated)
        more = len(rows) == self.read_batch
        if rows:
            place = _Cursor(str(rows[-1][updated]["value"]), int(rows[-1]["$id"]["value"]))
        if not more:
            place = self._settled(place)
        records = [self._record(table, row) for row in rows]
        return Page(records, msgspec.json.encode(place).decode(), more)

    def roll(self, table: str, after: str | None) -> Roll:
        """Return ids and revisions after an id; see `Crm`."""
        query = f"$id > {after or 0} order by $id asc limit {self.read_batch}"
        rows = self._rows(table, query, ["$id", "$revision"])
        versions = {str(r["$id"]["value"]): int(r["$revision"]["value"]) for r in rows}
        last = str(rows[-1]["$id"]["value"]) if len(rows) == self.read_batch else None
        return Roll(versions, last)

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of up to 500 records that exist; see `Crm`."""
        ids = [one for one in record_ids if one.isascii() and one.isdigit()]
        if not ids:
            return []
        listed = ", ".join(ids)
        rows = self._rows(table, f"$id in ({listed}) order by $id asc limit {self.read_batch}")
        return [self._record(table, row) for row in rows]

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Write the fields of up to 100 records, all or none; see `Crm`."""
        records = [
            {"id": one, "record": {name: {"value": text} for name, text in fields.items()}}
            for one, fields in rows.items()
        ]
        body = {"app": self._apps[self.lead_table], "records": records}
        self._client.call("PUT", "/k/v1/records.json", body, shape=_WRITTEN)
        return {}

    def faults(self) -> list[Fault]:
        """Try to read every app, and look for the score fields; see `Crm`."""
        faults: list[Fault] = []
        for table in self.tables:
            try:
                self._rows(table, "limit 1")
                self._code(table, "UPDATED_TIME")
            except MikomiError as error:
                faults += error.faults
        if not faults and (lacking := self._lacking()):
            faults.append(
                Fault(
                    f"no fields {', '.join(lacking)} in the app {self._apps[self.lead_table]}",
                    "one field a column of a score",
                    "add them by hand, or run `connect check --create` with a token that may "
                    "manage the app",
                )
            )
        return faults

    def prepare(self) -> list[str]:
        """Add the score fields that are missing, and publish the app; see `Crm`."""
        lacking, app = self._lacking(), self._apps[self.lead_table]
        if lacking:
            titles = dict(zip(FIELDS, LABELS[self._language], strict=True))
            fields = {
                name: {"type": _TYPES[FIELDS[name]], "code": name, "label": titles[name]}
                for name in lacking
            }
            body = {"app": app, "properties": fields}
            self._client.call("POST", "/k/v1/preview/app/form/fields.json", body)
            self._client.call("POST", "/k/v1/preview/app/deploy.json", {"apps": [{"app": app}]})
            self._fields.clear()
        return lacking

    def _lacking(self) -> list[str]:
        existing = self._properties(self.lead_table)
        return [name for name in FIELDS if name not in existing]

    def _rows(
        self, table: str, query: str, fields: Sequence[str] | None = None, moment: str = ""
    ) -> list[dict[str, Any]]:
        """Return the rows of a query, which have a moment in the field of that name."""
        body: dict[str, Any] = {"app": self._apps[table], "query": query}
        if fields is not None:
            body["fields"] = fields
        row = {**_ROW, moment: {"value": MOMENT}} if moment else _ROW
        shape: Shape = {"records": [row]}
        path = "/k/v1/records.json"
        answer = self._client.call("POST", path, body, headers=_GET, shape=shape)
        rows: list[dict[str, Any]] = answer["records"]
        return rows

    def _properties(self, table: str) -> dict[str, Any]:
        if table not in self._fields:
            body = {"app": self._apps[table]}
            path = "/k/v1/app/form/fields.json"
            answer = self._client.call("POST", path, body, headers=_GET, shape=_FIELDS)
            self._fields[table] = answer["properties"]
        return self._fields[table]

    def _code(self, table: str, kind: str) -> str:
        """Return the code of the field of a kind; apps name it as they like."""
        for code, field in self._properties(table).items():
            if field["type"] == kind:
                return str(code)
        raise CallRefused.of(
            f"no field of the type {kind} in the app {self._apps[table]}",
            "one, as every app has",
            "let the token see it",
        )

    def _record(self, table: str, row: Mapping[str, Any]) -> Record:
        record_id = str(row["$id"]["value"])
        values: dict[str, str] = {}
        shown: dict[str, str] = {}
        for code, field in self._properties(table).items():
            if field["type"] in _NO_VALUES or code not in row:
                continue
            text = _text(row[code]["value"])
            if code.startswith(PREFIX):
                shown[code] = text
            else:
                number = field["type"] == "RECORD_NUMBER"
                values[self._heading(table, code)] = record_id if number else text
        if not any(one["type"] == "RECORD_NUMBER" for one in self._properties(table).values()):
            values["$id"] = record_id  # the token may not see the record number
        return Record(record_id, int(row["$revision"]["value"]), values, shown)

    def _heading(self, table: str, code: str) -> str:
        fields = self._properties(table)
        label = str(fields[code]["label"])
        alone = sum(one["label"] == label for one in fields.values()) == 1
        return label if alone else f"{label} ({code})"

    def _settled(self, place: _Cursor) -> _Cursor:
        date = self._client.date
        if date is None or not place.at:
            return _Cursor(place.at, 0)
        limit = (date - _OVERLAP).replace(second=0, microsecond=0)
        if datetime.fromisoformat(place.at) < limit:
            return place
        return _Cursor(f"{limit.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", 0)


def _text(value: Any) -> str:
    """Return the value of a field as an export writes it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(_text(one) for one in value)
    if isinstance(value, dict):
        return str(value.get("name") or value.get("code") or json.dumps(value, ensure_ascii=False))
    return str(value)
