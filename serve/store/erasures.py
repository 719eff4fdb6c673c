"""The numbers of erasures: no answer under way keeps a person who was erased meanwhile.

Decided here: clocks decide nothing. Every erasure has a number; an answer carries the number that
its process knew when it began to read. The log takes an answer in one statement only while no later
erasure is committed; otherwise it is emptied of the persons erased since, before it is written.
Until then an erased id is stored as a salted hash. The hashes are deleted when this process has
known them for `FORGOTTEN_AFTER` seconds of its steady clock; an answer that began even earlier is
refused, as nobody knows whom it may name.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from serve.errors import ErasedMeanwhile
from serve.store.engine import reading
from serve.store.tables import METADATA
from serve.wire.receipt import UNREAD, Scoring

FORGOTTEN_AFTER: Final = 900.0
ERASURES: Final = Table(
    "erasures",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary),
    Column("digest", String),
)
"""One row for each recent erasure."""
_LAST: Final = select(func.coalesce(func.max(ERASURES.c.number), 0))
_FORGOTTEN: Final = _LAST.where(ERASURES.c.digest.is_(None))
_LOCK: Final = "LOCK TABLE receipts IN {} MODE"
_SALT_BYTES: Final = 16


class Erasures:
    """The numbers of erasures in a database.

    Parameters
    ----------
    engine
        Of the database.
    steady
        The steady clock, in seconds.
    """

    def __init__(self, engine: Engine, steady: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._steady = steady
        self._since = 0.0
        self._forgotten = 0  # up to this number
        self.known = UNREAD
        """The last number that this process knows."""

    def read(self) -> bool:
        """Read the last number; return whether it was new to this process."""
        with reading(self._engine).connect() as connection:
            number: int = connection.execute(_LAST).scalar_one()
        return self.learn(number)

    def learn(self, number: int) -> bool:
        """Know a number from now on; return whether it was new to this process."""
        is_new = number > self.known
        if is_new:
            self.known, self._since = number, self._steady()
        return is_new

    def forget(self) -> None:
        """Delete the hashes that this process has known for long."""
        known = self.known
        if known > self._forgotten and self._steady() - self._since >= FORGOTTEN_AFTER:
            with self._engine.begin() as connection:
                _forget(connection, known)
            self._forgotten = known

    def add(self, connection: Connection, lead_id: str) -> int:
        """Assign an erasure its number; until the transaction ends, no answer is logged.

        Parameters
        ----------
        connection
            In the transaction that erases.
        lead_id
            The normalised id.

        Returns
        -------
        The number, to be learned when it is committed.
        """
        _lock(connection, "SHARE ROW EXCLUSIVE")
        number: int = connection.execute(_LAST).scalar_one() + 1
        salt = secrets.token_bytes(_SALT_BYTES)
        row = {"number": number, "salt": salt, "digest": _digest(lead_id, salt)}
        connection.execute(insert(ERASURES), [row])
        return number

    def emptied(self, connection: Connection, scorings: Sequence[Scoring]) -> list[Scoring]:
        """Empty answers of the persons who were erased since they began.

        Parameters
        ----------
        connection
            In the transaction that writes them; until it ends, nobody is erased.
        scorings
            The answers to be logged.

        Returns
        -------
        The answers in the same order; those about an erased person have no lead and no answer.

        Raises
        ------
        ErasedMeanwhile
            If one began so long ago that the erasures since are no longer known.
        """
        _lock(connection, "ROW EXCLUSIVE")
        forgotten: int = connection.execute(_FORGOTTEN).scalar_one()
        begun = [forgotten if one.erasures == UNREAD else one.erasures for one in scorings]
        if min(begun) < forgotten:
            raise ErasedMeanwhile.of("an answer under way for long", "a newer one", "send it again")
        first = min(begun)
        query = select(ERASURES).where(ERASURES.c.number > first).order_by(ERASURES.c.number)
        rows = connection.execute(query).all()
        if rows:
            self.learn(rows[-1].number)
        return [
            _emptied(one, [row for row in rows if row.number > number])
            for one, number in zip(scorings, begun, strict=True)
        ]


def _forget(connection: Connection, number: int) -> None:
    """Delete hashes up to a number; the last of the rows stays, without its hash."""
    connection.execute(delete(ERASURES).where(ERASURES.c.number < number))
    nothing = {"salt": None, "digest": None}
    connection.execute(update(ERASURES).where(ERASURES.c.number == number).values(nothing))


def _lock(connection: Connection, mode: str) -> None:
    """Lock the log of answers in PostgreSQL; a writer of SQLite has locked everything already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_LOCK.format(mode))


def _emptied(one: Scoring, rows: Sequence[Any]) -> Scoring:
    if _names([one.lead_id], rows):
        nothing = {"lead_id": "", "input": None, "revisions": None, "answer": b""}
        return msgspec.structs.replace(one, **nothing)
    if one.revisions is not None and _names(one.revisions, rows):
        return msgspec.structs.replace(one, revisions=None)
    return one


def _names(lead_ids: Iterable[str], rows: Sequence[Any]) -> bool:
    ids = list(lead_ids)
    return any(_digest(one, row.salt) == row.digest for row in rows for one in ids)


def _digest(lead_id: str, salt: bytes) -> str:
    return hashlib.blake2b(lead_id.encode(), key=salt, digest_size=16).hexdigest()
