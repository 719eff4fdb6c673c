"""What is still to be erased on servers: leads that are gone, on each server until it erased them.

Decided here: a server is remembered before a connection sends it anything. A lead that vanishes
from the CRM, or is erased by command, is owed to every remembered server in the same commit, and
until that server took the erasure; so a kill between the two erases twice, which changes nothing.
A server that comes later is owed what all others are, as it may be one of them at a new address.
What was sent before servers were remembered is owed to one without an address: whichever comes
next. A lead that is in the CRM again is owed no more. Of persons nothing but the id is stored.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from pipelines.connect.state import State

UNKNOWN: Final = ""
"""The address of a server that an earlier version sent to."""
_SENT: Final = "select exists (select 1 from delivered) or exists (select 1 from ledger)"


class ErasingServer(Protocol):
    """What erases leads: a mikomi server."""

    @property
    def address(self) -> str:
        """Where it is, without a secret."""

    def check_answers(self) -> None:
        """Refuse a server that does not answer as one."""

    def erase(self, lead_id: str) -> None:
        """Erase a lead; one that is not there is erased."""


def note(state: State, server: ErasingServer) -> None:
    """Remember a server, if it answers, before it is sent anything.

    Parameters
    ----------
    state
        Of the connection.
    server
        The server.

    Raises
    ------
    SystemUnavailable
        If a server that is new does not answer; it is not remembered.
    """
    if server.address in servers(state):
        return
    server.check_answers()
    with state.transaction() as db:
        db.execute("insert or ignore into servers values (?)", (server.address,))
        owed = "insert or ignore into owed select lead_id, ? from owed"
        db.execute(owed, (server.address,))
        db.execute("delete from owed where address = ?", (UNKNOWN,))


def servers(state: State) -> dict[str, int]:
    """Return how many leads are still to be erased on each server, by its address."""
    addresses = dict.fromkeys((one for (one,) in state.db.execute("select * from servers")), 0)
    query = "select address, count(*) from owed group by address order by address"
    return {**addresses, **dict(state.db.execute(query).fetchall())}


def owe(db: sqlite3.Connection, lead_ids: Iterable[str]) -> None:
    """Remember leads that every server is to erase; before `forget`, which forgets what was sent.

    Parameters
    ----------
    db
        In a transaction.
    lead_ids
        The leads.
    """
    addresses = [one for (one,) in db.execute("select address from servers")]
    if not addresses and db.execute(_SENT).fetchone()[0]:
        addresses = [UNKNOWN]
    rows = [(one, address) for one in lead_ids for address in addresses]
    db.executemany("insert or ignore into owed values (?, ?)", rows)


def cancel(db: sqlite3.Connection, lead_id: str) -> None:
    """Forget that a lead is to be erased, as it is in the CRM again.

    Parameters
    ----------
    db
        In a transaction.
    lead_id
        The lead.
    """
    db.execute("delete from owed where lead_id = ?", (lead_id,))


def pay(state: State, server: ErasingServer) -> int:
    """Erase on a server what is owed to it; return how many leads. It can be stopped anywhere.

    Parameters
    ----------
    state
        Of the connection.
    server
        The server; it is remembered, see `note`.
    """
    note(state, server)
    query = "select lead_id from owed where address = ? order by lead_id"
    rows = state.db.execute(query, (server.address,)).fetchall()
    for (lead_id,) in rows:
        server.erase(lead_id)
        with state.transaction() as db:
            delete = "delete from owed where lead_id = ? and address = ?"
            db.execute(delete, (lead_id, server.address))
    if rows:
        state.db.execute("pragma wal_checkpoint(truncate)")
    return len(rows)


def retire(state: State, address: str) -> bool:
    """Forget a server that is no more, and what it was to erase; return whether it was known.

    Parameters
    ----------
    state
        Of the connection.
    address
        As `servers` returns it.
    """
    with state.transaction() as db:
        known = db.execute("delete from servers where address = ?", (address,)).rowcount
        known += db.execute("delete from owed where address = ?", (address,)).rowcount
    return known > 0


def lines(name: str, owed: Mapping[str, int]) -> list[str]:
    """Return a line for people for each server that still has erased leads.

    >>> lines("hubspot", {"http://127.0.0.1:1": 2, "http://127.0.0.1:2": 0})[0][:53]
    '2 erased leads may still be on http://127.0.0.1:1: `m'

    Parameters
    ----------
    name
        Of the connection.
    owed
        As `servers` returns it.
    """
    return [
        f"{count:,} erased leads may still be on {address or 'a server of before'}: "
        f"`mikomi connect send {name} --server {address or '<its address>'}` erases them there"
        for address, count in owed.items()
        if count
    ]
