"""What a database holds of persons, for `mikomi erase` and `mikomi retention`.

Decided here: a lead is as old as what last happened with it in the world: its creation, activities,
outcomes, changes of attributes, steps of people, feedback. When a record was received and when a
machine scored it do not count, or an imported history began anew and a lead that is scored daily
never ended. What lies in the future has not happened; it counts when it became known. A lead with
nothing of all that counts from when it was received; one that only receipts name, from the last.
A receipt whose body is emptied for its age stays with its lead, model and time; it
can be neither read nor replayed any more, like that of an erased person.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Select, case, func, insert, select, update

from features.erasers import Removed
from serve.errors import NoLead
from serve.store.engine import forget, moment, reading, time_of
from serve.store.leads.erasure import Eraser
from serve.store.tables import (
    ACTIVITIES,
    AUDIT,
    CHANGES,
    FEEDBACK,
    LEAD_STEPS,
    LEADS,
    OUTCOMES,
    RECEIPTS,
)

_HAPPENED: Final = (
    (LEADS.c.lead_id, LEADS.c.created_at, LEADS.c.known_at),
    (ACTIVITIES.c.lead_id, ACTIVITIES.c.occurred_at, ACTIVITIES.c.known_at),
    (OUTCOMES.c.lead_id, OUTCOMES.c.occurred_at, OUTCOMES.c.known_at),
    (CHANGES.c.lead_id, CHANGES.c.occurred_at, CHANGES.c.known_at),
    (LEAD_STEPS.c.lead_id, LEAD_STEPS.c.undone_at, LEAD_STEPS.c.at),
    (RECEIPTS.c.lead_id, FEEDBACK.c.at, FEEDBACK.c.at),
)
"""Of each table: the lead, when it happened, and what counts while that is not so or not known."""
_RECEIVED: Final = (
    (LEADS.c.lead_id, LEADS.c.received_at),
    (RECEIPTS.c.lead_id, RECEIPTS.c.at),
)
"""What counts where nothing happened, the first that there is."""
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


def last_moments(engine: Engine, now: datetime) -> Mapping[str, datetime]:
    """Return the last moment at which something happened with each lead, as this module decides.

    Parameters
    ----------
    engine
        Of the database.
    now
        The present moment; what is later has not happened.
    """
    last: dict[str, int] = {}
    for query in _happened(moment(now)):
        for lead_id, at in _rows(engine, query):
            last[lead_id] = max(at, last.get(lead_id, at))
    for lead, received in _RECEIVED:
        rows = _rows(engine, select(lead, func.max(received)).group_by(lead))
        last = dict(rows) | last
    return {lead_id: time_of(at) for lead_id, at in last.items()}


def _happened(now: int) -> Iterator[Select[Any]]:
    for lead, at, otherwise in _HAPPENED:
        counted = func.max(case((at <= now, at), (otherwise <= now, otherwise)))
        query = select(lead, counted).group_by(lead)
        if at.table is FEEDBACK:
            query = query.join_from(FEEDBACK, RECEIPTS)
        yield query


def _rows(engine: Engine, query: Select[Any]) -> list[tuple[str, int]]:
    with reading(engine).connect() as connection:
        rows = connection.execute(query).all()
    return [(row[0], row[1]) for row in rows if row[0] and row[1] is not None]


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
