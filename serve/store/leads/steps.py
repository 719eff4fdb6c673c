"""What people do with leads: stored step by step, with the state that results.

Decided here: a step holds the state before it, so the last step of a lead can be undone, and only
the last. The lead is locked while it is written; who comes second with an older version is told who
was first. A contact sets a lead aside for some days (`ASIDE_DAYS`), so that a worked list gets
shorter; a disqualified lead stays aside.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Select, delete, insert, select, update

from features.errors import Fault
from features.reading.normalize import folded
from serve.errors import NoLead, TakenMeanwhile
from serve.store.audit import AuditLine, add_line
from serve.store.engine import moment, reading, time_of
from serve.store.id_list import bound, in_ids
from serve.store.leads.owners import owner_now, set_owner
from serve.store.leads.refresh_marks import NEVER
from serve.store.tables import LEAD_STEPS, LEAD_WORK, LEADS
from serve.wire.team.steps import Assigning, LeadStep, StepBody, WorkState

ASIDE_DAYS: Final = {"reached": 7, "no_answer": 1, "refused": 180}
"""How long a lead is set aside after a contact, by its result."""
_STATE: Final = ("version", "kind", "at", "by", "until", "result", "note")


class StepLog:
    """Stores and reads what people do with the leads of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, lead_id: str, body: StepBody, by: str | None, at: datetime) -> LeadStep:
        """Do something with a lead.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        body
            What.
        by
            `user:` and the id of a user, or the id of a key.
        at
            The moment.

        Raises
        ------
        NoLead
            If the lead is not stored.
        TakenMeanwhile
            If somebody did something since the version that the caller saw.
        """
        with self._engine.begin() as connection:
            return _take(connection, folded(lead_id), body, (by, at))

    def assign_many(
        self, wanted: Iterable[Assigning], by: str | None, at: datetime
    ) -> tuple[list[LeadStep], list[str]]:
        """Assign many leads at once, in one transaction.

        Parameters
        ----------
        wanted
            The leads with their new owners.
        by
            `user:` and the id of a user, or the id of a key.
        at
            The moment.

        Returns
        -------
        The steps, and the ids of the leads that were left: somebody did something with them since
        the version that the caller saw, or they are stored no more.
        """
        steps, left = [], []
        with self._engine.begin() as connection:
            for one in sorted(wanted, key=lambda each: folded(each.lead_id)):
                body = StepBody(kind="assigned", owner_id=one.owner_id, version=one.version)
                try:
                    steps.append(_take(connection, folded(one.lead_id), body, (by, at)))
                except (TakenMeanwhile, NoLead):
                    left.append(one.lead_id)
        return steps, left

    def undo(self, step_id: int, by: str | None, at: datetime) -> LeadStep:
        """Undo a step, if it is the last of its lead, and return it.

        Parameters
        ----------
        step_id
            The step.
        by
            Who undoes it: `user:` and the id of a user, or the id of a key.
        at
            The moment.

        Raises
        ------
        TakenMeanwhile
            If it was undone, or is not the last one any more.
        """
        with self._engine.begin() as connection:
            row = connection.execute(_of(step_id)).one_or_none()
            if row is None:
                raise TakenMeanwhile.of("no such step", "the last step of a lead", "reload")
            state = _locked(connection, row.lead_id)
            _check(state, step_id if row.undone_at is None else -1)
            undone = update(LEAD_STEPS).where(LEAD_STEPS.c.step_id == step_id)
            connection.execute(undone.values(undone_at=moment(at)))
            if row.kind == "assigned":
                set_owner(connection, row.lead_id, row.owner_before, moment(at))
                undone_by = AuditLine(at, "took an assignment back", by, row.lead_id, {})
                add_line(connection, undone_by)
            before = msgspec.json.decode(row.before)
            if before:
                _put(connection, row.lead_id, before)
            else:
                own = LEAD_WORK.c.lead_id == row.lead_id
                connection.execute(delete(LEAD_WORK).where(own))
            return _step(connection, step_id)

    def states(self, lead_ids: Iterable[str]) -> dict[str, WorkState]:
        """Return what was last done with those of some leads with which anything was done."""
        ids = list(lead_ids)
        if not ids:
            return {}
        with reading(self._engine).connect() as connection:
            own = in_ids(connection.dialect.name, LEAD_WORK.c.lead_id)
            rows = connection.execute(select(LEAD_WORK).where(own), bound(connection, ids))
            return {row.lead_id: _state(row) for row in rows}

    def history(self, lead_id: str, most: int = 20) -> list[LeadStep]:
        """Return the last steps of a lead, the newest first; undone ones included.

        Parameters
        ----------
        lead_id
            The normalised id of the lead.
        most
            How many at most.
        """
        own = select(LEAD_STEPS).where(LEAD_STEPS.c.lead_id == lead_id)
        with reading(self._engine).connect() as connection:
            rows = connection.execute(own.order_by(LEAD_STEPS.c.step_id.desc()).limit(most))
            return [_read(row) for row in rows]

    def one(self, step_id: int) -> LeadStep | None:
        """Return a step; none if there is none of this number."""
        with reading(self._engine).connect() as connection:
            row = connection.execute(_of(step_id)).one_or_none()
            return None if row is None else _read(row)


def _take(
    connection: Connection, lead_id: str, body: StepBody, signed: tuple[str | None, datetime]
) -> LeadStep:
    """Do something with a lead; nothing is written if it is refused."""
    by, at = signed
    owner = owner_now(connection, lead_id)
    before = _locked(connection, lead_id)
    _check(before, body.version)
    row: dict[str, Any] = {
        "lead_id": lead_id,
        "kind": body.kind,
        "at": moment(at),
        "by": by,
        "until": _until(body, at),
        "result": body.result,
        "note": body.note or None,
    }
    assigned: dict[str, Any] = {"owner_before": owner, "owner_id": body.owner_id}
    more: dict[str, Any] = {"before": msgspec.json.encode(before).decode()}
    more |= assigned if body.kind == "assigned" else {}
    added = insert(LEAD_STEPS).values(row | more).returning(LEAD_STEPS.c.step_id)
    step_id = connection.execute(added).scalar_one()
    if body.kind == "assigned":
        set_owner(connection, lead_id, body.owner_id, moment(at))
        add_line(connection, AuditLine(at, "assigned a lead", by, lead_id, {}))
        row |= {"until": before.get("until")}
    _put(connection, lead_id, row | {"version": step_id})
    return _step(connection, step_id)


def set_aside(lead_id: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a lead is set aside.

    Parameters
    ----------
    lead_id
        The column of the lead.
    now
        The moment.
    """
    return lead_id.in_(aside_ids(now))


def aside_ids(now: datetime) -> Select[tuple[str]]:
    """Return the query of the ids of the leads that are set aside at a moment."""
    return select(LEAD_WORK.c.lead_id).where(LEAD_WORK.c.until > moment(now))


def _until(body: StepBody, at: datetime) -> int | None:
    """Return until when a step sets its lead aside."""
    if body.kind == "disqualified":
        return NEVER
    if body.until is not None and body.kind in ("snoozed", "contacted"):
        return moment(body.until)
    days = ASIDE_DAYS.get(body.result or "") if body.kind == "contacted" else None
    return None if days is None else moment(at + timedelta(days=days))


def _locked(connection: Connection, lead_id: str) -> dict[str, Any]:
    """Lock a lead and return its state; empty before the first step."""
    connection.execute(select(LEADS.c.revision).where(LEADS.c.lead_id == lead_id).with_for_update())
    row = connection.execute(select(LEAD_WORK).where(LEAD_WORK.c.lead_id == lead_id)).one_or_none()
    return {} if row is None else {name: getattr(row, name) for name in _STATE}


def _check(state: dict[str, Any], version: int | None) -> None:
    if version is None or state.get("version", 0) == version:
        return
    last = _state_of(state)
    done = f"{last.kind or 'undone'} by {last.by or 'somebody'} at {last.at}"
    fault = Fault(done, "the lead as it was shown", "read it again, then decide")
    raise TakenMeanwhile([fault], last)


def _put(connection: Connection, lead_id: str, state: dict[str, Any]) -> None:
    values = {name: state[name] for name in _STATE}
    connection.execute(delete(LEAD_WORK).where(LEAD_WORK.c.lead_id == lead_id))
    connection.execute(insert(LEAD_WORK).values(values | {"lead_id": lead_id}))


def _of(step_id: int) -> Any:
    return select(LEAD_STEPS).where(LEAD_STEPS.c.step_id == step_id)


def _step(connection: Connection, step_id: int) -> LeadStep:
    return _read(connection.execute(_of(step_id)).one())


def _state(row: Any) -> WorkState:
    return _state_of({name: getattr(row, name) for name in _STATE})


def _state_of(state: dict[str, Any]) -> WorkState:
    if not state:
        return WorkState()
    times = {name: _time(state[name]) for name in ("at", "until")}
    return WorkState(**state | times)


def _read(row: Any) -> LeadStep:
    fields = {name: getattr(row, name) for name in LeadStep.__struct_fields__}
    return LeadStep(**fields | {name: _time(fields[name]) for name in ("at", "until", "undone_at")})


_FOREVER: Final = moment(time_of(0).replace(year=9998))


def _time(at: int | None) -> datetime | None:
    """Return a moment; that of what never ends is in the last year there is."""
    return None if at is None else time_of(min(at, _FOREVER))
