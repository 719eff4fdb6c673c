"""Salespeople in the database: level, capacity, skills, absences, and how many leads they have.

Decided here: the load of a week is the leads assigned since its Monday and not taken back;
what a CRM assigned counts as waiting only. An absent day takes its fifth of the week's capacity,
and nobody gets leads who is away for the rest of the week.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Engine, delete, func, insert, select

from features.errors import BadRequest, Fault
from serve.store.audit import AuditLine, add_line
from serve.store.engine import moment, reading
from serve.store.tables import LEAD_STEPS, RANKING
from serve.store.team_tables import ABSENCES, REPS
from serve.wire.team.reps import Absence, AbsenceBody, Rep, RepBody

_SKILLS: Final = msgspec.json.Decoder(dict[str, list[str]])
_WORKDAYS: Final = 5


class RepLoad(NamedTuple):
    """The week of a salesperson: leads assigned in it, hot leads waiting, and how many more fit."""

    assigned: int
    waiting: int
    free: int
    away: bool


class Team:
    """The salespeople of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reps(self) -> list[Rep]:
        """Return the salespeople that were described, by id."""
        with reading(self._engine).connect() as connection:
            rows = connection.execute(select(REPS).order_by(REPS.c.owner_id)).all()
        return [_rep(row) for row in rows]

    def put(self, owner_id: str, body: RepBody, who: str | None, at: datetime) -> Rep:
        """Describe a salesperson.

        Parameters
        ----------
        owner_id
            The owner of their leads.
        body
            Level, capacity and skills; replaces what was stored.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.
        """
        row = {
            "owner_id": owner_id,
            "level": body.level,
            "capacity": body.capacity,
            "skills": msgspec.json.encode({k: v for k, v in body.skills.items() if v}).decode(),
            "at": moment(at),
            "who": who,
        }
        with self._engine.begin() as connection:
            connection.execute(delete(REPS).where(REPS.c.owner_id == owner_id))
            connection.execute(insert(REPS), [row])
            add_line(connection, AuditLine(at, f"described salesperson {owner_id}", who, None, {}))
        return Rep(owner_id=owner_id, **msgspec.structs.asdict(body))

    def remove(self, owner_id: str, who: str | None, at: datetime) -> None:
        """Remove a salesperson from the team; their leads stay theirs.

        Parameters
        ----------
        owner_id
            The owner of their leads.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.
        """
        with self._engine.begin() as connection:
            for table in (REPS, ABSENCES):
                connection.execute(delete(table).where(table.c.owner_id == owner_id))
            add_line(connection, AuditLine(at, f"removed salesperson {owner_id}", who, None, {}))

    def absences(self, since: date) -> list[Absence]:
        """Return the absences that are not over on a day, the earliest first."""
        still = ABSENCES.c.last_on >= since.isoformat()
        query = select(ABSENCES).where(still).order_by(ABSENCES.c.first_on, ABSENCES.c.absence_id)
        with reading(self._engine).connect() as connection:
            return [_absence(row) for row in connection.execute(query)]

    def add_absence(
        self, owner_id: str, body: AbsenceBody, who: str | None, at: datetime
    ) -> Absence:
        """Add an absence of a salesperson.

        Parameters
        ----------
        owner_id
            The owner of their leads.
        body
            The days.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.
        """
        row: dict[str, Any] = {"owner_id": owner_id}
        row |= {"first_on": body.first_on.isoformat(), "last_on": body.last_on.isoformat()}
        added = insert(ABSENCES).values(row).returning(ABSENCES.c.absence_id)
        with self._engine.begin() as connection:
            absence_id = connection.execute(added).scalar_one()
            add_line(connection, AuditLine(at, f"absence of {owner_id}", who, None, {}))
        return Absence(
            absence_id=absence_id, owner_id=owner_id, first_on=body.first_on, last_on=body.last_on
        )

    def remove_absence(self, absence_id: int, who: str | None, at: datetime) -> None:
        """Remove an absence.

        Parameters
        ----------
        absence_id
            Its number.
        who
            `user:` and the id of a user, or the id of a key.
        at
            The moment.

        Raises
        ------
        BadRequest
            If there is none of this number.
        """
        own = delete(ABSENCES).where(ABSENCES.c.absence_id == absence_id)
        with self._engine.begin() as connection:
            if connection.execute(own).rowcount != 1:
                fault = Fault(f"absence {absence_id}", "an absence that is listed", "reload")
                raise BadRequest([fault])
            add_line(connection, AuditLine(at, "removed an absence", who, None, {}))

    def loads(self, reps: Iterable[Rep], target: str, now: datetime) -> dict[str, RepLoad]:
        """Return the loads of salespeople in the present week.

        Parameters
        ----------
        reps
            The salespeople.
        target
            Of the ranking; empty is the default.
        now
            The moment, in the zone of the company; on a weekend the next week counts.
        """
        monday = monday_of(now)
        assigned, waiting = self._assigned(monday), self._waiting(target)
        away: dict[str, list[Absence]] = defaultdict(list)
        for one in self.absences(monday.date()):
            away[one.owner_id].append(one)
        today = max(now.date(), monday.date())
        return {
            rep.owner_id: _load(
                rep,
                (assigned.get(rep.owner_id, 0), waiting.get(rep.owner_id, 0)),
                away[rep.owner_id],
                (monday.date(), today),
            )
            for rep in reps
        }

    def _assigned(self, since: datetime) -> dict[str, int]:
        steps = LEAD_STEPS.c
        query = (
            select(steps.owner_id, func.count(steps.lead_id.distinct()))
            .where(steps.kind == "assigned", steps.at >= moment(since))
            .where(steps.undone_at.is_(None), steps.owner_id.is_not(None))
            .group_by(steps.owner_id)
        )
        with reading(self._engine).connect() as connection:
            return {owner: int(count) for owner, count in connection.execute(query)}

    def _waiting(self, target: str) -> dict[str, int]:
        """Count the hot leads to call of each owner, by an index alone."""
        hot = (RANKING.c.target == target, RANKING.c.owner_id.is_not(None))
        query = select(RANKING.c.owner_id, func.count()).where(
            *hot, RANKING.c.standing == "call", RANKING.c.band == "hot"
        )
        with reading(self._engine).connect() as connection:
            rows = connection.execute(query.group_by(RANKING.c.owner_id))
            return {owner: int(count) for owner, count in rows}


def monday_of(now: datetime) -> datetime:
    """Return the Monday of the working week, at its beginning; on a weekend the coming one.

    >>> from datetime import UTC
    >>> monday_of(datetime(2026, 6, 5, 9, tzinfo=UTC)).isoformat()
    '2026-06-01T00:00:00+00:00'
    >>> monday_of(datetime(2026, 6, 6, 9, tzinfo=UTC)).isoformat()
    '2026-06-08T00:00:00+00:00'
    """
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = 7 if day.weekday() >= _WORKDAYS else 0
    return day + timedelta(days=ahead - day.weekday())


def _load(
    rep: Rep, counts: tuple[int, int], absences: list[Absence], days: tuple[date, date]
) -> RepLoad:
    monday, today = days
    week = [monday + timedelta(days=n) for n in range(_WORKDAYS)]
    present = [day for day in week if not any(a.first_on <= day <= a.last_on for a in absences)]
    away = not any(day >= today for day in present)
    capacity = 0 if away else round(rep.capacity * len(present) / _WORKDAYS)
    assigned, waiting = counts
    return RepLoad(assigned, waiting, max(0, capacity - assigned), away)


def _rep(row: Any) -> Rep:
    return Rep(
        owner_id=row.owner_id,
        level=row.level,
        capacity=row.capacity,
        skills=_SKILLS.decode(row.skills),
    )


def _absence(row: Any) -> Absence:
    return Absence(
        absence_id=row.absence_id,
        owner_id=row.owner_id,
        first_on=date.fromisoformat(row.first_on),
        last_on=date.fromisoformat(row.last_on),
    )
