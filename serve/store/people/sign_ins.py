"""Failed attempts to sign in, and the locks that follow them.

Decided here: an attempt is counted before the password is verified, so concurrent attempts count as
well; a correct password resets the count of its name. More than five attempts for one name, or
twenty from one address, lock it for fifteen minutes from the first of them. A correct password does
not open a lock.
"""

import math
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from features.errors import Fault
from serve.errors import LockedOut
from serve.store.engine import moment
from serve.store.people.tables_users import FAILURES

LOCKED: Final = timedelta(minutes=15)
ATTEMPTS_NAME: Final = 5
ATTEMPTS_ADDRESS: Final = 20
_SECONDS_PER_MINUTE: Final = 60


class SignIns:
    """Counts the attempts to sign in, in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def attempt(self, name: str, address: str, at: datetime) -> None:
        """Count an attempt.

        Parameters
        ----------
        name
            By which the user signs in.
        address
            Of the client.
        at
            The moment of the attempt.

        Raises
        ------
        LockedOut
            If there were too many for this name or from this address.
        """
        with self._engine.begin() as connection:
            _delete_old(connection, at)
            limits = ((_of_name(name), ATTEMPTS_NAME), (f"address {address}", ATTEMPTS_ADDRESS))
            waits = [_counted(connection, subject, most, at) for subject, most in limits]
        wait = max(waits)
        if wait > timedelta(0):
            minutes = math.ceil(wait.total_seconds() / _SECONDS_PER_MINUTE)
            error = LockedOut([Fault("too many attempts", "fewer", f"wait {minutes} minutes")])
            error.minutes = minutes
            raise error

    def succeeded(self, name: str, address: str) -> None:
        """Reset the count of a name, and take one attempt off its address.

        Parameters
        ----------
        name
            By which the user signed in.
        address
            Of the client.
        """
        of_address = (FAILURES.c.subject == f"address {address}") & (FAILURES.c.attempts > 0)
        with self._engine.begin() as connection:
            connection.execute(delete(FAILURES).where(FAILURES.c.subject == _of_name(name)))
            once_less = update(FAILURES).where(of_address).values(attempts=FAILURES.c.attempts - 1)
            connection.execute(once_less)


def _of_name(name: str) -> str:
    return f"name {name[:200]}"


def _counted(connection: Connection, subject: str, most: int, at: datetime) -> timedelta:
    """Count one attempt of a subject and return how long it is locked."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(FAILURES).values(subject=subject, attempts=1, first_at=moment(at))
    again = added.on_conflict_do_update(
        index_elements=["subject"], set_={"attempts": FAILURES.c.attempts + 1}
    )
    connection.execute(again)
    row = connection.execute(select(FAILURES).where(FAILURES.c.subject == subject)).one()
    over = timedelta(microseconds=row.first_at - moment(at)) + LOCKED
    return over if row.attempts > most else timedelta(0)


def _delete_old(connection: Connection, at: datetime) -> None:
    connection.execute(delete(FAILURES).where(FAILURES.c.first_at <= moment(at - LOCKED)))
