"""Reading a lead: all that is kept of it and of its account mates, as a question.

Decided here: a question is read now or as of given revisions: first the leads, then what their
revisions hold; so with the same revisions and the same cutoff it is the same question for ever,
unless a person was erased.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import BindParameter, Connection, Engine, String, bindparam, select, union_all

from features.errors import Fault
from features.records.normalize import folded
from serve.errors import NoLead, NotYet
from serve.store.engine import reading, time_of
from serve.store.leads.stored_leads import Revisions, kept
from serve.store.tables import ACCOUNTS, ACTIVITIES, CHANGES, LEADS, OUTCOMES
from serve.wire.question import Question
from serve.wire.records import Account, Activity, Asked, Change, Lead, LeadHistory, Outcome

_ASKED: Final[BindParameter[str]] = bindparam("lead_id", type_=String)
_OWN: Final = select(LEADS).where(LEADS.c.lead_id == _ASKED, LEADS.c.known)
_ITS_ACCOUNT: Final = (
    select(LEADS.c.account_id).where(LEADS.c.lead_id == _ASKED, LEADS.c.known).scalar_subquery()
)
_MATES: Final = select(LEADS).where(
    LEADS.c.account_id == _ITS_ACCOUNT, LEADS.c.known, LEADS.c.lead_id != _ASKED
)
_WITH_MATES: Final = union_all(_OWN, _MATES)


class Histories:
    """Reads from a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def question(
        self, lead_id: str, cutoff: datetime, revisions: Revisions | None = None
    ) -> tuple[Question, dict[str, int]]:
        """Read a lead with its account mates to be scored; as `asked`, in columns."""
        lead_id = folded(lead_id)
        with self._engine.begin() as connection:
            leads = _leads(connection, lead_id, revisions)
            found = kept(connection, leads, revisions)
        _refuse_later(leads[0], cutoff)
        number = list(found.told.leads.lead_id).index(lead_id)
        return Question(found.told, number, cutoff), found.revisions

    def asked(
        self, lead_id: str, cutoff: datetime, revisions: Revisions | None = None
    ) -> tuple[Asked, dict[str, int]]:
        """Read a lead with its account mates; give the question and the revisions read.

        Parameters
        ----------
        lead_id
            The lead.
        cutoff
            Of the question.
        revisions
            Of a former reading; missing means now.

        Raises
        ------
        NoLead
            If it is not kept.
        NotYet
            If it is created after the cutoff.
        """
        lead_id = folded(lead_id)
        with self._engine.begin() as connection:
            leads = _leads(connection, lead_id, revisions)
            read = {row.lead_id: row.revision for row in leads} | dict(revisions or {})
            rows = {
                table.name: _rows(connection, table, read)
                for table in (ACTIVITIES, OUTCOMES, CHANGES)
            }
            account = _account(connection, leads[0].account_id)
        _refuse_later(leads[0], cutoff)
        histories = [
            _history(row, {name: rows[name][row.lead_id] for name in rows}) for row in leads
        ]
        return Asked(histories=histories, account=account, cutoff=cutoff), read


def _refuse_later(lead: Any, cutoff: datetime) -> None:
    if time_of(lead.created_at) > cutoff:
        raise NotYet.of("a lead created later than now", "one that is there", "look at clocks")


def _leads(connection: Connection, lead_id: str, revisions: Revisions | None) -> list[Any]:
    """Give the rows of the lead, then of its mates by id."""
    rows = [] if "\0" in lead_id else connection.execute(_WITH_MATES, {"lead_id": lead_id}).all()
    first = [row for row in rows if row.lead_id == lead_id]
    if not first:
        raise NoLead([Fault("no such lead", "a lead that was sent", "PUT it first")])
    others = sorted((row for row in rows if row.lead_id != lead_id), key=lambda row: row.lead_id)
    if revisions is not None:
        others = [row for row in others if row.lead_id in revisions]
    return [*first, *others]


def _rows(connection: Connection, table: Any, read: Revisions) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {lead_id: [] for lead_id in read}
    query = select(table).where(table.c.lead_id.in_(list(read)))
    for row in connection.execute(query.order_by(table.c.lead_id, table.c.occurred_at)):
        if row.revision <= read[row.lead_id]:
            found[row.lead_id].append(row)
    return found


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
    activities = [
        Activity(
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
        for one in of_lead["activities"]
    ]
    outcomes = [
        Outcome(
            outcome=one.outcome,
            occurred_at=time_of(one.occurred_at),
            known_at=time_of(one.known_at),
            deal_id=one.deal_id or None,
            amount=one.amount,
        )
        for one in of_lead["outcomes"]
    ]
    changes = [
        Change(
            attribute=one.attribute,
            occurred_at=time_of(one.occurred_at),
            known_at=time_of(one.known_at),
            value=msgspec.json.decode(one.value),
        )
        for one in of_lead["attribute_changes"]
    ]
    return LeadHistory(lead=lead, activities=activities, outcomes=outcomes, changes=changes)
