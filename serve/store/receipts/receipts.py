"""The log of answers: a receipt is added before its answer is sent, and read on request."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Dialect, Engine, insert, select
from sqlalchemy.exc import DataError, IntegrityError

from features.errors import Fault
from features.reading.normalize import folded
from serve.errors import NoReceipt, PersonErased
from serve.store.engine import at_once, moment, reading, time_of
from serve.store.receipts.group_commit import GroupCommit
from serve.store.receipts.turn_commit import NoWaitConnection, TurnCommit
from serve.store.tables import FEEDBACK, RECEIPTS
from serve.wire.receipt import Scoring
from serve.wire.targets import DEFAULT

_OF_ITEMS: Final = (DataError, IntegrityError, UnicodeError, OverflowError)
VERDICTS: Final = ("agreed", "wrong", "junk", "contacted")
_FIELDS: Final = Scoring.__struct_fields__
_AT, _CUTOFF, _REVISIONS = (_FIELDS.index(name) for name in ("at", "cutoff", "revisions"))
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


class Receipts:
    """The log of answers in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lone = at_once(engine)
        self._commits: GroupCommit[Scoring] = GroupCommit(self._write, _OF_ITEMS)
        self._no_wait = NoWaitConnection(engine)
        is_sqlite = engine.dialect.name == "sqlite"
        self._turns = TurnCommit(self._write_in_loop, self._commits) if is_sqlite else self._commits

    async def append(self, scorings: Sequence[Scoring]) -> None:
        """Log scorings; they are committed when this returns."""
        await self._turns.written(scorings)

    def append_now(self, scorings: Sequence[Scoring]) -> None:
        """Log scorings from a thread; they are committed when this returns."""
        self._commits.put(scorings).result()

    def of(self, receipt_id: str) -> Scoring:
        """Return a logged scoring.

        Raises
        ------
        NoReceipt, Erased
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
        with self._lone.connect() as connection:
            connection.exec_driver_sql(*self._adding(scorings))

    def _write_in_loop(self, scorings: list[Scoring]) -> None:
        self._no_wait.execute(*self._adding(scorings))

    def _adding(self, scorings: list[Scoring]) -> tuple[str, tuple[Any, ...]]:
        statement = _adding(self._lone.dialect, len(scorings))
        return statement, tuple(value for one in scorings for value in _values(one))


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
    """Return the statement that inserts so many rows; its parameters are in the order of fields."""
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in _FIELDS)
    mark = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join([mark] * len(_FIELDS))})"
    return f"INSERT INTO {quote(RECEIPTS.name)} ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - names of ours


def _values(one: Scoring) -> tuple[Any, ...]:
    values = list(msgspec.structs.astuple(one))
    values[_AT], values[_CUTOFF] = moment(one.at), moment(one.cutoff)
    if one.revisions is not None:
        values[_REVISIONS] = msgspec.json.encode(one.revisions).decode()
    return tuple(values)


def scoring_of(row: dict[str, Any]) -> Scoring:
    """Return the scoring of a row of the log."""
    del row["erased_at"]
    row["at"], row["cutoff"] = time_of(row["at"]), time_of(row["cutoff"])
    if row["revisions"] is not None:
        row["revisions"] = msgspec.json.decode(row["revisions"], type=dict[str, int])
    return Scoring(**row)
