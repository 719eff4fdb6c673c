"""The people who sign in: who they are, what they may see, their sessions.

Decided here: a name is folded and its case does not matter. A session ends at its hour, at
sign-out, when its user is disabled or gets another password.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from features.errors import BadRequest, Fault
from features.records.normalize import folded
from serve.store.engine import moment, reading
from serve.store.people.passwords import is_right, password_hash
from serve.store.people.tables_users import SESSIONS, USERS

ROLES: Final = ("sales", "manager", "admin")
_LONGEST_NAME: Final = 200


class User(NamedTuple):
    """A person who may sign in; `owner_id` is whose leads are theirs.

    `display_name` is what the pages call them; without one they are called by their id.
    """

    user_id: str
    role: str
    owner_id: str | None
    disabled: bool = False
    display_name: str | None = None


class Users:
    """The users of a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, user: User, password: str, at: datetime) -> None:
        """Add a user.

        Raises
        ------
        BadRequest
            If the name is taken or none, the role unknown, or the password too short.
        """
        row = {
            "user_id": _checked(user),
            "password_hash": password_hash(password),
            "role": user.role,
            "owner_id": user.owner_id,
            "display_name": _named(user.display_name),
            "created_at": moment(at),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(USERS), [row])
        except IntegrityError as error:
            fault = Fault(f"a user {row['user_id']} already", "a new name", "choose another")
            raise BadRequest([fault]) from error

    def all(self) -> list[User]:
        """List the users by name, disabled ones included."""
        with reading(self._engine).connect() as connection:
            return [
                _user(row) for row in connection.execute(select(USERS).order_by(USERS.c.user_id))
            ]

    def exist(self) -> bool:
        """Tell whether a user was ever made."""
        with reading(self._engine).connect() as connection:
            return connection.execute(select(USERS.c.user_id).limit(1)).first() is not None

    def disable(self, user_id: str, at: datetime) -> None:
        """Let a user in no more, from now on."""
        self._change(user_id, disabled_at=moment(at))

    def call(self, user_id: str, display_name: str) -> None:
        """Call a user by another name on the pages; an empty one is taken away."""
        named = USERS.c.user_id == name_of(user_id)
        with self._engine.begin() as connection:
            changed = update(USERS).where(named).values(display_name=_named(display_name))
            _refuse_none(connection.execute(changed).rowcount, user_id)

    def set_password(self, user_id: str, password: str) -> None:
        """Give a user another password; whoever is signed in with the old one is no more."""
        self._change(user_id, password_hash=password_hash(password))

    def _change(self, user_id: str, **values: Any) -> None:
        named = USERS.c.user_id == name_of(user_id)
        with self._engine.begin() as connection:
            done = connection.execute(update(USERS).where(named).values(values))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == name_of(user_id)))
        _refuse_none(done.rowcount, user_id)

    def known(self, user_id: str, password: str) -> User | None:
        """Give the user of this name and password, if there is one who may sign in."""
        with reading(self._engine).connect() as connection:
            query = select(USERS).where(USERS.c.user_id == name_of(user_id))
            row = connection.execute(query).one_or_none()
        usable = row is not None and row.disabled_at is None
        right = is_right(password, row.password_hash if row is not None and usable else None)
        return _user(row) if right else None

    def begin_session(self, user: User, at: datetime, lasts: timedelta) -> str:
        """Begin a session; give its token, which is never seen again."""
        token = secrets.token_urlsafe(32)
        row = {
            "token_sha256": token_hash(token),
            "user_id": user.user_id,
            "created_at": moment(at),
            "expires_at": moment(at + lasts),
        }
        with self._engine.begin() as connection:
            _forget_old(connection, at)
            connection.execute(insert(SESSIONS), [row])
        return token

    def of_session(self, token: str, at: datetime) -> User | None:
        """Give the user of a session that is not over."""
        query = (
            select(USERS)
            .join(SESSIONS, SESSIONS.c.user_id == USERS.c.user_id)
            .where(SESSIONS.c.token_sha256 == token_hash(token))
            .where(SESSIONS.c.expires_at > moment(at), USERS.c.disabled_at.is_(None))
        )
        with reading(self._engine).connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _user(row)

    def end_session(self, token: str) -> None:
        """End a session."""
        with self._engine.begin() as connection:
            of_token = SESSIONS.c.token_sha256 == token_hash(token)
            connection.execute(delete(SESSIONS).where(of_token))


def name_of(said: str) -> str:
    """Give the name under which a user is kept.

    >>> name_of(" Ｓato ")
    'sato'
    """
    return folded(said).casefold()


def token_hash(token: str) -> str:
    """Give what is kept of a token; it is random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _checked(user: User) -> str:
    name, faults = name_of(user.user_id), []
    if not 0 < len(name) <= _LONGEST_NAME:
        faults.append(Fault(f"the name {user.user_id[:20]!r}", "a name", "give one"))
    if user.role not in ROLES:
        faults.append(Fault(f"role {user.role}", f"one of {', '.join(ROLES)}", "choose one"))
    if faults:
        raise BadRequest(faults)
    return name


def _refuse_none(found: int, user_id: str) -> None:
    if found != 1:
        raise BadRequest([Fault(f"user {user_id}", "a user", "see `mikomi user list`")])


def _named(said: str | None) -> str | None:
    return folded(said or "")[:_LONGEST_NAME] or None


def _user(row: Any) -> User:
    disabled = row.disabled_at is not None
    return User(row.user_id, row.role, row.owner_id, disabled, row.display_name)


def _forget_old(connection: Connection, at: datetime) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= moment(at)))
