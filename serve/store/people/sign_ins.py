"""Failed attempts to sign in, and the delays that follow them.

Decided here: nobody is locked out by the guesses of others. An attempt is counted before the
password is verified, so concurrent attempts count as well. A browser that has signed in before
holds a cookie, and its attempts are counted by themselves. From other browsers the attempts for a
name from one address are delayed, ever longer; those for a name from anywhere, and those from one
address for any name, by seconds only. A refused attempt is not counted. Delays run from the last
attempt; if the clock was set back since, from the next one.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from features.errors import Fault
from serve.errors import LockedOut
from serve.store.engine import moment
from serve.store.people.tables_users import FAILURES

FORGOTTEN: Final = timedelta(hours=1)
"""Attempts are forgotten when there was none for so long."""
_SECOND: Final = 1_000_000


class Delays(NamedTuple):
    """How long the next attempt has to wait: nothing at first, then twice as long each time."""

    free: int
    longest_seconds: int

    def after(self, attempts: int) -> int:
        """Return the delay after so many attempts, in microseconds.

        >>> [Delays(5, 900).after(n) // 1_000_000 for n in (4, 5, 6, 7, 99)]
        [0, 1, 2, 4, 900]
        """
        over = attempts - self.free
        return 0 if over < 0 else min(2 ** min(over, 30), self.longest_seconds) * _SECOND


OWN: Final = Delays(5, 900)
"""For one name: from one address, or from one browser that has signed in before."""
ANYWHERE: Final = Delays(20, 5)
"""For one name from all other browsers, and from one address for all names."""


class SignIns:
    """Counts the attempts to sign in, in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def attempt(self, name: str, address: str, at: datetime, device: str | None = None) -> None:
        """Count an attempt.

        Parameters
        ----------
        name
            By which the user signs in.
        address
            Of the client.
        at
            The moment of the attempt.
        device
            The hash of the browser's cookie, if it has signed in as this user before.

        Raises
        ------
        LockedOut
            If it has to wait.
        """
        now, subjects = moment(at), _subjects(name, address, device)
        with self._engine.begin() as connection:
            oldest = moment(at - FORGOTTEN)
            connection.execute(delete(FAILURES).where(FAILURES.c.last_at <= oldest))
            rows = [_locked(connection, subject, now) for subject in subjects]
            wait = max(
                delays.after(row.attempts) - (now - row.last_at)
                for row, delays in zip(rows, subjects.values(), strict=True)
            )
            if wait <= 0:
                _count(connection, list(subjects), now)
        if wait > 0:
            seconds = -(-wait // _SECOND)
            error = LockedOut([Fault("too many attempts", "fewer", f"wait {seconds} seconds")])
            error.seconds = seconds
            raise error

    def succeeded(self, name: str, address: str, device: str | None = None) -> None:
        """Reset the count of this browser or address for a name, and take one off the others.

        Parameters
        ----------
        name
            By which the user signed in.
        address
            Of the client.
        device
            As at the attempt.
        """
        own, *others = _subjects(name, address, device)
        with self._engine.begin() as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.subject == own))
            of_others = FAILURES.c.subject.in_(others) & (FAILURES.c.attempts > 0)
            once_less = update(FAILURES).where(of_others).values(attempts=FAILURES.c.attempts - 1)
            connection.execute(once_less)


def _subjects(name: str, address: str, device: str | None) -> dict[str, Delays]:
    """Return what an attempt is counted under, in one order, so that writers cannot deadlock."""
    name = name[:200]
    if device is not None:
        return {f"device {device} {name}": OWN}
    own, anywhere = f"both {address} {name}", f"name {name}"
    return {own: OWN, f"address {address}": ANYWHERE, anywhere: ANYWHERE}


def _locked(connection: Connection, subject: str, now: int) -> Any:
    """Return the row of a subject, locked; its moment is not later than now."""
    fresh = {"subject": subject, "attempts": 0, "last_at": now}
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(dialect.insert(FAILURES).values(fresh).on_conflict_do_nothing())
    query = select(FAILURES).where(FAILURES.c.subject == subject).with_for_update()
    row = connection.execute(query).one()
    if row.last_at > now:
        later = update(FAILURES).where(FAILURES.c.subject == subject).values(last_at=now)
        connection.execute(later)
        row = connection.execute(query).one()
    return row


def _count(connection: Connection, subjects: list[str], now: int) -> None:
    of_all = FAILURES.c.subject.in_(subjects)
    counted = {"attempts": FAILURES.c.attempts + 1, "last_at": now}
    connection.execute(update(FAILURES).where(of_all).values(counted))
