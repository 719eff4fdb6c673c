"""What a database holds of persons, for `mikomi erase` and `mikomi retention`.

Decided here: a receipt whose body is emptied for its age stays with its lead, model and time; it
can be neither read nor replayed any more, like that of an erased person.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, func, insert, select, update

from features.erasers import Removed
from serve.errors import NoLead
from serve.store.engine import forget, moment, reading, time_of
from serve.store.leads.erasure import Eraser
from serve.store.tables import ACTIVITIES, AUDIT, CHANGES, FEEDBACK, LEADS, OUTCOMES, RECEIPTS

_MOMENTS: Final = (
    (LEADS, LEADS.c.received_at),
    (LEADS, LEADS.c.created_at),
    (ACTIVITIES, ACTIVITIES.c.occurred_at),
    (OUTCOMES, OUTCOMES.c.occurred_at),
    (CHANGES, CHANGES.c.occurred_at),
    (RECEIPTS, RECEIPTS.c.at),
)
_PLACE: Final = "the database of the server"


def erase(engine: Engine, lead_ids: Collection[str], at: datetime) -> list[Removed]:
    """Erase leads; return how many rows of each kind there were.

    Parameters
    ----------
    engine
        Of the database.
    lead_ids
        Normalised ids.
    at
        The moment, for the audit.
    """
    eraser, counts = Eraser(engine), Counter[str]()
    for lead_id in sorted(lead_ids):
        with suppress(NoLead):
            counts.update(eraser.erase(lead_id, at, "command"))
    return [Removed(_PLACE, name, count) for name, count in counts.items() if count]


def last_moments(engine: Engine) -> Mapping[str, datetime]:
    """Return the last moment at which something happened with each lead."""
    last: dict[str, int] = {}
    with reading(engine).connect() as connection:
        for table, column in _MOMENTS:
            query = select(table.c.lead_id, func.max(column)).group_by(table.c.lead_id)
            for lead_id, at in connection.execute(query):
                if lead_id and at is not None:
                    last[lead_id] = max(at, last.get(lead_id, at))
    return {lead_id: time_of(at) for lead_id, at in last.items()}


def empty_receipts(engine: Engine, before: datetime, now: datetime) -> list[Removed]:
    """Empty the bodies of receipts, and the notes on them, from before a moment.

    Parameters
    ----------
    engine
        Of the database.
    before
        The moment.
    now
        The present moment, for the audit.
    """
    old = (RECEIPTS.c.at < moment(before)) & RECEIPTS.c.erased_at.is_(None)
    nothing: dict[str, Any] = {"input": None, "answer": b"", "revisions": None}
    receipts = select(RECEIPTS.c.receipt_id).where(RECEIPTS.c.at < moment(before))
    with engine.begin() as connection:
        emptied = update(RECEIPTS).where(old).values(nothing | {"erased_at": moment(now)})
        count = connection.execute(emptied).rowcount
        of_old = FEEDBACK.c.receipt_id.in_(receipts)
        connection.execute(update(FEEDBACK).where(of_old).values(note=None))
        if count:
            line = {"at": moment(now), "what": "emptied old receipts", "who": "command"}
            connection.execute(insert(AUDIT), [line | {"counts": {"receipts": count}}])
    forget(engine)
    return [Removed(_PLACE, "bodies of receipts", count)] if count else []
