"""The log of answers: a receipt is added before its answer is sent, and read on request.

Decided here: a statement adds answers only if no person was erased since they began to read; see
`serve.store.erasures`.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Dialect, Engine, bindparam, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from features.errors import Fault
from features.reading.normalize import folded
from serve.errors import ErasedMeanwhile, NoReceipt, NoStore, PersonErased
from serve.store.engine import at_once, moment, reading, time_of
from serve.store.erasures import ERASURES, Erasures
from serve.store.file_watch import check_of
from serve.store.hang_guard import HangGuard
from serve.store.receipts.group_commit import GroupCommit
from serve.store.receipts.turn_commit import NoWaitConnection, TurnCommit
from serve.store.tables import FEEDBACK, RECEIPTS
from serve.wire.receipt import Scoring
from serve.wire.targets import DEFAULT

_OF_ITEMS: Final = (DataError, IntegrityError, UnicodeError, OverflowError, ErasedMeanwhile)
VERDICTS: Final = ("agreed", "wrong", "junk", "contacted")
_FIELDS: Final = tuple(one for one in Scoring.__struct_fields__ if one != "erasures")
_LARGE_BYTES: Final = 200_000
"""Larger inputs are not written in the event loop."""
_CACHED_SIZES: Final = 256
"""How many sizes of a batch have their statement cached."""


class AnswerVerdict(NamedTuple):
    """The verdict of a salesperson on an answer; never a label."""

    verdict: str
    note: str | None
    key_id: str | None


class Answering(msgspec.Struct, frozen=True):
    """Which model answered."""

    version: int | None
    fingerprint: str


class _Numbers(msgspec.Struct, frozen=True):
    probability: float
    score: float
    band: str
    cutoff: datetime
    model: Answering


_NUMBERS: Final = msgspec.json.Decoder(_Numbers)


class LoggedAnswer(msgspec.Struct, frozen=True):
    """A logged answer: when, to which kind of request, and its numbers."""

    receipt_id: str
    at: datetime
    kind: str
    probability: float
    score: float
    band: str
    cutoff: datetime
    model: Answering


class _Erased(Exception):
    """Somebody was erased since the answers began to read."""


_PASSED_ON: Final = (sqlite3.Error, SQLAlchemyError, OSError, NoStore, _Erased)
"""What the loop's own writing may meet; the thread beside it waits, empties, or refuses."""


class Receipts:
    """The log of answers in a database.

    Parameters
    ----------
    engine
        Of the database.
    erasures
        Its erasures, as this process knows them; missing means its own.
    guard
        Watches the database; missing means that callers wait for however long it takes.
    """

    def __init__(
        self,
        engine: Engine,
        erasures: Erasures | None = None,
        guard: HangGuard | None = None,
    ) -> None:
        self._engine = engine
        self._guard = guard
        self.is_failing = False
        """Whether the last answers could not be written."""
        self._erasures = erasures or Erasures(engine)
        self._lone = at_once(engine)
        self._commits: GroupCommit[Scoring] = GroupCommit(self._write, _OF_ITEMS)
        self._no_wait = NoWaitConnection(engine)
        is_sqlite = engine.dialect.name == "sqlite"
        turns = TurnCommit(self._write_in_loop, self._commits, _PASSED_ON)
        self._turns = turns if is_sqlite else self._commits

    @property
    def erasures(self) -> int:
        """The number of the last erasure that this process knows; read it before the lead."""
        return self._erasures.known

    async def append(self, scorings: Sequence[Scoring]) -> None:
        """Log scorings; they are committed when this returns."""
        if self._guard is not None:
            self._guard.check()
        large = sum(len(one.input or b"") for one in scorings) > _LARGE_BYTES
        written = (self._commits if large else self._turns).written(scorings)
        await (written if self._guard is None else self._guard.logged(written))

    def append_now(self, scorings: Sequence[Scoring]) -> None:
        """Log scorings from a thread; they are committed when this returns."""
        self._commits.put(scorings).result()

    def of(self, receipt_id: str) -> Scoring:
        """Return a logged scoring.

        Raises
        ------
        NoReceipt, PersonErased
            If there is none of this id, or its person was erased.
        """
        with reading(self._engine).connect() as connection:
            return scoring_of(_stored_row(connection, receipt_id))

    def answers(self, lead_id: str, most: int, target: str = DEFAULT) -> list[LoggedAnswer]:
        """Return at most `most` answers about a lead, the newest first.

        Parameters
        ----------
        lead_id
            The id of the lead; it is normalised here.
        most
            How many answers at most.
        target
            Whose answers; empty is the default.
        """
        query = select(RECEIPTS.c.receipt_id, RECEIPTS.c.at, RECEIPTS.c.kind, RECEIPTS.c.answer)
        query = query.where(
            RECEIPTS.c.lead_id == folded(lead_id),
            RECEIPTS.c.target == target,
            RECEIPTS.c.erased_at.is_(None),
        )
        with reading(self._engine).connect() as connection:
            rows = connection.execute(query.order_by(RECEIPTS.c.at.desc()).limit(most)).all()
        decoded = [(row, _NUMBERS.decode(row.answer)) for row in rows]
        return [
            LoggedAnswer(
                row.receipt_id, time_of(row.at), row.kind, **msgspec.structs.asdict(numbers)
            )
            for row, numbers in decoded
        ]

    def judge(self, receipt_id: str, verdict: AnswerVerdict, at: datetime) -> None:
        """Record a verdict on an answer.

        Parameters
        ----------
        receipt_id
            Of the answer.
        verdict
            The verdict, and who gave it.
        at
            The moment at which it was given.

        Raises
        ------
        NoReceipt, PersonErased
            If there is no such receipt, or its person was erased.
        """
        row = verdict._asdict() | {"receipt_id": receipt_id, "at": moment(at)}
        with self._engine.begin() as connection:
            _stored_row(connection, receipt_id, lock=True)
            connection.execute(insert(FEEDBACK), [row])

    def close(self) -> None:
        """Write what waits, then stop."""
        self._commits.close()
        self._no_wait.close()

    def _write(self, scorings: list[Scoring]) -> None:
        """Insert all in one statement, so that the thread waits for the interpreter once."""
        self.is_failing = True
        try:
            with self._lone.connect() as connection:
                done = connection.exec_driver_sql(*self._adding(scorings))
                check_of(connection)()
                _refuse_none(done.rowcount)
        except _Erased:
            self._write_emptied(scorings)
        except _OF_ITEMS:
            self.is_failing = False
            raise
        self.is_failing = False

    def _write_emptied(self, scorings: list[Scoring]) -> None:
        """Insert answers without the persons who were erased since they began."""
        with self._engine.begin() as connection:
            emptied = self._erasures.emptied(connection, scorings)
            connection.execute(insert(RECEIPTS), [_row(one) for one in emptied])
            gone = [
                {"of": new.receipt_id, "when": moment(new.at)}
                for old, new in zip(scorings, emptied, strict=True)
                if not new.answer and old.answer
            ]
            if gone:
                connection.execute(_ERASING, gone)

    def _write_in_loop(self, scorings: list[Scoring]) -> None:
        _refuse_none(self._no_wait.execute(*self._adding(scorings)))

    def _adding(self, scorings: list[Scoring]) -> tuple[str, tuple[Any, ...]]:
        """Return the statement that adds answers of one number, and its parameters."""
        begun = {one.erasures for one in scorings}
        if len(begun) > 1:
            raise _Erased
        values = [value for one in scorings for value in _row(one).values()]
        return _adding(self._lone.dialect, len(scorings)), (*values, begun.pop())


_ERASING: Final = (
    update(RECEIPTS)
    .where(RECEIPTS.c.receipt_id == bindparam("of"))
    .values(erased_at=bindparam("when"))
)


def _refuse_none(added: int) -> None:
    if not added:
        raise _Erased


def _stored_row(connection: Connection, receipt_id: str, *, lock: bool = False) -> dict[str, Any]:
    query = select(RECEIPTS).where(RECEIPTS.c.receipt_id == receipt_id)
    query = query.with_for_update(read=True) if lock else query
    row = None if "\0" in receipt_id else connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NoReceipt([Fault("no such receipt", "the id of an answer", "check the id")])
    if row["erased_at"] is not None:
        raise PersonErased(
            [Fault("an erased person", "a person that is kept", "ask about another")]
        )
    return dict(row)


@lru_cache(_CACHED_SIZES)
def _adding(dialect: Dialect, rows: int) -> str:
    """Return the statement that adds so many rows, if the last erasure has a given number.

    Its parameters are the values in the order of the fields, then the number.
    """
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in _FIELDS)
    marks = [_mark(dialect, RECEIPTS.c[name]) for name in _FIELDS]
    row, number = f"({', '.join(marks)})", _mark(dialect, ERASURES.c.number)
    return (
        f"INSERT INTO {quote(RECEIPTS.name)} ({names}) "  # noqa: S608 - names of ours
        f"SELECT * FROM (VALUES {', '.join([row] * rows)}) AS fresh "
        f"WHERE (SELECT coalesce(max(number), 0) FROM {quote(ERASURES.name)}) = {number}"
    )


def _mark(dialect: Dialect, column: Column[Any]) -> str:
    """Return the mark of a parameter; PostgreSQL needs its type, because values may be null."""
    return "?" if dialect.paramstyle == "qmark" else f"%s::{column.type.compile(dialect)}"


def _row(one: Scoring) -> dict[str, Any]:
    """Return the columns of an answer, in the order of the fields."""
    values = dict(zip(_FIELDS, msgspec.structs.astuple(one), strict=False))
    values["at"], values["cutoff"] = moment(one.at), moment(one.cutoff)
    if one.revisions is not None:
        values["revisions"] = msgspec.json.encode(one.revisions).decode()
    return values


def scoring_of(row: dict[str, Any]) -> Scoring:
    """Return the scoring of a row of the log."""
    del row["erased_at"]
    row["at"], row["cutoff"] = time_of(row["at"]), time_of(row["cutoff"])
    if row["revisions"] is not None:
        row["revisions"] = msgspec.json.decode(row["revisions"], type=dict[str, int])
    return Scoring(**row)
