"""Which leads of the rankings are due, their records, and the writing of new rows.

Decided here: a lead is due when it is marked, when its moment has come, or when another model
scored it; with a marked lead all of its account are due, if the model uses the account and the lead
is one of those that count there (`account_mates`). The marks
are read before the records; a row is written only if its mark is still the one read, which the
write increments. So however many refreshers run, none ever replaces a newer row with an older one.
The rankings of all targets are refreshed together: the records of a lead, which take longest to
read, are read once, and one mark serves all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    and_,
    bindparam,
    collate,
    delete,
    func,
    select,
    update,
)

from features.records.lead_columns import StoredColumns
from features.timeline import NEVER
from models.model.account_rule import AccountRule
from models.model.reference import BANDS
from serve.store.engine import reading
from serve.store.id_list import bound, fetch, in_ids
from serve.store.leads.account_mates import BEFORE, mates_of_each
from serve.store.leads.refresh_marks import DUE, upsert
from serve.store.leads.stored_leads import leads_of, read_leads
from serve.store.ranking.account_ranking import accounts_of, rank_accounts
from serve.store.tables import LEADS, RANKING, RANKING_MARKS, STANDINGS
from serve.store.team_tables import HOT_MOMENTS

_KEY: Final = ("lead_id", "target")
_Mark = TypeVar("_Mark")
AT_ONCE: Final = 250
"""The most leads that a transaction writes."""
_ENOUGH: Final = 20
"""A batch is made smaller when it has more than this many times its size of account mates."""
_ACCOUNTS: Final = 250
"""The mates of so many accounts are read at once."""


class Due(NamedTuple):
    """Leads to be refreshed, with the mark read of each; `columns` holds their mates as well.

    `skipped` are those that were not read, because the accounts of the others are very large.
    """

    marks: dict[str, int]
    columns: StoredColumns
    skipped: Sequence[str] = ()

    @property
    def accounts(self) -> dict[str, str | None]:
        """The account of each lead; None where it has none."""
        leads = self.columns.leads
        return dict(zip(leads.lead_id, leads.account_id, strict=True))


class Before(NamedTuple):
    """The former row of a lead."""

    band: str
    crossed_at: int | None
    model_fingerprint: str


class Refreshed(NamedTuple):
    """Leads to be written: see `Refreshing.write` for what each mapping holds."""

    rows: Mapping[str, Mapping[str, Mapping[str, Any]]]
    marks: Mapping[str, tuple[int, int]]
    standings: Mapping[str, Mapping[str, Any]]


class Refreshing:
    """Reads and writes the ranking of a database for a refresher.

    Parameters
    ----------
    engine
        The database.
    batch
        The most leads at a time.

    Attributes
    ----------
    rules
        How the leads of an account become one probability, by target; accounts of other targets
        are not ranked.
    """

    def __init__(self, engine: Engine, batch: int) -> None:
        self._engine = engine
        self._batch = batch
        self.rules: Mapping[str, AccountRule] = {}

    def due(self, now: int) -> tuple[list[str], list[str]]:
        """Return the next leads that are due, and those of them that are marked."""
        marks = RANKING_MARKS.c
        query = select(marks.lead_id, marks.due_at).where(marks.due_at <= now)
        with reading(self._engine).begin() as connection:
            rows = connection.execute(query.order_by(marks.due_at).limit(self._batch)).all()
        return [row.lead_id for row in rows], [row.lead_id for row in rows if row.due_at == DUE]

    def count_due(self, now: int) -> int:
        """Return how many leads are due at a moment, in microseconds."""
        query = select(func.count()).where(RANKING_MARKS.c.due_at <= now)
        with reading(self._engine).connect() as connection:
            return int(connection.execute(query).scalar_one())

    def read(
        self, lead_ids: Sequence[str], with_mates_of: Sequence[str] = (), now: int = NEVER
    ) -> Due:
        """Read leads with their account mates.

        Parameters
        ----------
        lead_ids
            The leads to be refreshed; fewer are, if their accounts are very large.
        with_mates_of
            Those of them whose mates are to be refreshed as well.
        now
            The moment as of which they are, in microseconds: of a large account those that are
            visible then are read.
        """
        with reading(self._engine).begin() as connection:
            taken, others = self._with_mates(connection, lead_ids, (with_mates_of, now))
            marks = marks_of(connection, taken)
            rows = leads_of(connection, sorted({*marks, *others}))
            read = set(taken)
            skipped = [one for one in lead_ids if one not in read]
            return Due(marks, read_leads(connection, rows).columns, skipped)

    def _with_mates(
        self, connection: Connection, lead_ids: Sequence[str], wanted: tuple[Sequence[str], int]
    ) -> tuple[list[str], set[str]]:
        """Return the leads to be refreshed, and those of their accounts that count."""
        account = _accounts(connection, lead_ids)
        taken, changed, read = [], set(wanted[0]), 0
        counted: dict[str, list[str]] = {}
        used: set[str] = set()
        everyone: dict[str, list[str]] = {}
        names = list(dict.fromkeys(name for one in lead_ids if (name := account.get(one))))
        for lead_id in lead_ids:
            name = account.get(lead_id)
            if name and name not in counted:
                some = names[len(counted) : len(counted) + _ACCOUNTS]
                counted |= _mates(connection, some, wanted[1])
            if name and name not in used:
                used.add(name)
                read += len(counted[name])
            taken.append(lead_id)
            if name and lead_id in changed and lead_id in counted[name]:
                if name not in everyone:
                    everyone[name] = _of_account(connection, name)
                    read += len(everyone[name])
                taken += everyone[name]
            if read > _ENOUGH * self._batch:
                break
        return list(dict.fromkeys(taken)), {one for name in used for one in counted[name]}

    def before(self, lead_ids: Sequence[str], target: str) -> dict[str, Before]:
        """Return the former rows of leads, by lead.

        Parameters
        ----------
        lead_ids
            The leads.
        target
            Of the ranking.
        """
        with reading(self._engine).begin() as connection:
            columns = [RANKING.c[name] for name in ("lead_id", *Before._fields)]
            own = in_ids(connection.dialect.name, RANKING.c.lead_id)
            query = select(*columns).where(own, RANKING.c.target == target)
            rows = connection.execute(query, bound(connection, lead_ids))
            return {row.lead_id: Before(*row[1:]) for row in rows}

    def write(
        self,
        rows: Mapping[str, Mapping[str, Mapping[str, Any]]],
        marks: Mapping[str, tuple[int, int]],
        fingerprint: str,
        standings: Mapping[str, Mapping[str, Any]] = {},
    ) -> int:
        """Write rows, and remove refreshed leads without a row from the rankings.

        Parameters
        ----------
        rows
            The rows of `ranking` by lead, by target; other targets' rows stay as they are.
        marks
            Of every refreshed lead, the mark that was read and the moment it is due again.
        fingerprint
            Of the models that scored them; see `fingerprint_of`.
        standings
            The rows of `standings`, by lead.

        Returns
        -------
        How many leads were written; the others have changed since they were read.
        """
        done = 0
        for own in some_at_once(marks):
            with self._engine.begin() as connection:
                done += _write(connection, Refreshed(rows, own, standings), fingerprint, self.rules)
        return done

    def write_together(self, batches: Iterable[Refreshed], fingerprint: str) -> int:
        """Write batches in one transaction: readers have all of them or none.

        Parameters
        ----------
        batches
            Refreshed leads, a lead in one of them.
        fingerprint
            Of the models that scored them.

        Returns
        -------
        How many leads were written; the others have changed since they were read.
        """
        with self._engine.begin() as connection:
            return sum(_write(connection, one, fingerprint, self.rules) for one in batches)


def some_at_once(marks: Mapping[str, _Mark]) -> Iterator[dict[str, _Mark]]:
    """Yield marks by lead, those of one transaction at a time, in their order.

    Parameters
    ----------
    marks
        What is known of each lead, by its id.
    """
    ids = list(marks)
    for begin in range(0, len(ids), AT_ONCE):
        yield {one: marks[one] for one in ids[begin : begin + AT_ONCE]}


def _write(
    connection: Connection,
    refreshed: Refreshed,
    fingerprint: str,
    rules: Mapping[str, AccountRule],
) -> int:
    rows, marks, standings = refreshed
    now = marks_of(connection, sorted(marks), lock=True)
    valid = [one for one in sorted(marks) if now.get(one) == marks[one][0]]
    accounts = accounts_of(connection, valid) if rules else []
    for target, of_target in rows.items():
        there = [dict(of_target[one]) for one in valid if one in of_target]
        _put(connection, RANKING, _KEY, there)
        _put_hot(connection, there)
        _remove(connection, target, [one for one in valid if one not in of_target])
        if target in rules:
            rank_accounts(connection, accounts, target, rules[target])
    stand = [dict(standings[one]) for one in valid if one in standings]
    _put(connection, STANDINGS, _KEY[:1], stand)
    _increment(connection, [(one, marks[one][1]) for one in valid], fingerprint)
    return len(valid)


def fingerprint_of(fingerprints: Mapping[str, str]) -> str:
    """Return one fingerprint of the models of all targets, by target.

    >>> fingerprint_of({"": "0a"}), fingerprint_of({"": "0a", "upsell": "1b"})
    ('0a', '0a upsell=1b')
    """
    named = (f"{target}={one}" if target else one for target, one in sorted(fingerprints.items()))
    return " ".join(named)


def _accounts(connection: Connection, lead_ids: Sequence[str]) -> dict[str, str | None]:
    """Return the account of each lead."""
    own = in_ids(connection.dialect.name, LEADS.c.lead_id)
    query = select(LEADS.c.lead_id, LEADS.c.account_id).where(own)
    return dict(fetch(connection, query, bound(connection, lead_ids)))


def _mates(connection: Connection, names: Sequence[str], before: int) -> dict[str, list[str]]:
    """Return the leads that count in each of some accounts; see `account_mates`."""
    mates: dict[str, list[str]] = {name: [] for name in names}
    values = bound(connection, names) | {BEFORE.key: before}
    for name, lead_id in fetch(connection, mates_of_each(connection.dialect.name), values):
        mates[name].append(lead_id)
    return mates


def _of_account(connection: Connection, account_id: str) -> list[str]:
    query = select(LEADS.c.lead_id).where(LEADS.c.account_id == account_id, LEADS.c.known)
    return list(connection.execute(query.order_by(LEADS.c.lead_id)).scalars())


def marks_of(
    connection: Connection, lead_ids: Sequence[str], *, lock: bool = False
) -> dict[str, int]:
    """Return the marks of leads, by lead.

    Parameters
    ----------
    connection
        In a transaction.
    lead_ids
        The leads.
    lock
        Whether nobody else may write them until the transaction ends.
    """
    marks = RANKING_MARKS.c
    query = select(marks.lead_id, marks.mark).where(in_ids(connection.dialect.name, marks.lead_id))
    if lock and connection.dialect.name == "postgresql":
        query = query.order_by(collate(marks.lead_id, "C")).with_for_update()
    return dict(fetch(connection, query, bound(connection, lead_ids)))


def _put(
    connection: Connection, table: Table, key: tuple[str, ...], rows: list[dict[str, Any]]
) -> None:
    if not rows:
        return
    adding = upsert(connection.dialect.name, table)
    values = {name: adding.excluded[name] for name in rows[0] if name not in key}
    connection.execute(adding.on_conflict_do_update(index_elements=key, set_=values), rows)


def _put_hot(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store when leads became hot, unless it is stored already."""
    hot = [
        {name: row[name] for name in ("lead_id", "target", "probability")}
        | {"at": row["crossed_at"]}
        for row in rows
        if row["crossed_at"] is not None and row["band"] == BANDS[-1]
    ]
    if hot:
        adding = upsert(connection.dialect.name, HOT_MOMENTS)
        connection.execute(adding.on_conflict_do_nothing(), hot)


def _remove(connection: Connection, target: str, lead_ids: Sequence[str]) -> None:
    if lead_ids:
        own = in_ids(connection.dialect.name, RANKING.c.lead_id)
        query = delete(RANKING).where(own, RANKING.c.target == target)
        connection.execute(query, bound(connection, lead_ids))


def _increment(connection: Connection, due: Sequence[tuple[str, int]], fingerprint: str) -> None:
    if due:
        marks = RANKING_MARKS.c
        counted = (
            update(RANKING_MARKS)
            .where(and_(marks.lead_id == bindparam("of")))
            .values(due_at=bindparam("at"), mark=marks.mark + 1, model_fingerprint=fingerprint)
        )
        connection.execute(counted, [{"of": one, "at": at} for one, at in due])
