"""What another model says of leads that are ranked: the numbers of their rows, many at once.

Decided here: of a row only what depends on the model is written. Its trend and its forecast are not
known until the lead is refreshed; facts of the lead stay. As everywhere, a row is written only if
the lead's mark is still the one read, which the write increments; a transaction writes few leads,
so that nobody waits long for it. On PostgreSQL one statement writes all rows of a transaction;
SQLite takes them one by one, without a round trip.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Engine,
    Float,
    String,
    Update,
    and_,
    bindparam,
    case,
    collate,
    column,
    null,
    select,
    update,
)

from models.contact.known_effects import CONTACT
from models.model.account_rule import AccountRule
from models.model.reference import BANDS
from serve.store.bound_rows import bound_rows, recordset
from serve.store.id_list import bound, in_ids
from serve.store.ranking.account_ranking import rank_accounts
from serve.store.ranking.refreshing import Due, marks_of, some_at_once
from serve.store.tables import RANKING, RANKING_MARKS

UNFORESEEN: Final[Mapping[str, Any]] = {
    "trend": "not_enough_information",
    "trend_reason": None,
    "week_change": None,
    "band_falls_at": None,
}
"""What a row says of trend and forecast before they are computed."""
_FLOATS: Final = ("rank_key", "margin", "probability", "score", *CONTACT[:3])
NUMBERS: Final = (*_FLOATS, CONTACT[3], "band", "reasons")
"""The columns of a row that a model computes for one moment."""
_TYPES: Final[Mapping[str, Any]] = {CONTACT[3]: Boolean, **dict.fromkeys(_FLOATS, Float)}
_HOT: Final = BANDS[-1]


class Rescoring:
    """Writes the numbers of another model into the rankings of a database.

    Parameters
    ----------
    engine
        The database.
    rules
        How the leads of an account become one probability, by target.
    """

    def __init__(self, engine: Engine, rules: Mapping[str, AccountRule]) -> None:
        self._engine = engine
        self._rules = rules

    def write(
        self,
        numbers: Mapping[str, Mapping[str, Sequence[Any]]],
        due: Due,
        by: tuple[Mapping[str, str], int],
    ) -> int:
        """Write the numbers of leads into the rows that there are; no row is added or removed.

        Parameters
        ----------
        numbers
            By target: `lead_id` and `NUMBERS`, one list each, of the leads in the same order.
        due
            The leads as they were read.
        by
            The fingerprint of each target's model, and the moment as of which they are.

        Returns
        -------
        How many leads were written; the others have changed since they were read.
        """
        done, account = 0, due.accounts
        placed = {
            target: (columns, {one: n for n, one in enumerate(columns["lead_id"])})
            for target, columns in numbers.items()
        }
        ordered = sorted(due.marks, key=lambda one: (account.get(one) or "", one))
        for own in some_at_once({one: due.marks[one] for one in ordered}):
            with self._engine.begin() as connection:
                valid = _claimed(connection, own)
                done += len(valid)
                for target, (columns, place) in placed.items():
                    there = [place[one] for one in valid if one in place]
                    facts = {"of_target": target, "by": by[0][target], "at": by[1]}
                    _write(connection, _some(columns, there), facts)
                names = {name for one in valid if (name := account.get(one))}
                for target in numbers.keys() & self._rules.keys():
                    rank_accounts(connection, names, target, self._rules[target])
        return done


def _claimed(connection: Connection, marks: Mapping[str, int]) -> list[str]:
    """Increment the marks that are still those read; return their leads, by id.

    Until the transaction ends nobody else may write these leads. PostgreSQL does it in one
    statement, which locks in the order of the ids, as every writer does.
    """
    if connection.dialect.name == "postgresql":
        rows = [{"lead_id": one, "mark": mark} for one, mark in marks.items()]
        return sorted(connection.execute(_claiming(), bound_rows(rows)).scalars())
    now = marks_of(connection, list(marks))
    valid = sorted(one for one in marks if now.get(one) == marks[one])
    counted = update(RANKING_MARKS).values(mark=RANKING_MARKS.c.mark + 1)
    own = in_ids(connection.dialect.name, RANKING_MARKS.c.lead_id)
    connection.execute(counted.where(own), bound(connection, valid))
    return valid


@cache
def _claiming() -> Update:
    table = RANKING_MARKS.c
    read = recordset(column("lead_id", String), column("mark", BigInteger))
    still = and_(table.lead_id == read.c.lead_id, table.mark == read.c.mark)
    locked = select(table.lead_id).join(read, still).order_by(collate(table.lead_id, "C"))
    claimed = locked.with_for_update(of=RANKING_MARKS).subquery("claimed")
    counted = update(RANKING_MARKS).where(table.lead_id == claimed.c.lead_id)
    return counted.values(mark=table.mark + 1).returning(table.lead_id)


def _some(columns: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> dict[str, list[Any]]:
    return {name: [column[n] for n in rows] for name, column in columns.items()}


def _write(
    connection: Connection, columns: Mapping[str, Sequence[Any]], facts: Mapping[str, Any]
) -> None:
    if not columns["lead_id"]:
        return
    if connection.dialect.name == "postgresql":
        target = facts["of_target"]
        named = {**columns, "target": [target] * len(columns["lead_id"])}
        rows = [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]
        connection.execute(_together(), {**facts, **bound_rows(rows)})
        return
    names = [f"n_{name}" for name in columns]
    each = zip(*columns.values(), strict=True)
    connection.execute(
        _one_by_one(), [{**facts, **dict(zip(names, row, strict=True))} for row in each]
    )


@cache
def _together() -> Update:
    """Return the statement for PostgreSQL, which takes all rows as one JSON text.

    Each row names its target: a constant would let a table without statistics be read whole, by an
    index that begins with the target.
    """
    fresh = recordset(*(column(n, _TYPES.get(n, String)) for n in ("lead_id", "target", *NUMBERS)))
    return _updating({one.name: one for one in fresh.c})


@cache
def _one_by_one() -> Update:
    fresh: dict[str, Any] = {name: bindparam(f"n_{name}") for name in ("lead_id", *NUMBERS)}
    return _updating(fresh | {"target": bindparam("of_target")})


def _updating(fresh: Mapping[str, Any]) -> Update:
    """Return the statement; a lead that is newly hot became so at a moment not known yet."""
    row = RANKING.c
    stays = case((and_(fresh["band"] == _HOT, row.band != _HOT), null()), else_=row.crossed_at)
    values = {name: fresh[name] for name in NUMBERS} | dict(UNFORESEEN)
    written: dict[str, Any] = {"as_of": bindparam("at"), "model_fingerprint": bindparam("by")}
    own = and_(row.lead_id == fresh["lead_id"], row.target == fresh["target"])
    return update(RANKING).where(own).values(**values, **written, crossed_at=stays)
