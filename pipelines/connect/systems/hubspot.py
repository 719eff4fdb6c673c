"""HubSpot: CRM objects as tables, through its REST API, without a client library.

Decided here: changes are read by search in the order of their last change, each page from the last
moment of the page before, never by offset, which shifts while records change and ends at 10,000.
Where all of a page changed at one moment (a bulk import), that moment is read in the order of ids.
The index of the search lags, so the last ten minutes are read again. Stages are written with their
labels, as in HubSpot's own export. Score properties are created at the first write. Engagements:
`pipelines/connect/systems/hubspot_engagements.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from features.errors import Fault, MikomiError
from pipelines.connect.answers import ANYTHING, ID, MOMENT, OBJECT, TEXT, WHOLE, Shape
from pipelines.connect.connection import Connection
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Page, Record, Roll, Texts
from pipelines.connect.rest_client import CallRefused, RestClient
from pipelines.connect.score_fields import FIELDS, LABELS, PREFIX
from pipelines.connect.systems.hubspot_engagements import (
    ENGAGEMENTS,
    PAGING,
    PROPERTIES,
    after_of,
    leads_of,
    values_of,
    version_of,
)
from pipelines.connect.systems.moments import milliseconds, settled

SECRETS: Final = ("TOKEN",)
"""The access token of a private app."""
OPTIONAL: Final = ("CLIENT_SECRET",)
"""Signs HubSpot's webhooks."""
_OVERLAP: Final = timedelta(minutes=10)
_SEARCHED: Final = 200
_LISTED: Final = 100
_GROUP: Final = "mikomi"
_TYPES: Final = {
    "number": ("number", "number"),
    "text": ("string", "text"),
    "date": ("date", "date"),
}
_USUAL: Final = {
    "deals": (
        "dealname", "dealstage", "pipeline", "amount", "createdate", "closedate", "dealtype",
        "hubspot_owner_id", "hs_analytics_source", "closed_lost_reason",
    ),
    "contacts": (
        "firstname", "lastname", "email", "phone", "company", "jobtitle", "lifecyclestage",
        "createdate", "hubspot_owner_id", "hs_analytics_source", "industry", "country",
    ),
    "companies": ("name", "domain", "industry", "numberofemployees", "country", "createdate"),
}  # fmt: skip
_ID: Final = "hs_object_id"
_CHANGED: Final[Mapping[str, Any]] = {"id": WHOLE, "updatedAt": MOMENT}
_WRITTEN: Final[Shape] = {"results": [{"id": ID}], "errors?": [{"message?": ANYTHING}]}
_NAMES: Final[Shape] = {"results": [{"name": TEXT}]}
_PIPELINES: Final[Shape] = {"results": [{"label": TEXT, "stages": [{"id": ID, "label": TEXT}]}]}


class _Cursor(msgspec.Struct):
    """The moment from which changes are read; within it, the id after which (0: all of it)."""

    at: int = 0
    tie: int | None = None


def headers_of(secrets: Credentials) -> Mapping[str, str]:
    """Return the headers of each call."""
    return {"authorization": f"Bearer {secrets.reveal('TOKEN')}"}


class HubSpot:
    """An account of HubSpot.

    Parameters
    ----------
    connection
        Its tables are CRM objects.
    client
        Of the API.
    """

    read_batch = 100
    write_batch = 100

    def __init__(self, connection: Connection, client: RestClient) -> None:
        self._client, self._language = client, connection.language
        self._objects = {name: str(one.place) for name, one in connection.tables.items()}
        self._further = {name: one.columns for name, one in connection.tables.items()}
        self.tables = tuple(self._objects)
        self.lead_table = connection.lead_table
        self._stages: dict[str, dict[str, str]] = {}
        self._is_prepared = False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def changes(self, table: str, cursor: str | None) -> Page:
        """Return up to 200 records that changed from a moment on; see `Crm`."""
        place = _Cursor() if cursor is None else msgspec.json.decode(cursor, type=_Cursor)
        changed = self._changed(table)
        if place.tie is None:
            filters = [_filter(changed, "GTE", place.at)]
            rows, total = self._search(table, filters, changed)
        else:
            filters = [_filter(changed, "EQ", place.at), _filter(_ID, "GT", place.tie)]
            rows, total = self._search(table, filters, _ID)
        records = self._records(table, rows)
        place, more = self._next(place, rows, rest=total > len(rows))
        return Page(records, msgspec.json.encode(place).decode(), more)

    def roll(self, table: str, after: str | None) -> Roll:
        """Return ids and moments of change of existing records; see `Crm`."""
        params = {"limit": str(_LISTED), "archived": "false", "properties": self._changed(table)}
        if after is not None:
            params["after"] = after
        shape = {"results": [_CHANGED], "paging?": PAGING}
        answer = self._client.call("GET", self._path(table), params=params, shape=shape)
        versions = self._versions(table, answer["results"])
        following = after_of(answer)
        return Roll(versions, None if following is None else str(following))

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of up to 100 records that exist; see `Crm`."""
        body = {
            "properties": self._columns(table),
            "inputs": [{"id": one} for one in record_ids],
        }
        path, shape = f"{self._path(table)}/batch/read", {"results": [self._row(table)]}
        answer = self._client.call("POST", path, body, shape=shape)
        return self._records(table, answer["results"])

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Write the properties of up to 100 records; see `Crm`."""
        if not self._is_prepared:
            self.prepare()
        inputs = [{"id": one, "properties": dict(fields)} for one, fields in rows.items()]
        path = f"{self._path(self.lead_table)}/batch/update"
        answer = self._client.call("POST", path, {"inputs": inputs}, shape=_WRITTEN)
        written = {str(one["id"]) for one in answer["results"]}
        why = "; ".join(str(one.get("message", ""))[:200] for one in answer.get("errors") or ())
        return {one: why or "not among the results" for one in rows if one not in written}

    def faults(self) -> list[Fault]:
        """Try to read every object and its properties; see `Crm`."""
        faults: list[Fault] = []
        for table in self.tables:
            try:
                self._search(table, [_filter(self._changed(table), "GTE", 0)], _ID, limit=1)
                self._lacking() if table == self.lead_table else None
                self._labels(table)
                self._leads(table, []) if self._objects[table] in ENGAGEMENTS else None
            except MikomiError as error:
                faults += error.faults
        return faults

    def prepare(self) -> list[str]:
        """Create the score properties that are missing; see `Crm`."""
        lacking, kind = self._lacking(), self._objects[self.lead_table]
        if lacking:
            self._create_group(kind)
            titles = dict(zip(FIELDS, LABELS[self._language], strict=True))
            inputs = [
                {
                    "name": name,
                    "label": titles[name],
                    "groupName": _GROUP,
                    "type": _TYPES[FIELDS[name]][0],
                    "fieldType": _TYPES[FIELDS[name]][1],
                }
                for name in lacking
            ]
            path = f"/crm/v3/properties/{kind}/batch/create"
            self._client.call("POST", path, {"inputs": inputs})
        self._is_prepared = True
        return lacking

    def _create_group(self, kind: str) -> None:
        body = {"name": _GROUP, "label": "mikomi"}
        try:
            self._client.call("POST", f"/crm/v3/properties/{kind}/groups", body)
        except CallRefused as error:
            if error.status != 409:  # noqa: PLR2004 - it exists
                raise

    def _lacking(self) -> list[str]:
        path = f"/crm/v3/properties/{self._objects[self.lead_table]}"
        answer = self._client.call("GET", path, shape=_NAMES)
        existing = {one["name"] for one in answer["results"]}
        return [name for name in FIELDS if name not in existing]

    def _next(
        self, place: _Cursor, rows: Sequence[Mapping[str, Any]], *, rest: bool
    ) -> tuple[_Cursor, bool]:
        """Return the cursor after a page, and whether there are more at once."""
        last = milliseconds(rows[-1]["updatedAt"]) if rows else place.at
        if rest and rows and place.tie is not None:
            return _Cursor(place.at, int(rows[-1]["id"])), True
        if place.tie is not None:
            return _Cursor(place.at + 1), True
        if rest and rows:
            return _Cursor(last, 0 if last == place.at else None), True
        limit = settled(self._client.date, _OVERLAP)
        if limit is None:
            return _Cursor(place.at), False
        following = last + 1 if rows else last
        return _Cursor(max(0, min(following, limit))), False

    def _search(
        self, table: str, filters: Sequence[Mapping[str, str]], order: str, limit: int = _SEARCHED
    ) -> tuple[list[dict[str, Any]], int]:
        """Return a page, and how many records match in all."""
        body = {
            "filterGroups": [{"filters": list(filters)}],
            "sorts": [{"propertyName": order, "direction": "ASCENDING"}],
            "properties": self._columns(table),
            "limit": limit,
        }
        path, shape = f"{self._path(table)}/search", {"results": [self._row(table)], "total": WHOLE}
        answer = self._client.call("POST", path, body, shape=shape)
        return answer["results"], int(answer["total"])

    def _records(self, table: str, rows: Sequence[Mapping[str, Any]]) -> list[Record]:
        kind = self._objects[table]
        if kind not in ENGAGEMENTS:
            return [self._record(table, row) for row in rows]
        leads = self._leads(table, rows)
        return [
            Record(
                str(row["id"]),
                version_of(row["updatedAt"], leads[str(row["id"])]),
                values_of(kind, row, leads[str(row["id"])]),
            )
            for row in rows
        ]

    def _versions(self, table: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        if self._objects[table] not in ENGAGEMENTS:
            return {str(row["id"]): milliseconds(row["updatedAt"]) for row in rows}
        leads = self._leads(table, rows)
        return {str(row["id"]): version_of(row["updatedAt"], leads[str(row["id"])]) for row in rows}

    def _leads(self, table: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
        kinds = (self._objects[table], self._objects[self.lead_table])
        return leads_of(self._client, kinds, [str(row["id"]) for row in rows])

    def _record(self, table: str, row: Mapping[str, Any]) -> Record:
        texts = {name: "" if v is None else str(v) for name, v in row["properties"].items()}
        labels = self._labels(table)
        values = {name: texts.get(name, "") for name in self._exported(table)}
        values |= {n: labels[t] for n, t in values.items() if n == "dealstage" and t in labels}
        shown = {name: texts.get(name, "") for name in FIELDS}
        record_id = str(row["id"])
        return Record(record_id, milliseconds(row["updatedAt"]), {_ID: record_id, **values}, shown)

    def _labels(self, table: str) -> Mapping[str, str]:
        """Return the label of each stage, as `Stage (Pipeline)`; none for objects without."""
        kind = self._objects[table]
        if kind != "deals":
            return {}
        if kind not in self._stages:
            answer = self._client.call("GET", f"/crm/v3/pipelines/{kind}", shape=_PIPELINES)
            self._stages[kind] = {
                str(stage["id"]): f"{stage['label']} ({pipeline['label']})"
                for pipeline in answer["results"]
                for stage in pipeline["stages"]
            }
        return self._stages[kind]

    def _exported(self, table: str) -> tuple[str, ...]:
        usual = _USUAL.get(self._objects[table], ("createdate",))
        every = dict.fromkeys((*usual, *self._further[table]))
        return tuple(name for name in every if not name.startswith(PREFIX))

    def _columns(self, table: str) -> list[str]:
        kind = self._objects[table]
        if kind in ENGAGEMENTS:
            return [*ENGAGEMENTS[kind].properties, self._changed(table)]
        return [*self._exported(table), self._changed(table), *FIELDS]

    def _changed(self, table: str) -> str:
        return "lastmodifieddate" if self._objects[table] == "contacts" else "hs_lastmodifieddate"

    def _row(self, table: str) -> Shape:
        """Return the shape of a record with its properties."""
        return {
            **_CHANGED,
            "properties": PROPERTIES if self._objects[table] in ENGAGEMENTS else OBJECT,
        }

    def _path(self, table: str) -> str:
        return f"/crm/v3/objects/{self._objects[table]}"


def _filter(name: str, operator: str, value: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}
