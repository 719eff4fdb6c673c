"""Salesforce: objects as tables, through its REST API, without a client library.

Decided here: changes are read by SOQL in the order of (SystemModstamp, Id) after the last record,
so records that change meanwhile are neither missed nor repeated; a commit can become visible late,
so the last ten minutes are read again. Scores are written by sObject collections, 200 a call, each
record on its own. All fields that the object has are pulled, except compound and encoded ones.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import msgspec

from features.errors import Fault, MikomiError
from pipelines.connect.answers import ANYTHING, FLAG, MOMENT, TEXT, Kind, Shape, mismatch
from pipelines.connect.connection import Connection
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Page, Record, Roll, Texts
from pipelines.connect.rest_client import RestClient
from pipelines.connect.score_fields import FIELDS, PREFIX
from pipelines.connect.systems.moments import iso, milliseconds, settled
from pipelines.connect.systems.tokens import ClientToken

SECRETS: Final = ("CLIENT_ID", "CLIENT_SECRET")
"""Of a connected app with the client-credentials flow."""
_API: Final = "/services/data/v60.0"
_OVERLAP: Final = timedelta(minutes=10)
_PAGE: Final = 2_000
_NO_VALUES: Final = frozenset({"address", "location", "base64", "anyType", "complexvalue"})
_MOVING: Final = frozenset(
    {
        "SystemModstamp",
        "LastModifiedDate",
        "LastModifiedById",
        "LastViewedDate",
        "LastReferencedDate",
    }
)
"""Fields that every write or view changes."""
_ROWS: Final[Shape] = [{"Id": TEXT, "SystemModstamp": MOMENT}]
_PAGES: Final[Shape] = (
    {"records": _ROWS, "done": Kind("true", lambda value: value is True)},
    {"records": _ROWS, "done": FLAG, "nextRecordsUrl": TEXT},
)
_WRITTEN: Final[Shape] = [{"success": FLAG, "errors?": [{"message?": ANYTHING}]}]
_DESCRIBED: Final[Shape] = {"fields": [{"name": TEXT, "type": TEXT}]}


class _Cursor(msgspec.Struct):
    """The place after the last record: its moment of change, and its id."""

    at: int = 0
    id: str = ""


def token_of(connection: Connection, secrets: Credentials, transport: Any) -> ClientToken:
    """Return the headers of each call.

    Parameters
    ----------
    connection
        With the address of the organisation.
    secrets
        Of the connected app.
    transport
        Instead of the network.
    """
    return ClientToken(f"{connection.address}/services/oauth2/token", {}, secrets, transport)


class Salesforce:
    """An organisation of Salesforce.

    Parameters
    ----------
    connection
        Its tables are objects.
    client
        Of the organisation.
    """

    read_batch = 200
    write_batch = 200

    def __init__(self, connection: Connection, client: RestClient) -> None:
        self._client = client
        self._objects = {name: str(one.place) for name, one in connection.tables.items()}
        self.tables = tuple(self._objects)
        self.lead_table = connection.lead_table
        self._fields: dict[str, dict[str, str]] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def changes(self, table: str, cursor: str | None) -> Page:
        """Return up to 2,000 records that changed after a cursor; see `Crm`."""
        place = _Cursor() if cursor is None else msgspec.json.decode(cursor, type=_Cursor)
        at = iso(place.at)
        where = f"SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > '{place.id}')"
        order = f"ORDER BY SystemModstamp, Id LIMIT {_PAGE}"
        records = self._records(table, f"WHERE {where} {order}")
        more = len(records) == _PAGE
        if records:
            place = _Cursor(records[-1].version, records[-1].record_id)
        if not more:
            place = self._settled(place)
        return Page(records, msgspec.json.encode(place).decode(), more)

    def roll(self, table: str, after: str | None) -> Roll:
        """Return ids and moments of change after an id; see `Crm`."""
        kind = self._objects[table]
        where = f"WHERE Id > '{after}' " if after else ""
        rows = self._query(
            f"SELECT Id, SystemModstamp FROM {kind} {where}ORDER BY Id LIMIT {_PAGE}"  # noqa: S608 - SOQL
        )
        versions = {str(one["Id"]): milliseconds(one["SystemModstamp"]) for one in rows}
        return Roll(versions, str(rows[-1]["Id"]) if len(rows) == _PAGE else None)

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of up to 200 records that exist; see `Crm`."""
        ids = [f"'{one}'" for one in record_ids if one.isascii() and one.isalnum()]
        return self._records(table, f"WHERE Id IN ({', '.join(ids)})") if ids else []

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Write the fields of up to 200 records, each on its own; see `Crm`."""
        kind = self._objects[self.lead_table]
        records = [
            {"attributes": {"type": kind}, "id": one, **_body(fields)}
            for one, fields in rows.items()
        ]
        body = {"allOrNone": False, "records": records}
        path, shape = f"{_API}/composite/sobjects", _results(len(records))
        answers = self._client.call("PATCH", path, body, shape=shape)
        return {
            one: "; ".join(str(e.get("message", "")) for e in answer.get("errors") or ())[:200]
            for one, answer in zip(rows, answers, strict=True)
            if not answer["success"]
        }

    def faults(self) -> list[Fault]:
        """Try to read every object, and look for the score fields; see `Crm`."""
        faults: list[Fault] = []
        for table in self.tables:
            try:
                self._records(table, "LIMIT 1")
            except MikomiError as error:
                faults += error.faults
        if not faults and (lacking := self._lacking()):
            faults.append(
                Fault(
                    f"no writable fields {', '.join(lacking)} in {self._objects[self.lead_table]}",
                    "one field a column of a score",
                    "let an administrator create them and give the client's user the right to edit",
                )
            )
        return faults

    def prepare(self) -> list[str]:
        """Return nothing: an administrator creates the fields; `faults` lists them; see `Crm`."""
        return []

    def _lacking(self) -> list[str]:
        existing = self._described(self.lead_table)
        return [_name(name) for name in FIELDS if _name(name) not in existing]

    def _records(self, table: str, rest: str) -> list[Record]:
        names = ", ".join(self._described(table))
        return [
            self._record(row)
            for row in self._query(f"SELECT {names} FROM {self._objects[table]} {rest}")  # noqa: S608 - SOQL
        ]

    def _query(self, soql: str) -> list[dict[str, Any]]:
        """Return all rows of a query, over as many answers as the organisation splits it in."""
        answer = self._client.call("GET", f"{_API}/query", params={"q": soql}, shape=_PAGES)
        rows: list[dict[str, Any]] = answer["records"]
        while not answer["done"]:
            answer = self._client.call("GET", answer["nextRecordsUrl"], shape=_PAGES)
            rows += answer["records"]
        return rows

    def _described(self, table: str) -> dict[str, str]:
        """Return the type of each field that can be pulled, by name."""
        if table not in self._fields:
            kind = self._objects[table]
            path = f"{_API}/sobjects/{kind}/describe"
            answer = self._client.call("GET", path, shape=_DESCRIBED)
            self._fields[table] = {
                str(one["name"]): str(one["type"])
                for one in answer["fields"]
                if one["type"] not in _NO_VALUES
            }
        return self._fields[table]

    def _record(self, row: Mapping[str, Any]) -> Record:
        texts = {name: _text(value) for name, value in row.items() if name != "attributes"}
        values = {n: t for n, t in texts.items() if not _is_ours(n) and n not in _MOVING}
        shown = {name: texts.get(_name(name), "") for name in FIELDS}
        return Record(str(row["Id"]), milliseconds(row["SystemModstamp"]), values, shown)

    def _settled(self, place: _Cursor) -> _Cursor:
        limit = settled(self._client.date, _OVERLAP)
        if limit is None:
            return _Cursor(place.at)
        return place if place.at < limit else _Cursor(limit)


def _results(count: int) -> Kind:
    """Return the kind of answers to a write of so many records."""
    return Kind(
        f"a list of {count} results",
        lambda value: not mismatch(value, _WRITTEN) and len(value) == count,
    )


def _name(field: str) -> str:
    """Return the name of a score field as the organisation has it.

    >>> _name("mikomi_score")
    'mikomi_score__c'
    """
    return f"{field}__c"


def _is_ours(name: str) -> bool:
    return name.lower().startswith(PREFIX)


def _body(fields: Texts) -> dict[str, Any]:
    return {
        _name(n): (float(t) if FIELDS[n] == "number" else t) if t else None
        for n, t in fields.items()
    }


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
