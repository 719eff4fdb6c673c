"""Sending what ingest wrote to a server, over its API, as a CRM would: histories brought along.

Decided here: every record was known when it says, or when it happened (`backfill`). The API takes
later values of attributes as known now, so only the newest of each is sent. A server that is busy,
or a key whose limit is reached, is waited for. `moved` puts the last day of the data on today,
whole days at a time, for a company that is only an example.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
import pandas as pd

from features.errors import BadRequest
from features.tables import SPECS, TableName, Tables
from pipelines.intake import spend
from pipelines.run.stage_context import Job
from pipelines.storage import partitions

_AT_ONCE: Final = 2_000
_WAIT_SECONDS: Final = 90
_LONGEST_PAUSE: Final = 180.0
"""Seconds for which one request is tried again; the limit of a key is over within sixty."""
_SHORTEST_PAUSE: Final = 0.2
_LATER: Final = (429, 503)
_CREATE: Final = "use a key that may send more: `mikomi key create NAME --per-minute 100000`"
_LISTED: Final = {name: set(spec.names) for name, spec in SPECS.items()}


class ServerClient:
    """A server by its address.

    Parameters
    ----------
    address
        `http://` or `https://`, a host, and a port unless it is the usual one.
    key
        An API key; the server requires one once it has issued one.
    report
        Called once with a line for the user, when the server makes the sender wait.
    pause
        Sleeps for so many seconds.

    Raises
    ------
    BadRequest
        If that is no such address.
    """

    def __init__(
        self,
        address: str,
        key: str | None,
        report: Callable[[str], object] = lambda _: None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).hostname:
            raise BadRequest.of(f"--to {address}", "an http address", "correct the address")
        self._client = httpx.Client(
            base_url=address,
            headers={"authorization": f"Bearer {key}"} if key else {},
            timeout=_WAIT_SECONDS,
            trust_env=False,
            verify=ssl.create_default_context(),
        )
        self._address = address
        self._report, self._pause = report, pause
        self._has_waited = False

    def send(self, method: str, path: str, body: dict[str, Any]) -> None:
        """Send one body; wait while the server is busy, or the key has no more requests left.

        Parameters
        ----------
        method, path
            Of the request.
        body
            What JSON can hold.

        Raises
        ------
        BadRequest
            If the server refuses it, or does not respond.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        response, waited = self._sent(method, path, content), 0.0
        while response.status_code in _LATER and waited < _LONGEST_PAUSE:
            waited += self._wait_as_long_as(response)
            response = self._sent(method, path, content)
        if response.is_error:
            raise BadRequest.of(
                f"{method} {path}: {response.status_code}",
                "a server that takes it",
                _CREATE if response.status_code == _LATER[0] else _detail(response),
            )

    def _sent(self, method: str, path: str, content: bytes) -> httpx.Response:
        try:
            return self._client.request(method, path, content=content)
        except httpx.TransportError:  # a connection that was idle for too long; nothing is lost
            return self._send_again(method, path, content)

    def _wait_as_long_as(self, response: httpx.Response) -> float:
        """Wait for as many seconds as a response says, and return them."""
        if not self._has_waited:
            limit = response.status_code == _LATER[0]
            what = "the limit of the key is reached" if limit else _detail(response)
            self._report(f"waiting: {what}; sending goes on by itself")
            self._has_waited = True
        says = response.headers.get("retry-after", "")
        seconds = max(float(says), _SHORTEST_PAUSE) if says.isdigit() else 1.0
        self._pause(seconds)
        return seconds

    def _send_again(self, method: str, path: str, content: bytes) -> httpx.Response:
        try:
            return self._client.request(method, path, content=content)
        except httpx.TransportError as error:
            lost = f"{self._address} went away ({type(error).__name__})"
            raise BadRequest.of(lost, "an answer", "send again; nothing is kept twice") from error

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def wait(self) -> None:
        """Wait until the server responds, for it may just be starting.

        Raises
        ------
        BadRequest
            If it does not within a minute and a half.
        """
        until = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < until:
            try:
                self._client.get("/healthz")
            except httpx.TransportError:
                time.sleep(0.3)
            else:
                return
        raise BadRequest.of(f"nobody at {self._address}", "a server", "start `mikomi serve`")


def _detail(response: httpx.Response) -> str:
    """Return what a server says of a request that it refuses."""
    try:
        return str(response.json().get("detail") or "see its log")
    except (ValueError, AttributeError):
        return "see its log"


def run(job: Job, server: ServerClient, *, today: bool) -> dict[str, int]:
    """Send every lead with its history; return how many of each there were.

    Parameters
    ----------
    job
        The parameters and places.
    server
        Where to.
    today
        Whether the last day of the data becomes today.
    """
    tables = job.places.tables
    manifest = partitions.manifest(tables)
    days = (job.now - manifest.observed_until_at).days if today and job.now is not None else 0
    counts = dict.fromkeys(("accounts", "leads", "changes", "activities", "outcomes"), 0)
    server.wait()
    shown = displayed(tables)
    for part in job.track(range(manifest.partitions), "send", manifest.partitions):
        read = moved(partitions.read(tables, part), pd.Timedelta(days=days))
        for table, method, path, body in bodies(read, manifest, shown):
            server.send(method, path, body)
            counts[table] += len(body.get(table, (0,)))
    lines = spend.read(tables)
    if lines:
        server.send("POST", "/v1/spend", spend_body(lines, job.now if today else None))
        counts["spend"] = len(lines)
    return counts


def spend_body(lines: Sequence[dict[str, Any]], now: pd.Timestamp | None) -> dict[str, Any]:
    """Return what channels cost as the body of a request.

    Parameters
    ----------
    lines
        As ingest wrote them.
    now
        The months are moved until the last is that of this moment; None leaves them.

    >>> spend_body([{"month": "2024-12", "currency": "JPY"}], pd.Timestamp("2026-02-03"))
    {'spend': [{'month': '2026-02'}], 'currency': 'JPY'}
    """
    months = pd.PeriodIndex([one["month"] for one in lines], freq="M")
    if now is not None:
        months = months + (pd.Period(now.tz_localize(None), "M") - months.max()).n
    sent = [
        {name: value for name, value in one.items() if name != "currency"} | {"month": str(month)}
        for one, month in zip(lines, months, strict=True)
    ]
    return {"spend": sent, "currency": lines[0]["currency"] or None}


def moved(tables: Tables, span: pd.Timedelta) -> Tables:
    """Move every time by one span.

    Parameters
    ----------
    tables
        The canonical tables.
    span
        Added to every time.
    """
    frames = {name: getattr(tables, name).copy() for name in SPECS}
    for frame in frames.values():
        for column in frame.select_dtypes("datetimetz"):
            frame[column] += span
    return Tables(**frames)


def displayed(store: Path) -> dict[str, dict[str, str]]:
    """Return what is shown of each lead, by name; leads without anything are left out."""
    frame = partitions.read_display(store)
    rows = frame.set_index("lead_id").to_dict("index")
    named = {
        str(lead_id): {str(n): str(text) for n, text in row.items() if not pd.isna(text)}
        for lead_id, row in rows.items()
    }
    return {lead_id: texts for lead_id, texts in named.items() if texts}


def bodies(
    tables: Tables, manifest: partitions.Manifest, shown: Mapping[str, dict[str, str]]
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Return table, method, path and body of every request.

    Parameters
    ----------
    tables
        The canonical tables of one partition.
    manifest
        What the store holds.
    shown
        What is shown of each lead.
    """
    for row in _rows(tables.accounts, "accounts"):
        yield "accounts", "PUT", f"/v1/accounts/{_quoted(row.pop('account_id'))}", row
    newest = _newest(tables.attribute_changes, manifest)
    for row in _rows(tables.leads, "leads"):
        lead_id = row.pop("lead_id")
        path = f"/v1/leads/{_quoted(lead_id)}"
        display = {"display": shown[lead_id]} if lead_id in shown else {}
        yield "leads", "PUT", path, row | display | {"backfill": True}
        if lead_id in newest:
            later = {"created_at": row["created_at"]} | newest[lead_id]
            yield "changes", "PUT", path, later
    for table in ("activities", "outcomes"):
        frame = getattr(tables, table)
        for first in range(0, len(frame), _AT_ONCE):
            some = list(_rows(frame.iloc[first : first + _AT_ONCE], table))
            yield table, "POST", f"/v1/{table}", {table: some, "backfill": True}


def _rows(frame: pd.DataFrame, table: TableName) -> Iterator[dict[str, Any]]:
    """Yield rows without missing values; attributes are nested."""
    listed = _LISTED[table]
    for record in frame.to_dict("records"):
        present = {str(name): _plain(value) for name, value in record.items() if not pd.isna(value)}
        row = {name: value for name, value in present.items() if name in listed}
        if SPECS[table].open_ended:
            row["attributes"] = {n: value for n, value in present.items() if n not in listed}
        yield row


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


def _newest(changes: pd.DataFrame, manifest: partitions.Manifest) -> dict[str, dict[str, Any]]:
    """Return the last value of every attribute that changed, by lead."""
    last = changes.sort_values("occurred_at", kind="stable")
    last = last.drop_duplicates(["lead_id", "attribute"], keep="last").dropna(subset=["value"])
    newest: dict[str, dict[str, Any]] = {}
    for lead_id, name, text in zip(last["lead_id"], last["attribute"], last["value"], strict=True):
        own = newest.setdefault(lead_id, {"attributes": {}})
        if name == "owner_id":
            own["owner_id"] = text
        else:
            number = manifest.attributes.get(name) == "number"
            own["attributes"][name] = _number(text) if number else text
    return newest


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _quoted(text: str) -> str:
    return quote(text, safe="")
