"""Erasing persons from the states of connections, and from their exports.

Decided here: an erased person is remembered by a keyed hash, so that the next pull does not bring
them back from the CRM, where they are until somebody deletes them there. Exports are written anew.
Servers that were sent to are to erase them at the next `send`, `run` or `push`.
"""

from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from features.erasers import PersonEraser, Removed
from features.reading.normalize import folded
from pipelines.connect import debts
from pipelines.connect.connection import FOLDER, ConnectionPlaces, load, names
from pipelines.connect.export import export
from pipelines.connect.mirror import Mirror, detach, forget
from pipelines.connect.state import State
from pipelines.connect.webhooks.receivers import NAME as WEBHOOKS

_BEYOND: Final = ("the connected CRMs: delete the person there; no pull brings them back here",)


def eraser(params: Path) -> PersonEraser | None:
    """Return the eraser of the connections beside a params file; none if there are none."""
    folder = params.parent / FOLDER
    if not names(folder) and not (folder / WEBHOOKS).is_dir():
        return None
    beyond = (*_BEYOND, *_servers(folder))
    return PersonEraser(lambda ids, _at: erase(folder, ids), _no_moments, _nothing, beyond)


def erase(folder: Path, lead_ids: Collection[str]) -> list[Removed]:
    """Remove leads from every connection of a folder; return what was removed, by place.

    Parameters
    ----------
    folder
        Of all connections.
    lead_ids
        Normalised ids.
    """
    removed = []
    for name in names(folder):
        places = ConnectionPlaces(folder, name)
        if not places.state.is_file():
            continue
        connection, state = load(folder, name), State(places.state)
        try:
            count = _erase(state, connection.lead_table, lead_ids)
            if count and places.export.is_dir():
                mirror = Mirror(state, connection.lead_table)
                export(state, mirror, tuple(connection.tables), places.export)
        finally:
            state.close()
        if count:
            removed.append(Removed(str(places.state), "records", count))
    forget_letters(folder, lead_ids)
    return removed


def forget_letters(folder: Path, lead_ids: Collection[str]) -> None:
    """Remove what webhooks hold about leads: events that wait, and how the leads stood.

    Parameters
    ----------
    folder
        Of all connections.
    lead_ids
        The leads.
    """
    path = folder / WEBHOOKS / "state.db"
    if path.is_file():
        with closing(State(path)) as state, state.transaction() as db:
            forget(db, lead_ids)


def _erase(state: State, lead_table: str, lead_ids: Collection[str]) -> int:
    count = 0
    with state.transaction() as db:
        rows = db.execute("select record_id from records where place = ?", (lead_table,))
        own = [one for (one,) in rows if folded(one) in lead_ids]
        sent = db.execute("select distinct lead_id from delivered where lead_id is not null")
        debts.owe(db, {*own, *(one for (one,) in sent if folded(one) in lead_ids)})
        for one in own:
            delete = "delete from records where place = ? and record_id = ?"
            count += db.execute(delete, (lead_table, one)).rowcount
            db.execute("insert or ignore into erased values (?)", (state.hash_of(one),))
        forget(db, lead_ids)
        forget(db, own)
        count += detach(db, lead_table, own)
        if count:
            state.set_fact("changes", str(state.changes() + 1))
    if count:
        state.db.execute("pragma wal_checkpoint(truncate)")
    return count


def _servers(folder: Path) -> list[str]:
    """Return what to do about each server that a connection sends to."""
    every = []
    for name in names(folder):
        path = ConnectionPlaces(folder, name).state
        if path.is_file():
            with closing(State(path)) as state:
                every += [
                    f"the server {one} of {name}, unless its database is here: "
                    f"`mikomi connect send {name} --server {one}` erases them there"
                    for one in debts.servers(state)
                    if one != debts.UNKNOWN
                ]
    return every


def _no_moments(_now: datetime) -> Mapping[str, datetime]:
    return {}


def _nothing(_before: datetime, _emptied: datetime, _now: datetime) -> list[Removed]:
    return []
