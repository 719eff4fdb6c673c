"""The owner of a lead, set by people and stored like any other change of the lead.

Decided here: the lists show the new owner at once, before the lead is scored again, as they do when
a CRM sends one. None takes a lead from its owner.
"""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, Engine, insert, select, update

from features.reading.normalize import folded
from serve.errors import NoLead
from serve.store.engine import moment, reading
from serve.store.leads.ingest import raised
from serve.store.leads.refresh_marks import mark
from serve.store.tables import CHANGES, LEADS, RANKING, STANDINGS

_OWNER = "owner_id"


class Owners:
    """Sets the owners of leads in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, lead_id: str) -> str | None:
        """Return the owner of a lead; none if nobody has it.

        Raises
        ------
        NoLead
            If the lead is not stored.
        """
        with reading(self._engine).connect() as connection:
            return owner_now(connection, folded(lead_id))

    def give(self, lead_id: str, owner_id: str | None, at: datetime) -> None:
        """Set the owner of a lead.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        owner_id
            The new owner; None for nobody.
        at
            The moment of the change.

        Raises
        ------
        NoLead
            If the lead is not stored.
        """
        with self._engine.begin() as connection:
            set_owner(connection, folded(lead_id), owner_id, moment(at))


def set_owner(connection: Connection, lead_id: str, owner_id: str | None, at: int) -> str | None:
    """Set the owner of a lead, and return the one it had.

    Parameters
    ----------
    connection
        In a transaction.
    lead_id
        The normalised id of the lead.
    owner_id
        The new owner; None for nobody.
    at
        The moment of the change, in microseconds.

    Raises
    ------
    NoLead
        If the lead is not stored.
    """
    before = owner_now(connection, lead_id)
    revision = raised(connection, {lead_id}, at)[lead_id][0]
    change = {
        "lead_id": lead_id,
        "revision": revision,
        "attribute": _OWNER,
        "occurred_at": at,
        "known_at": at,
        "value": msgspec.json.encode(owner_id).decode(),
    }
    connection.execute(insert(CHANGES), [change])
    for table in (RANKING, STANDINGS):
        shown = update(table).where(table.c.lead_id == lead_id).values(owner_id=owner_id)
        connection.execute(shown)
    mark(connection, [lead_id])
    return before


def owner_now(connection: Connection, lead_id: str) -> str | None:
    """Return the owner of a lead as its last change says.

    Parameters
    ----------
    connection
        Open.
    lead_id
        The normalised id of the lead.

    Raises
    ------
    NoLead
        If the lead is not stored.
    """
    known = select(LEADS.c.owner_id).where(LEADS.c.lead_id == lead_id, LEADS.c.known)
    row = connection.execute(known).first()
    if row is None:
        raise NoLead.of("no such lead", "a lead that was sent", "check the id")
    changed = (CHANGES.c.lead_id == lead_id) & (CHANGES.c.attribute == _OWNER)
    latest = select(CHANGES.c.value).where(changed).order_by(CHANGES.c.change_id.desc()).limit(1)
    text = connection.execute(latest).scalar_one_or_none()
    owner: str | None = row.owner_id if text is None else msgspec.json.decode(text)
    return owner
