"""Which leads of the ranking are due, what is kept of them, and writing what was computed.

Decided here: a lead is due when it is marked, when its moment has come, or when another model
scored it; with a marked lead all of its account are, if the account matters to the model. The
marks are read before what is kept; a row is written only if its mark is still the one read, and
counts it up. So of any number of refreshers at once none ever writes what is older than is there.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    bindparam,
    collate,
    delete,
    or_,
    select,
    tuple_,
    update,
)

from features.records.lead_columns import ColumnsTold
from serve.store.engine import reading
from serve.store.id_list import among, bound
from serve.store.leads.refresh_marks import DUE, upsert
from serve.store.leads.stored_leads import kept, leads_of
from serve.store.tables import LEADS, RANKING, RANKING_MARKS

_ORDER: Final = (RANKING.c.rank_key, RANKING.c.lead_id)
_AT_ONCE: Final = 250
_ENOUGH: Final = 20
"""So many times a batch may be read of account mates; then the batch is made smaller."""


class Due(NamedTuple):
    """Leads to be looked at, with the mark read of each; `told` holds their account mates too."""

    marks: dict[str, int]
    told: ColumnsTold


class Sweep(NamedTuple):
    """How far the leads of another model were looked through: place in the ranking, then by id."""

    place: tuple[float, str] | None = None
    lead_id: str = ""
    ranked: bool = False
    done: bool = False


class Before(NamedTuple):
    """What was ranked of a lead."""

    band: str
    crossed_at: int | None
    model_fingerprint: str


class Refreshing:
    """The ranking of a database, as whoever keeps it fresh sees it."""

    def __init__(self, engine: Engine, batch: int) -> None:
        self._engine = engine
        self._batch = batch

    def due(self, now: int) -> tuple[list[str], list[str]]:
        """Name the next leads whose moment has come, and those of them that are marked."""
        marks = RANKING_MARKS.c
        query = select(marks.lead_id, marks.due_at).where(marks.due_at <= now)
        with reading(self._engine).begin() as connection:
            rows = connection.execute(query.order_by(marks.due_at).limit(self._batch)).all()
        return [row.lead_id for row in rows], [row.lead_id for row in rows if row.due_at == DUE]

    def of_another_model(self, fingerprint: str, sweep: Sweep) -> tuple[list[str], Sweep]:
        """Name the next leads that another model scored, the hottest first, then the others."""
        with reading(self._engine).begin() as connection:
            if not sweep.ranked:
                rows = connection.execute(self._ranked(fingerprint, sweep)).all()
                if rows:
                    place = (rows[-1].rank_key, rows[-1].lead_id)
                    return [row.lead_id for row in rows], sweep._replace(place=place)
            marks = RANKING_MARKS.c
            other = or_(marks.model_fingerprint.is_(None), marks.model_fingerprint != fingerprint)
            query = select(marks.lead_id).where(other, marks.lead_id > sweep.lead_id)
            found = connection.execute(query.order_by(marks.lead_id).limit(self._batch))
            ids = list(found.scalars())
        last = ids[-1] if ids else sweep.lead_id
        return ids, sweep._replace(ranked=True, lead_id=last, done=not ids)

    def _ranked(self, fingerprint: str, sweep: Sweep) -> Any:
        query = select(*_ORDER).where(RANKING.c.model_fingerprint != fingerprint)
        if sweep.place is not None:
            query = query.where(tuple_(*_ORDER) > tuple_(*sweep.place))
        return query.order_by(*_ORDER).limit(self._batch)

    def read(self, lead_ids: Sequence[str], with_mates_of: Sequence[str] = ()) -> Due:
        """Read leads with their account mates.

        Parameters
        ----------
        lead_ids
            The leads to be looked at; fewer are, if their accounts are very large.
        with_mates_of
            Those of them whose mates are to be looked at as well.
        """
        with reading(self._engine).begin() as connection:
            lead_ids, others = self._with_mates(connection, lead_ids, with_mates_of)
            marks = _marks(connection, lead_ids)
            rows = leads_of(connection, sorted({*marks, *others}))
            return Due(marks, kept(connection, rows).told)

    def _with_mates(
        self, connection: Connection, lead_ids: Sequence[str], changed: Sequence[str]
    ) -> tuple[list[str], set[str]]:
        """Give the leads to be looked at, and all others of their accounts."""
        own = select(LEADS.c.lead_id, LEADS.c.account_id).where(
            among(connection.dialect.name, LEADS.c.lead_id)
        )
        account: dict[str, str | None] = {
            row.lead_id: row.account_id
            for row in connection.execute(own, bound(connection, lead_ids))
        }
        taken, wanted, read = [], set(changed), 0
        mates: dict[str, list[str]] = {}
        for lead_id in lead_ids:
            name = account.get(lead_id)
            if name and name not in mates:
                mates[name] = _mates(connection, name)
                read += len(mates[name])
            taken.append(lead_id)
            if name and lead_id in wanted:
                taken += mates[name]
            if read > _ENOUGH * self._batch:
                break
        return list(dict.fromkeys(taken)), {one for name in mates.values() for one in name}

    def before(self, lead_ids: Sequence[str]) -> dict[str, Before]:
        """Tell what is ranked of leads."""
        with reading(self._engine).begin() as connection:
            columns = [RANKING.c[name] for name in ("lead_id", *Before._fields)]
            query = select(*columns).where(among(connection.dialect.name, RANKING.c.lead_id))
            rows = connection.execute(query, bound(connection, lead_ids))
            return {row.lead_id: Before(*row[1:]) for row in rows}

    def write(
        self,
        rows: Mapping[str, Mapping[str, Any]],
        marks: Mapping[str, tuple[int, int]],
        fingerprint: str | None,
    ) -> int:
        """Write rows, and take out of the ranking the leads that are looked at but have none.

        Parameters
        ----------
        rows
            The rows of `ranking` by lead.
        marks
            Of every lead looked at, the mark that was read and from when it is due again.
        fingerprint
            Of the model that scored them.

        Returns
        -------
        How many leads were written; the others have changed since they were read.
        """
        done, ids = 0, sorted(marks)
        for begin in range(0, len(ids), _AT_ONCE):
            own = ids[begin : begin + _AT_ONCE]
            with self._engine.begin() as connection:
                now = _marks(connection, own, lock=True)
                valid = [one for one in own if now.get(one) == marks[one][0]]
                _put(connection, [dict(rows[one]) for one in valid if one in rows])
                gone = [one for one in valid if one not in rows]
                _take_out(connection, gone)
                _count_up(connection, [(one, marks[one][1]) for one in valid], fingerprint)
            done += len(valid)
        return done


def _mates(connection: Connection, account_id: str) -> list[str]:
    query = select(LEADS.c.lead_id).where(LEADS.c.account_id == account_id, LEADS.c.known)
    return list(connection.execute(query.order_by(LEADS.c.lead_id)).scalars())


def _marks(
    connection: Connection, lead_ids: Sequence[str], *, lock: bool = False
) -> dict[str, int]:
    marks = RANKING_MARKS.c
    query = select(marks.lead_id, marks.mark).where(among(connection.dialect.name, marks.lead_id))
    if lock and connection.dialect.name == "postgresql":
        query = query.order_by(collate(marks.lead_id, "C")).with_for_update()
    rows = connection.execute(query, bound(connection, lead_ids))
    return {row.lead_id: row.mark for row in rows}


def _put(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    adding = upsert(connection.dialect.name, RANKING)
    told = {name: adding.excluded[name] for name in rows[0] if name != "lead_id"}
    connection.execute(adding.on_conflict_do_update(index_elements=["lead_id"], set_=told), rows)


def _take_out(connection: Connection, lead_ids: Sequence[str]) -> None:
    if lead_ids:
        query = delete(RANKING).where(among(connection.dialect.name, RANKING.c.lead_id))
        connection.execute(query, bound(connection, lead_ids))


def _count_up(
    connection: Connection, due: Sequence[tuple[str, int]], fingerprint: str | None
) -> None:
    if due:
        marks = RANKING_MARKS.c
        counted = (
            update(RANKING_MARKS)
            .where(and_(marks.lead_id == bindparam("of")))
            .values(due_at=bindparam("at"), mark=marks.mark + 1, model_fingerprint=fingerprint)
        )
        connection.execute(counted, [{"of": one, "at": at} for one, at in due])
