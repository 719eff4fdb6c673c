"""Erasing a person: everything told of them goes; counts and one line of audit stay.

Decided here: the audit line holds no id and no hash of one, for a hash of an id can be guessed. The
lines of the receipts stay, without whom they were about, what was asked and what was answered.
"""

from datetime import datetime

from sqlalchemy import Engine, delete, func, insert, select, update

from features.texts import folded
from serve.store.engine import moment
from serve.store.history import NoLead
from serve.store.tables import ACTIVITIES, AUDIT, CHANGES, FEEDBACK, LEADS, OUTCOMES, RECEIPTS


def erase(engine: Engine, lead_id: str, at: datetime) -> dict[str, int]:
    """Erase a lead; give how many rows of each kind there were.

    Raises
    ------
    NoLead
        If nothing is kept of it.
    """
    lead_id = folded(lead_id)
    with engine.begin() as connection:
        receipts = select(RECEIPTS.c.receipt_id).where(RECEIPTS.c.lead_id == lead_id)
        notes = update(FEEDBACK).where(FEEDBACK.c.receipt_id.in_(receipts)).values(note=None)
        connection.execute(notes)
        counts = {}
        for table in (ACTIVITIES, OUTCOMES, CHANGES, LEADS):
            gone = connection.execute(delete(table).where(table.c.lead_id == lead_id))
            counts[table.name] = gone.rowcount
        of_lead = RECEIPTS.c.lead_id == lead_id
        query = select(func.count()).select_from(RECEIPTS).where(of_lead)
        counts["receipts"] = connection.execute(query).scalar_one()
        if not any(counts.values()):
            raise NoLead.of("nothing of this lead", "a lead that was sent", "check the id")
        emptied = {"input": None, "answer": b"", "revisions": None, "lead_id": ""}
        connection.execute(
            update(RECEIPTS).where(of_lead).values(emptied | {"erased_at": moment(at)})
        )
        line = {"at": moment(at), "what": "erased a person", "counts": counts}
        connection.execute(insert(AUDIT), [line])
    return counts
