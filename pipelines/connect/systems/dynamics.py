"""Dynamics 365: tables of Dataverse through its Web API, without a client library.

Decided here: changes are read in the order of `modifiedon`, page by page along `@odata.nextLink`,
and the last ten minutes are read again. Scores go where Dynamics keeps its own: a row of
`msdyn_predictivescores` (score 0 to 100, trend 0 to 3, grade A to C, reasons), whose id follows
from the record's, so writing twice is writing once; the record refers to it. Two calls a lead, as
that table has no bulk upsert. What has no column there stands in the reasons, a line each, and is
read back from them.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import httpx
import msgspec

from features.errors import Fault, MikomiError
from pipelines.connect.answers import ANYTHING, ID, INTEGER, MOMENT, TEXT, Shape
from pipelines.connect.connection import Connection
from pipelines.connect.credentials import Credentials
from pipelines.connect.crm import Page, Record, Roll, Texts
from pipelines.connect.rest_client import NO_RECORD, CallRefused, RestClient
from pipelines.connect.score_fields import BLANK, FIELDS, LABELS, WORDS
from pipelines.connect.systems.moments import iso, milliseconds, settled
from pipelines.connect.systems.tokens import ClientToken

SECRETS: Final = ("CLIENT_ID", "CLIENT_SECRET")
"""Of an app registration with an application user."""
_API: Final = "/api/data/v9.2"
_OVERLAP: Final = timedelta(minutes=10)
_PAGE: Final = 1_000
_SCORES: Final = "msdyn_predictivescores"
_LINK: Final = "msdyn_predictivescoreid"
_SPACE: Final = uuid.UUID("6f1d3a52-51d1-4a3c-9d5b-6d696b6f6d69")
_BANDS: Final = ("hot", "warm", "cold")
_TRENDS: Final = ("improving", "steady", "declining", "not_enough_information")
_LINES: Final = (
    "mikomi_probability", "mikomi_reason_1", "mikomi_reason_2", "mikomi_hot_until", "mikomi_link",
)  # fmt: skip
"""Fields that are lines of the reasons."""
_FORMATTED: Final = "@OData.Community.Display.V1.FormattedValue"
_MOVING: Final = frozenset(
    {"modifiedon", "versionnumber", "_modifiedby_value", "timezoneruleversionnumber"}
)
_PREFER: Final = {
    "prefer": f'odata.maxpagesize={_PAGE},odata.include-annotations="{_FORMATTED[1:]}"'
}
_SCORE: Final[Shape] = {"msdyn_grade?": INTEGER, "msdyn_scoretrend?": INTEGER}
_EXPAND: Final = f"{_LINK}($select=msdyn_score,msdyn_scoretrend,msdyn_grade,msdyn_scorereasons)"


class _Cursor(msgspec.Struct):
    """The moment from which changes are read, and the next page of them (empty: the first)."""

    at: int = 0
    link: str = ""
    latest: int = 0


def token_of(
    connection: Connection, secrets: Credentials, transport: httpx.BaseTransport | None
) -> ClientToken:
    """Return the headers of each call.

    Parameters
    ----------
    connection
        With the address that gives tokens.
    secrets
        Of the app registration.
    transport
        Instead of the network.
    """
    fields = {"scope": f"{connection.address}/.default"}
    return ClientToken(str(connection.login), fields, secrets, transport)


class Dynamics:
    """An environment of Dynamics 365.

    Parameters
    ----------
    connection
        Its tables are sets of entities: `opportunities`, `leads`.
    client
        Of the environment.
    """

    read_batch = 50
    write_batch = 50

    def __init__(self, connection: Connection, client: RestClient) -> None:
        self._client, self._language = client, connection.language
        self._sets = {name: str(one.place) for name, one in connection.tables.items()}
        self.tables = tuple(self._sets)
        self.lead_table = connection.lead_table

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def changes(self, table: str, cursor: str | None) -> Page:
        """Return a page of records that changed from a moment on; see `Crm`."""
        place = _Cursor() if cursor is None else msgspec.json.decode(cursor, type=_Cursor)
        answer = self._page(table, place)
        records = [self._record(table, row) for row in answer["value"]]
        moments = [milliseconds(row["modifiedon"]) for row in answer["value"]]
        latest = max([place.latest, place.at, *moments])
        if link := answer.get("@odata.nextLink") or "":
            place = _Cursor(place.at, link, latest)
        else:
            limit = settled(self._client.date, _OVERLAP)
            place = _Cursor(place.at if limit is None else max(0, min(latest, limit)))
        content = msgspec.json.encode(place).decode()
        return Page(records, content, bool(place.link), certain=True)

    def roll(self, table: str, after: str | None) -> Roll:
        """Return ids and fingerprints of existing records; see `Crm`."""
        key = self._key(table)
        params = {"$select": f"{key},versionnumber", "$orderby": key} | self._expanded(table)
        if after is None:
            answer = self._read(table, self._path(table), params)
        else:
            answer = self._read(table, after)
        versions = {str(row[key]): self._version(table, row) for row in answer["value"]}
        return Roll(versions, answer.get("@odata.nextLink"))

    def read(self, table: str, record_ids: Sequence[str]) -> list[Record]:
        """Return those of up to 50 records that exist; see `Crm`."""
        key = self._key(table)
        ids = [one for one in record_ids if _is_guid(one)]
        if not ids:
            return []
        params = {"$filter": " or ".join(f"{key} eq {one}" for one in ids)} | self._expanded(table)
        answer = self._read(table, self._path(table), params)
        rows = list(answer["value"])
        while link := answer.get("@odata.nextLink"):
            answer = self._read(table, link)
            rows += answer["value"]
        return [self._record(table, row) for row in rows]

    def write(self, rows: Mapping[str, Texts]) -> dict[str, str]:
        """Write the scores of records, each on its own; see `Crm`."""
        refused: dict[str, str] = {}
        for record_id, fields in rows.items():
            score_id = uuid.uuid5(_SPACE, record_id)
            score = f"{_API}/{_SCORES}({score_id})"
            self._client.call("PATCH", score, self._score(record_id, fields))
            link = {f"{_LINK}@odata.bind": f"/{_SCORES}({score_id})"}
            path = f"{self._path(self.lead_table)}({record_id})"
            try:
                self._client.call("PATCH", path, link, headers={"if-match": "*"})
            except CallRefused as error:
                if error.status not in {NO_RECORD, HTTPStatus.PRECONDITION_FAILED}:
                    raise
                self._remove(score)
                refused[record_id] = str(error.faults[0].observed)
        return refused

    def faults(self) -> list[Fault]:
        """Try to read every table and the scores; see `Crm`."""
        faults: list[Fault] = []
        for table in self.tables:
            faults += self._faults_of(self._path(table), self._expanded(table))
        return faults + self._faults_of(f"{_API}/{_SCORES}", {})

    def prepare(self) -> list[str]:
        """Return nothing: the table of scores is a part of Dynamics 365 Sales; see `Crm`."""
        return []

    def _faults_of(self, path: str, expanded: Mapping[str, str]) -> list[Fault]:
        try:
            self._client.call("GET", path, params={"$top": "1", **expanded})
        except MikomiError as error:
            return list(error.faults)
        return []

    def _page(self, table: str, place: _Cursor) -> Any:
        if place.link:
            try:
                return self._read(table, place.link, at="modifiedon")
            except CallRefused:  # a link expires; the moment that it began at does not
                place.link = ""
        params = {"$filter": f"modifiedon ge {iso(place.at)}", "$orderby": "modifiedon"}
        params |= self._expanded(table)
        return self._read(table, self._path(table), params, at="modifiedon")

    def _read(
        self, table: str, path: str, params: Mapping[str, str] | None = None, at: str = ""
    ) -> Any:
        """Return a page of records, which have their moments of change under the name `at`."""
        row: dict[str, Any] = {self._key(table): ID, "versionnumber": ANYTHING}
        row |= {at: MOMENT} if at else {}
        row |= {f"{_LINK}?": _SCORE} if table == self.lead_table else {}
        shape: Shape = {"value": [row], "@odata.nextLink?": TEXT}
        return self._client.call("GET", path, params=params, headers=_PREFER, shape=shape)

    def _remove(self, score: str) -> None:
        try:
            self._client.call("DELETE", score)
        except CallRefused as error:
            if error.status != NO_RECORD:
                raise

    def _score(self, record_id: str, fields: Texts) -> dict[str, Any]:
        words = WORDS[self._language]
        bands = {words[one]: n for n, one in enumerate(_BANDS)}
        trends = {words[one]: n for n, one in enumerate(_TRENDS)}
        scored = fields["mikomi_score"]
        return {
            "msdyn_name": "mikomi",
            "msdyn_entityid": record_id,
            "msdyn_entitytype": self._key(self.lead_table).removesuffix("id"),
            "msdyn_score": int(float(scored)) if scored else None,
            "msdyn_scoretrend": trends[fields["mikomi_trend"]] if scored else None,
            "msdyn_grade": bands[fields["mikomi_band"]] if scored else None,
            "msdyn_scorereasons": "\n".join(
                f"{title}: {fields[name]}" for name, title in self._titles() if fields[name]
            ),
        }

    def _titles(self) -> list[tuple[str, str]]:
        titles = dict(zip(FIELDS, LABELS[self._language], strict=True))
        return [(name, titles[name]) for name in _LINES]

    def shown(self, score: Mapping[str, Any] | None) -> dict[str, str]:
        """Return the score fields that a row of scores shows; none shows nothing."""
        if score is None or score.get("msdyn_score") is None:
            return dict(BLANK)
        words, shown = WORDS[self._language], dict(BLANK)
        shown["mikomi_score"] = str(score["msdyn_score"])
        if score.get("msdyn_grade") in range(len(_BANDS)):
            shown["mikomi_band"] = words[_BANDS[score["msdyn_grade"]]]
        if score.get("msdyn_scoretrend") in range(len(_TRENDS)):
            shown["mikomi_trend"] = words[_TRENDS[score["msdyn_scoretrend"]]]
        lines = str(score.get("msdyn_scorereasons") or "").splitlines()
        for name, title in self._titles():
            own = [one for one in lines if one.startswith(f"{title}: ")]
            shown[name] = own[0].removeprefix(f"{title}: ") if own else ""
        return shown

    def _record(self, table: str, row: Mapping[str, Any]) -> Record:
        values = {
            name: str(row.get(f"{name}{_FORMATTED}", _text(value)))
            if isinstance(value, int) and not isinstance(value, bool)
            else _text(value)
            for name, value in row.items()
            if "@" not in name and name not in _MOVING and name not in {_LINK, f"_{_LINK}_value"}
        }
        shown = self.shown(row.get(_LINK)) if table == self.lead_table else {}
        return Record(str(row[self._key(table)]), self._version(table, row), values, shown)

    def _version(self, table: str, row: Mapping[str, Any]) -> int:
        """Return a fingerprint of a record and of its score, which has a version of its own."""
        shown = self.shown(row.get(_LINK)) if table == self.lead_table else {}
        content = msgspec.json.encode([row["versionnumber"], shown])
        return int.from_bytes(hashlib.sha256(content).digest()[:7], "big")

    def _expanded(self, table: str) -> dict[str, str]:
        return {"$expand": _EXPAND} if table == self.lead_table else {}

    def _key(self, table: str) -> str:
        name = self._sets[table]
        return f"{name[:-3]}yid" if name.endswith("ies") else f"{name.removesuffix('s')}id"

    def _path(self, table: str) -> str:
        return f"{_API}/{self._sets[table]}"


def _is_guid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
