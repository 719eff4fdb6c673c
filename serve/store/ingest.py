"""Keeping what a CRM sends: append-only, idempotent, every write a new revision of its leads.

Decided here: a write locks its leads in the order of their ids and gives each the next revision,
which its rows carry, so a lead can be read as it was at any revision. Activities may come before
their lead: they wait under a lead that is not yet known. Nothing is overwritten.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from features.errors import BadRequest, Fault
from features.texts import folded
from serve.bodies_store import AccountBody, LeadBody, StoredActivity, StoredOutcome
from serve.store.engine import moment
from serve.store.tables import ACCOUNTS, ACTIVITIES, CHANGES, LEADS, OUTCOMES

_AT_ONCE: Final = 500
_OWNER: Final = "owner_id"
_OUTCOME_KEY: Final = ("lead_id", "deal_id", "outcome", "occurred_at")
_TEXTS: Final = ("topic", "direction", "actor", "text", "dwell_seconds", "amount")


class Added(msgspec.Struct, frozen=True):
    """What became of the records sent."""

    added: int
    repeated: int
    conflicting: list[str]
    waiting_for_lead: int


class Ingest:
    """Writes into a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put_lead(self, lead_id: str, body: LeadBody, at: datetime) -> int:
        """Keep a lead, or what has changed about it; give its revision.

        Raises
        ------
        BadRequest
            If the lead was created at another moment or belongs to another account.
        """
        lead_id, received = folded(lead_id), moment(at)
        with self._engine.begin() as connection:
            (revision,) = _next_revisions(connection, [lead_id], received).values()
            row = connection.execute(select(LEADS).where(LEADS.c.lead_id == lead_id)).one()
            if row.known:
                _same(row, body)
                _keep_changes(connection, row, body, (revision, received))
            else:
                told = _lead_row(body, received)
                connection.execute(update(LEADS).where(LEADS.c.lead_id == lead_id).values(told))
        return revision

    def put_account(self, account_id: str, body: AccountBody, at: datetime) -> None:
        """Keep an account; another telling of it is refused.

        Raises
        ------
        BadRequest
            If it is kept with other attributes.
        """
        known = None if body.known_at is None else moment(body.known_at)
        row = {"account_id": folded(account_id), "known_at": known, "attributes": body.attributes}
        with self._engine.begin() as connection:
            _add(connection, ACCOUNTS, [row | {"received_at": moment(at)}])
            kept = connection.execute(
                select(ACCOUNTS).where(ACCOUNTS.c.account_id == row["account_id"])
            ).one()
        if (kept.attributes, kept.known_at) != (body.attributes, known):
            raise BadRequest.of("other facts of this account", "the facts kept", "keep the first")

    def add_activities(
        self, sent: Sequence[StoredActivity], at: datetime, *, backfill: bool
    ) -> Added:
        """Keep activities; those whose id is kept already are counted, not kept twice."""
        rows: dict[str, dict[str, Any]] = {}
        conflicting: list[str] = []
        received, repeated = moment(at), 0
        for one in sent:
            row = _activity_row(one, received, backfill=backfill)
            kept = rows.setdefault(row["activity_id"], row)
            repeated += kept is not row and _equal(kept, row)
            if kept is not row and not _equal(kept, row):
                conflicting.append(row["activity_id"])
        with self._engine.begin() as connection:
            revisions, known = _lock(
                connection, {row["lead_id"] for row in rows.values()}, received
            )
            for kept in _kept_activities(connection, list(rows)):
                if _equal(rows.pop(kept["activity_id"]), kept):
                    repeated += 1
                else:
                    conflicting.append(kept["activity_id"])
            fresh = [row | {"revision": revisions[row["lead_id"]]} for row in rows.values()]
            _add(connection, ACTIVITIES, fresh)
        waiting = sum(row["lead_id"] not in known for row in fresh)
        return Added(len(fresh), repeated, conflicting, waiting)

    def add_outcomes(self, sent: Sequence[StoredOutcome], at: datetime, *, backfill: bool) -> Added:
        """Keep outcomes; the same outcome of a deal at the same moment is one."""
        received = moment(at)
        rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        for one in sent:
            row = _outcome_row(one, received, backfill=backfill)
            rows.setdefault(tuple(row[name] for name in _OUTCOME_KEY), row)
        with self._engine.begin() as connection:
            revisions, known = _lock(
                connection, {row["lead_id"] for row in rows.values()}, received
            )
            fresh = [row | {"revision": revisions[row["lead_id"]]} for row in rows.values()]
            added = sum(_is_new(connection, OUTCOMES, row) for row in fresh)
        waiting = sum(row["lead_id"] not in known for row in fresh)
        return Added(added, len(sent) - added, [], waiting)


def _leads_of(rows: Mapping[Any, dict[str, Any]]) -> set[str]:
    return {row["lead_id"] for row in rows.values()}


def _lock(
    connection: Connection, lead_ids: set[str], received: int
) -> tuple[dict[str, int], set[str]]:
    """Give every lead its next revision; tell which of them are known."""
    revisions = _next_revisions(connection, sorted(lead_ids), received)
    known: set[str] = set()
    for some in _parts(sorted(lead_ids)):
        query = select(LEADS.c.lead_id).where(LEADS.c.lead_id.in_(some), LEADS.c.known)
        known.update(connection.execute(query).scalars())
    return revisions, known


def _next_revisions(
    connection: Connection, lead_ids: Sequence[str], received: int
) -> dict[str, int]:
    """Lock the leads in the order given, which is sorted, and count their revisions up."""
    empty = {"revision": 0, "known": False, "attributes": {}, "received_at": received}
    found: dict[str, int] = {}
    for some in _parts(lead_ids):
        _add(connection, LEADS, [{"lead_id": lead_id} | empty for lead_id in some])
        locked = select(LEADS.c.lead_id, LEADS.c.revision).where(LEADS.c.lead_id.in_(some))
        rows = connection.execute(locked.order_by(LEADS.c.lead_id).with_for_update()).all()
        found |= {row.lead_id: row.revision + 1 for row in rows}
        raised = update(LEADS).where(LEADS.c.lead_id.in_(some))
        connection.execute(raised.values(revision=LEADS.c.revision + 1))
    return found


def _kept_activities(connection: Connection, ids: list[str]) -> Iterator[dict[str, Any]]:
    for some in _parts(ids):
        query = select(ACTIVITIES).where(ACTIVITIES.c.activity_id.in_(some))
        yield from (dict(row) for row in connection.execute(query).mappings())


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[n : n + _AT_ONCE] for n in range(0, len(ids), _AT_ONCE))


def _add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add the rows whose key is not there yet."""
    if rows:
        connection.execute(_unless_there(connection, table), rows)


def _is_new(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Add a row unless its key is there; tell whether it was not."""
    added = _unless_there(connection, table).values(row).returning(table.c.revision)
    return connection.execute(added).first() is not None


def _unless_there(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names = ("lead_id", "activity_type", "occurred_at", *_TEXTS)
    return all(one[name] == other[name] for name in names)


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
        "account_id": body.account_id and folded(body.account_id),
        "owner_id": body.owner_id,
        "attributes": body.attributes,
    }


def _same(row: Any, body: LeadBody) -> None:
    account = body.account_id and folded(body.account_id)
    faults = []
    if row.created_at != moment(body.created_at):
        faults.append(Fault("another created_at", "the one that is kept", "send the first one"))
    if account is not None and account != row.account_id:
        faults.append(Fault("another account_id", "the one that is kept", "make a new lead"))
    if faults:
        raise BadRequest(faults)


def _keep_changes(connection: Connection, row: Any, body: LeadBody, when: tuple[int, int]) -> None:
    revision, received = when
    query = select(CHANGES).where(CHANGES.c.lead_id == row.lead_id).order_by(CHANGES.c.change_id)
    now = dict(row.attributes) | {_OWNER: row.owner_id}
    for change in connection.execute(query):
        now[change.attribute] = msgspec.json.decode(change.value)
    told = dict(body.attributes) | ({} if body.owner_id is None else {_OWNER: body.owner_id})
    changes = [
        {
            "lead_id": row.lead_id,
            "revision": revision,
            "attribute": name,
            "occurred_at": received,
            "known_at": received,
            "value": msgspec.json.encode(value).decode(),
        }
        for name, value in told.items()
        if name not in now or now[name] != value
    ]
    if changes:
        connection.execute(insert(CHANGES), changes)


def _activity_row(one: StoredActivity, received: int, *, backfill: bool) -> dict[str, Any]:
    occurred = moment(one.occurred_at)
    return {
        "activity_id": folded(one.activity_id),
        "lead_id": folded(one.lead_id),
        "activity_type": one.activity_type,
        "occurred_at": occurred,
        "known_at": _known_at(one, occurred, received, backfill=backfill),
    } | {name: getattr(one, name) for name in _TEXTS}


def _outcome_row(one: StoredOutcome, received: int, *, backfill: bool) -> dict[str, Any]:
    occurred = moment(one.occurred_at)
    return {
        "lead_id": folded(one.lead_id),
        "deal_id": folded(one.deal_id or ""),
        "outcome": one.outcome,
        "occurred_at": occurred,
        "known_at": _known_at(one, occurred, received, backfill=backfill),
        "amount": one.amount,
    }
