"""Browsers that have signed in before, each by the hash of its cookie.

Decided here: a cookie counts for one user; it says nothing about who is signed in, and only keeps
the guesses of others from delaying its user.
"""

import secrets
from datetime import datetime

from sqlalchemy import Engine, insert, select

from serve.store.engine import moment, reading
from serve.store.people.tables_users import DEVICES
from serve.store.people.users import name_of, token_hash


class Devices:
    """The browsers in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, token: str | None, user_id: str) -> str | None:
        """Return the hash of a browser's cookie, if it has signed in as this user before.

        Parameters
        ----------
        token
            The value of the cookie; none if there is none.
        user_id
            The name that was entered.
        """
        if not token:
            return None
        hashed = token_hash(token)
        of_both = (DEVICES.c.token_sha256 == hashed) & (DEVICES.c.user_id == name_of(user_id))
        with reading(self._engine).connect() as connection:
            row = connection.execute(select(DEVICES.c.user_id).where(of_both)).first()
        return None if row is None else hashed

    def add(self, user_id: str, at: datetime) -> str:
        """Add the browser of a user who has just signed in, and return its new cookie.

        Parameters
        ----------
        user_id
            The user.
        at
            The moment.
        """
        token = secrets.token_urlsafe(32)
        row = {"token_sha256": token_hash(token), "user_id": user_id, "at": moment(at)}
        with self._engine.begin() as connection:
            connection.execute(insert(DEVICES), [row])
        return token
