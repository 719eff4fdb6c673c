"""Read a lead with its account mates as a request to be scored.

Decided here: a request is read as of now or as of former revisions: first the leads, then the
records of those revisions; so the same revisions and the same cutoff always return the same
request, unless a person was erased. Of a large account as many leads are read as can count.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Engine,
    String,
    bindparam,
    select,
    union_all,
)

from features.errors import Fault
from features.reading.normalize import folded
from serve.errors import NoLead, NotYet
from serve.store.engine import moment, reading, time_of
from serve.store.leads.account_mates import mates
from serve.store.leads.stored_leads import Revisions, leads_of, read_leads
from serve.store.tables import ACCOUNTS, ACTIVITIES, CHANGES, LEADS, OUTCOMES
from serve.wire.records import Account, Activity, Change, Lead, LeadHistory, Outcome, ScoreRequest
from serve.wire.stored_request import StoredRequest

_LEAD_ID: Final[BindParameter[str]] = bindparam("lead_id", type_=String)
_OWN: Final = select(LEADS).where(LEADS.c.lead_id == _LEAD_ID, LEADS.c.known)


class HistoryReader:
    """Reads leads from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def question(
        self, lead_id: str, cutoff: datetime, revisions: Revisions | None = None
    ) -> tuple[StoredRequest, dict[str, int]]:
        """Read a lead with its account mates in columns; otherwise the same as `request`.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        cutoff
            The moment of prediction.
        revisions
            The revision of each lead in a former reading; missing means the newest.
        """
        lead_id = folded(lead_id)
        with self._engine.begin() as connection:
            leads = _leads(connection, lead_id, cutoff, revisions)
            read = read_leads(connection, leads, revisions)
        _check_created(leads[0], cutoff)
        number = list(read.columns.leads.lead_id).index(lead_id)
        return StoredRequest(read.columns, number, cutoff), read.revisions

    def request(
        self, lead_id: str, cutoff: datetime, revisions: Revisions | None = None
    ) -> tuple[ScoreRequest, dict[str, int]]:
        """Read a lead with its account mates.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        cutoff
            The moment of prediction; a lead created at it can be read.
        revisions
            The revision of each lead in a former reading; missing means the newest.

        Returns
        -------
        The request, and the revision read of each lead.

        Raises
        ------
        NoLead
            If the lead is not stored.
        NotYet
            If it is created after the cutoff.
        """
        lead_id = folded(lead_id)
        with self._engine.begin() as connection:
            leads = _leads(connection, lead_id, cutoff, revisions)
            read = {row.lead_id: row.revision for row in leads} | dict(revisions or {})
            rows = {
                table.name: _records(connection, table, read)
                for table in (ACTIVITIES, OUTCOMES, CHANGES)
            }
            account = _account(connection, leads[0].account_id)
        _check_created(leads[0], cutoff)
        histories = [
            _history(row, {name: rows[name][row.lead_id] for name in rows}) for row in leads
        ]
        return ScoreRequest(histories=histories, account=account, cutoff=cutoff), read


def _check_created(lead: Any, cutoff: datetime) -> None:
    if time_of(lead.created_at) > cutoff:
        raise NotYet.of("a lead created later than now", "one that is there", "look at clocks")


def _leads(
    connection: Connection, lead_id: str, cutoff: datetime, revisions: Revisions | None
) -> list[Any]:
    """Return the row of the lead, then those of its mates by id."""
    if "\0" in lead_id:
        rows: Sequence[Any] = []
    elif revisions is None:
        wanted = {"lead_id": lead_id, "before": moment(cutoff)}
        rows = connection.execute(_with_mates(connection.dialect.name), wanted).all()
    else:
        rows = leads_of(connection, sorted({lead_id, *revisions}))
    first = [row for row in rows if row.lead_id == lead_id]
    if not first:
        raise NoLead([Fault("no such lead", "a lead that was sent", "PUT it first")])
    return [*first, *sorted((r for r in rows if r.lead_id != lead_id), key=lambda r: r.lead_id)]


@cache
def _with_mates(dialect: str) -> CompoundSelect[Any]:
    """Return the query of a lead and of its mates; see `account_mates`."""
    own = LEADS.alias()
    account_id = select(own.c.account_id).where(own.c.lead_id == _LEAD_ID, own.c.known)
    ids = mates(account_id.scalar_subquery(), dialect)
    others = select(LEADS).where(LEADS.c.lead_id.in_(ids), LEADS.c.lead_id != _LEAD_ID)
    return union_all(_OWN, others)


def _records(connection: Connection, table: Any, read: Revisions) -> dict[str, list[Any]]:
    """Return the records of each lead; a row becomes one at once, as rows would be many objects."""
    records: dict[str, list[Any]] = {lead_id: [] for lead_id in read}
    query, made = select(table).where(table.c.lead_id.in_(list(read))), _MADE[table.name]
    for row in connection.execute(query.order_by(table.c.lead_id, table.c.occurred_at)):
        if row.revision <= read[row.lead_id]:
            records[row.lead_id].append(made(row))
    return records


def _account(connection: Connection, account_id: str | None) -> Account | None:
    query = select(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id)
    row = connection.execute(query).one_or_none() if account_id else None
    if row is None:
        return None
    known = None if row.known_at is None else time_of(row.known_at)
    return Account(account_id=row.account_id, known_at=known, attributes=row.attributes)


def _history(row: Any, of_lead: dict[str, list[Any]]) -> LeadHistory:
    lead = Lead(
        lead_id=row.lead_id,
        created_at=time_of(row.created_at),
        known_at=time_of(row.known_at),
        account_id=row.account_id,
        owner_id=row.owner_id,
        attributes=row.attributes,
    )
    return LeadHistory(
        lead=lead,
        activities=of_lead["activities"],
        outcomes=of_lead["outcomes"],
        changes=of_lead["attribute_changes"],
    )


def _activity(one: Any) -> Activity:
    return Activity(
        activity_type=one.activity_type,
        occurred_at=time_of(one.occurred_at),
        activity_id=one.activity_id,
        known_at=time_of(one.known_at),
        topic=one.topic,
        direction=one.direction,
        actor=one.actor,
        text=one.text,
        dwell_seconds=one.dwell_seconds,
        amount=one.amount,
    )


def _outcome(one: Any) -> Outcome:
    return Outcome(
        outcome=one.outcome,
        occurred_at=time_of(one.occurred_at),
        known_at=time_of(one.known_at),
        deal_id=one.deal_id or None,
        amount=one.amount,
        reason=one.reason,
    )


def _change(one: Any) -> Change:
    return Change(
        attribute=one.attribute,
        occurred_at=time_of(one.occurred_at),
        known_at=time_of(one.known_at),
        value=msgspec.json.decode(one.value),
    )


_MADE: Final[dict[str, Callable[[Any], Any]]] = {
    ACTIVITIES.name: _activity,
    OUTCOMES.name: _outcome,
    CHANGES.name: _change,
}
