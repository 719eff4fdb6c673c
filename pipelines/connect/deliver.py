"""Sending a server what changed since: the tables of ingest, compared with what it was sent before.

Decided here: the same bodies as `mikomi send`, each record once; a record whose content changed is
sent again, which the server stores as a change. What was sent is noted after the server took it, so
a kill sends some records twice, which the server counts as repeated. A lead that the server refuses
(another creation date, an erased person) does not stop the others.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import unquote

import msgspec

from pipelines.connect.rest_client import CallRefused
from pipelines.connect.state import State
from pipelines.lifecycle.send_to_server import bodies, displayed
from pipelines.storage import partitions

_AT_ONCE: Final = 1_000
_REFUSALS: Final = frozenset({400, 409, 410, 422})
_KEYS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "activities": lambda row: str(row["activity_id"]),
    "outcomes": lambda row: "\n".join(
        str(row.get(n, "")) for n in ("lead_id", "deal_id", "outcome", "occurred_at")
    ),
}


class RecordTaker(Protocol):
    """What takes records: a mikomi server."""

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Send a body; return the answer.

        Parameters
        ----------
        method, path
            Of the call.
        body
            What JSON can hold.
        """


class Delivered(NamedTuple):
    """How many records were sent, and why others were refused, by lead."""

    sent: dict[str, int]
    refused: dict[str, str]


class _Sending(NamedTuple):
    path: str
    key: str
    lead_id: str
    hash: str
    call: tuple[str, str, Mapping[str, Any]]


def deliver(state: State, tables: Path, server: RecordTaker) -> Delivered:
    """Send what changed.

    Parameters
    ----------
    state
        Of the connection; it notes what was sent.
    tables
        What ingest wrote.
    server
        Where to.
    """
    before = {
        (path, key): written
        for path, key, written in state.db.execute("select path, key, hash from delivered")
    }
    sent: dict[str, int] = {}
    refused: dict[str, str] = {}
    for table, group in _groups(_due(tables, before)):
        if taken := _send(server, table, group, refused):
            sent[table] = sent.get(table, 0) + len(taken)
            _note(state, taken)
    return Delivered(sent, refused)


def _due(tables: Path, before: Mapping[tuple[str, str], str]) -> Iterator[_Sending]:
    manifest = partitions.manifest(tables)
    shown = displayed(tables)
    for part in range(manifest.partitions):
        for table, method, path, body in bodies(partitions.read(tables, part), manifest, shown):
            for one in _single(table, method, path, body):
                if before.get((one.path, one.key)) != one.hash:
                    yield one


def _single(table: str, method: str, path: str, body: Mapping[str, Any]) -> Iterator[_Sending]:
    """Yield the records of a body one by one."""
    if table in _KEYS:
        for row in body[table]:
            key, lead_id = _KEYS[table](row), str(row["lead_id"])
            yield _Sending(table, key, lead_id, _hash(row), (method, path, row))
        return
    key = unquote(path.rpartition("/")[2])
    yield _Sending(table, key, key, _hash(body), (method, path, body))


def _groups(due: Iterator[_Sending]) -> Iterator[tuple[str, list[_Sending]]]:
    """Group records of one table that follow each other, so many at once."""
    group: list[_Sending] = []
    for one in due:
        if group and (one.path != group[0].path or len(group) >= _AT_ONCE):
            yield group[0].path, group
            group = []
        group.append(one)
    if group:
        yield group[0].path, group


def _send(
    server: RecordTaker, table: str, group: list[_Sending], refused: dict[str, str]
) -> list[_Sending]:
    if table in _KEYS:
        method, path, _ = group[0].call
        rows = [one.call[2] for one in group]
        answer = server.send(method, path, {table: rows, "backfill": True})
        for one in answer["conflicting"]:
            refused[str(one)] = f"conflicts with what the server stores ({table})"
        return group
    taken = []
    for one in group:
        try:
            server.send(*one.call)
            taken.append(one)
        except CallRefused as error:
            if error.status not in _REFUSALS:
                raise
            refused[one.lead_id] = str(error.faults[0].observed)
    return taken


def _note(state: State, taken: list[_Sending]) -> None:
    with state.transaction() as db:
        db.executemany(
            "insert or replace into delivered values (?, ?, ?, ?)",
            [(one.path, one.key, one.hash, one.lead_id) for one in taken],
        )


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(body, order="deterministic")).hexdigest()
