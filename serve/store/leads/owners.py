"""The owner of a lead, set on a page and stored like any other change of the lead.

Decided here: the ranking shows the new owner at once, before the lead is scored again, as it does
when a CRM sends one.
"""

from datetime import datetime

from sqlalchemy import Engine, select

from features.reading.normalize import folded
from serve.errors import NoLead
from serve.store.engine import reading, time_of
from serve.store.leads.ingest import Ingest
from serve.store.tables import LEADS
from serve.wire.stored_bodies import LeadBody


class Owners:
    """Sets the owners of leads in a database."""

    def __init__(self, engine: Engine, ingest: Ingest) -> None:
        self._engine = engine
        self._ingest = ingest

    def give(self, lead_id: str, owner_id: str, at: datetime) -> None:
        """Set the owner of a lead.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        owner_id
            The new owner.
        at
            The moment of the change.

        Raises
        ------
        NoLead
            If the lead is not stored.
        """
        lead_id = folded(lead_id)
        query = select(LEADS.c.created_at).where(LEADS.c.lead_id == lead_id, LEADS.c.known)
        with reading(self._engine).connect() as connection:
            created_at = connection.execute(query).scalar_one_or_none()
        if created_at is None:
            raise NoLead.of("no such lead", "a lead that was sent", "check the id")
        body = LeadBody(created_at=time_of(created_at), owner_id=owner_id)
        self._ingest.put_lead(lead_id, body, at)
