"""Store what a CRM sends: append-only, idempotent, every write a new revision of its leads.

Decided here: a write locks its leads in the order of their ids and assigns each the next revision,
which its rows carry, so a lead can be read as it was at any revision. Activities may arrive before
their lead: they wait under a lead that is not yet known. Nothing is overwritten. A known lead with
new records is marked for the ranking in the same transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    Engine,
    bindparam,
    false,
    insert,
    literal,
    select,
    true,
    update,
)

from features.errors import BadRequest, Fault
from features.reading.free_mail import account_of
from features.reading.normalize import folded, written
from serve.store.engine import moment
from serve.store.id_list import bound, each
from serve.store.leads.bulk import Row, fact_row, is_duplicate_key, stored_rows, write_rows
from serve.store.leads.display import put_display
from serve.store.leads.refresh_marks import hold_account, mark, mark_account, upsert
from serve.store.leads.written_outcomes import OutcomeKey, key_of, reason_of, write
from serve.store.tables import ACCOUNTS, CHANGES, LEADS, RANKING, STANDINGS
from serve.wire.stored_bodies import AccountBody, LeadBody, StoredActivity, StoredOutcome

_OWNER: Final = "owner_id"
_TRIES: Final = 5


class Added(msgspec.Struct, frozen=True):
    """What was done with the records of a request."""

    added: int
    repeated: int
    conflicting: list[str]
    waiting_for_lead: int


class Ingest:
    """Writes leads and their records into a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_lead(self, lead_id: str, body: LeadBody, at: datetime) -> int:
        """Store a lead, or the changes of its attributes.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        body
            The lead as it was sent.
        at
            The moment at which it was received.

        Returns
        -------
        The new revision of the lead.

        Raises
        ------
        BadRequest
            If the lead was created at another moment or belongs to another account.
        """
        lead_id, received = folded(lead_id), moment(at)
        with self._engine.begin() as connection:
            hold_account(connection, account_of(body.account_id))
            revision = raised(connection, {lead_id}, received)[lead_id][0]
            row = connection.execute(select(LEADS).where(LEADS.c.lead_id == lead_id)).one()
            if row.known:
                _check_same(row, body)
                _store_changes(connection, row, body, (revision, received))
            else:
                values = _lead_row(body, received)
                connection.execute(update(LEADS).where(LEADS.c.lead_id == lead_id).values(values))
            put_display(connection, lead_id, body.display)
            mark(connection, [lead_id])
            if body.owner_id is not msgspec.UNSET:
                _reassign(connection, lead_id, body.owner_id)
        return revision

    def put_account(self, account_id: str, body: AccountBody, at: datetime) -> None:
        """Store an account; the same account with other facts is refused.

        Parameters
        ----------
        account_id
            The id of the account; it is normalised here.
        body
            The account as it was sent.
        at
            The moment at which it was received.

        Raises
        ------
        BadRequest
            If it is stored with other facts.
        """
        account_id, known = folded(account_id), None
        if body.known_at is not None:
            known = moment(body.known_at)
        row = {"account_id": account_id, "known_at": known, "attributes": body.attributes}
        with self._engine.begin() as connection:
            hold_account(connection, account_id)
            adding = upsert(connection.dialect.name, ACCOUNTS).on_conflict_do_nothing()
            connection.execute(adding, [row | {"received_at": moment(at)}])
            mark_account(connection, account_id)
            stored = connection.execute(
                select(ACCOUNTS).where(ACCOUNTS.c.account_id == account_id)
            ).one()
        if (stored.attributes, stored.known_at) != (body.attributes, known):
            raise BadRequest.of("other facts of this account", "the facts kept", "keep the first")

    def add_activities(
        self, sent: Sequence[StoredActivity], at: datetime, *, backfill: bool
    ) -> Added:
        """Store activities; one whose id is stored already is counted and not stored again.

        Parameters
        ----------
        sent
            The activities of a request, in any order.
        at
            The moment at which they were received.
        backfill
            Whether an activity without `known_at` was known when it occurred; else it is known
            from `at` on.
        """
        received = moment(at)
        rows: dict[str, Row] = {}
        known_at: dict[str, int] = {}
        repeated, conflicting = 0, []
        for one in sent:
            row = fact_row(one)
            first = rows.setdefault(row[0], row)
            if first is row:
                known_at[row[0]] = _known_at(one, row[3], received, backfill=backfill)
            elif first == row:
                repeated += 1
            else:
                conflicting.append(row[0])
        for left in reversed(range(_TRIES)):
            try:
                added = self._add_activities(dict(rows), known_at, received)
                break
            except Exception as error:
                if left == 0 or not is_duplicate_key(error):
                    raise
        return Added(
            added.added,
            added.repeated + repeated,
            conflicting + added.conflicting,
            added.waiting_for_lead,
        )

    def _add_activities(
        self, rows: dict[str, Row], known_at: dict[str, int], received: int
    ) -> Added:
        repeated, conflicting = 0, []
        with self._engine.begin() as connection:
            leads = raised(connection, (row[1] for row in rows.values()), received)
            for stored in stored_rows(connection, list(rows)):
                if rows.pop(stored[0]) == stored:
                    repeated += 1
                else:
                    conflicting.append(stored[0])
            write_rows(
                connection,
                [(*row, known_at[row[0]], leads[row[1]][0]) for row in rows.values()],
            )
            waiting = _mark_known(connection, leads, [row[1] for row in rows.values()])
        return Added(len(rows), repeated, conflicting, waiting)

    def add_outcomes(self, sent: Sequence[StoredOutcome], at: datetime, *, backfill: bool) -> Added:
        """Store outcomes; one that is stored already is counted, or a conflict, see `write`.

        Parameters
        ----------
        sent
            The outcomes of a request, in any order; lead, deal, outcome and moment identify one.
        at
            The moment at which they were received.
        backfill
            Whether an outcome without `known_at` was known when it occurred; else it is known
            from `at` on.
        """
        received = moment(at)
        rows: dict[OutcomeKey, dict[str, Any]] = {}
        for one in sent:
            rows.setdefault(key_of(one), _outcome_row(one, received, backfill=backfill))
        with self._engine.begin() as connection:
            leads = raised(connection, (key[0] for key in rows), received)
            for row in rows.values():
                row["revision"] = leads[row["lead_id"]][0]
            lead_ids, explained, conflicting = write(connection, sent, rows)
            waiting = _mark_known(connection, leads, lead_ids)
            _mark_known(connection, leads, explained)
        added = len(lead_ids)
        return Added(added, len(sent) - added - len(conflicting), conflicting, waiting)


_Leads = dict[str, tuple[int, bool]]
"""The revision of each lead, and whether it is known."""


def raised(connection: Connection, lead_ids: Iterable[str], received: int) -> _Leads:
    """Lock leads in the order of their ids and assign each its next revision.

    Parameters
    ----------
    connection
        In a transaction, which holds the locks.
    lead_ids
        In any order; leads that are not stored yet are added as unknown.
    received
        The moment, in microseconds, stored with those that are added.
    """
    ids = sorted(set(lead_ids))
    if not ids:
        return {}
    values = bound(connection, ids) | {"received": received}
    rows = connection.execute(_raising(connection.dialect.name), values)
    return {row.lead_id: (row.revision, row.known) for row in rows}


@cache
def _raising(dialect: str) -> Any:
    received = bindparam("received", type_=BigInteger)
    fresh = each(dialect, literal(1), false(), literal({}, JSON), received).where(true())
    names = ["lead_id", "revision", "known", "attributes", "received_at"]
    return (
        upsert(dialect, LEADS)
        .from_select(names, fresh)
        .on_conflict_do_update(index_elements=["lead_id"], set_={"revision": LEADS.c.revision + 1})
        .returning(LEADS.c.lead_id, LEADS.c.revision, LEADS.c.known)
    )


def _mark_known(connection: Connection, leads: _Leads, lead_ids: Sequence[str]) -> int:
    """Mark the known ones of some leads; return how many of the rows wait for their lead."""
    mark(connection, (lead_id for lead_id in set(lead_ids) if leads[lead_id][1]))
    return sum(not leads[lead_id][1] for lead_id in lead_ids)


def _known_at(record: Any, occurred_at: int, received: int, *, backfill: bool) -> int:
    if record.known_at is not None:
        return moment(record.known_at)
    return occurred_at if backfill else received


def _lead_row(body: LeadBody, received: int) -> dict[str, Any]:
    created = moment(body.created_at)
    return {
        "known": True,
        "created_at": created,
        "known_at": _known_at(body, created, received, backfill=body.backfill),
        "account_id": account_of(body.account_id),
        "owner_id": body.owner_id or None,
        "attributes": body.attributes,
    }


def _check_same(row: Any, body: LeadBody) -> None:
    account = account_of(body.account_id)
    faults = []
    if row.created_at != moment(body.created_at):
        faults.append(Fault("another created_at", "the one that is kept", "send the first one"))
    if account is not None and account != row.account_id:
        faults.append(Fault("another account_id", "the one that is kept", "make a new lead"))
    if faults:
        raise BadRequest(faults)


def _store_changes(connection: Connection, row: Any, body: LeadBody, when: tuple[int, int]) -> None:
    revision, received = when
    query = select(CHANGES).where(CHANGES.c.lead_id == row.lead_id).order_by(CHANGES.c.change_id)
    now = dict(row.attributes) | {_OWNER: row.owner_id}
    for change in connection.execute(query):
        now[change.attribute] = msgspec.json.decode(change.value)
    sent = dict(body.attributes)
    if body.owner_id is not msgspec.UNSET:
        sent[_OWNER] = body.owner_id or None
    changes = [
        {
            "lead_id": row.lead_id,
            "revision": revision,
            "attribute": name,
            "occurred_at": received,
            "known_at": received,
            "value": msgspec.json.encode(value).decode(),
        }
        for name, value in sent.items()
        if name not in now or now[name] != value
    ]
    if changes:
        connection.execute(insert(CHANGES), changes)


def _reassign(connection: Connection, lead_id: str, owner_id: str | None) -> None:
    """Show the owner in the lists at once; the lead is marked, so no refresher undoes it."""
    for table in (RANKING, STANDINGS):
        of_lead = table.c.lead_id == lead_id
        connection.execute(update(table).where(of_lead).values(owner_id=written(owner_id)))


def _outcome_row(one: StoredOutcome, received: int, *, backfill: bool) -> dict[str, Any]:
    lead_id, deal_id, outcome, occurred = key_of(one)
    return {
        "lead_id": lead_id,
        "deal_id": deal_id,
        "outcome": outcome,
        "occurred_at": occurred,
        "known_at": _known_at(one, occurred, received, backfill=backfill),
        "amount": one.amount,
        "reason": reason_of(one),
    }
