"""Users of the pages: their names, roles, passwords and sessions.

Decided here: a name is normalised and its case does not matter. A session ends when it expires, at
sign-out, and when its user is disabled or has a new role or password.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from features.errors import BadRequest, Fault
from features.reading.normalize import folded
from serve.store.engine import moment, reading
from serve.store.people.passwords import NO_PASSWORD, is_right, password_hash
from serve.store.people.tables_users import DEVICES, SESSIONS, USERS

ROLES: Final = ("sales", "marketing", "manager", "admin")
_LONGEST_NAME: Final = 200


class User(NamedTuple):
    """A person who may sign in; `owner_id` is the owner of their leads.

    The pages show `display_name`; without one, the id.
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

    def add(self, user: User, password: str | None, at: datetime) -> None:
        """Add a user.

        Parameters
        ----------
        user
            The new user; the name is normalised here.
        password
            In plain text; only its hash is stored. None: by a provider alone they sign in.
        at
            The moment of creation.

        Raises
        ------
        BadRequest
            If the name is taken, empty or too long, the role unknown, or the password too short.
        """
        name = _checked(user)
        row = {
            "user_id": name,
            "password_hash": password_hash(password, name) if password is not None else NO_PASSWORD,
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
            rows = connection.execute(select(USERS).order_by(USERS.c.user_id))
            return [user_of_row(row) for row in rows]

    def exist(self) -> bool:
        """Return whether a user was ever added."""
        with reading(self._engine).connect() as connection:
            return connection.execute(select(USERS.c.user_id).limit(1)).first() is not None

    def disable(self, user_id: str, at: datetime) -> None:
        """Disable a user from a moment on, and end their sessions.

        Parameters
        ----------
        user_id
            The name of the user.
        at
            The moment from which they are disabled.
        """
        self._change(user_id, disabled_at=moment(at))

    def enable(self, user_id: str) -> None:
        """Let a disabled user sign in again."""
        self._change(user_id, disabled_at=None)

    def set_role(self, user_id: str, role: str, owner_id: str | None) -> None:
        """Change what a user may do, and end their sessions.

        Parameters
        ----------
        user_id
            The name of the user.
        role
            One of `ROLES`.
        owner_id
            The owner of their leads; none for all leads.

        Raises
        ------
        BadRequest
            If there is no such user or role.
        """
        _checked(User(user_id, role, owner_id))
        self._change(user_id, role=role, owner_id=owner_id)

    def call(self, user_id: str, display_name: str) -> None:
        """Set the name that the pages show for a user; an empty one removes it.

        Parameters
        ----------
        user_id
            The name by which the user signs in.
        display_name
            The name to be shown.
        """
        named = USERS.c.user_id == name_of(user_id)
        with self._engine.begin() as connection:
            changed = update(USERS).where(named).values(display_name=_named(display_name))
            _refuse_none(connection.execute(changed).rowcount, user_id)

    def set_password(self, user_id: str, password: str) -> None:
        """Set the password of a user, and end the sessions begun with the old one.

        Parameters
        ----------
        user_id
            The name of the user.
        password
            In plain text; only its hash is stored.
        """
        self._change(user_id, password_hash=password_hash(password, name_of(user_id)))

    def _change(self, user_id: str, **values: Any) -> None:
        named = USERS.c.user_id == name_of(user_id)
        with self._engine.begin() as connection:
            done = connection.execute(update(USERS).where(named).values(values))
            for table in (SESSIONS, DEVICES):
                connection.execute(delete(table).where(table.c.user_id == name_of(user_id)))
        _refuse_none(done.rowcount, user_id)

    def known(self, user_id: str, password: str) -> User | None:
        """Return the user with this name and password, if there is one who may sign in.

        Parameters
        ----------
        user_id
            The name that was entered.
        password
            The password that was entered.
        """
        with reading(self._engine).connect() as connection:
            query = select(USERS).where(USERS.c.user_id == name_of(user_id))
            row = connection.execute(query).one_or_none()
        usable = row is not None and row.disabled_at is None
        right = is_right(password, row.password_hash if row is not None and usable else None)
        return user_of_row(row) if right else None

    def begin_session(self, user: User, at: datetime, lasts: timedelta) -> str:
        """Begin a session.

        Parameters
        ----------
        user
            Who signed in.
        at
            The moment at which it begins.
        lasts
            How long it lasts.

        Returns
        -------
        Its token, which cannot be read again.
        """
        token = secrets.token_urlsafe(32)
        row = {
            "token_sha256": token_hash(token),
            "user_id": user.user_id,
            "created_at": moment(at),
            "expires_at": moment(at + lasts),
        }
        with self._engine.begin() as connection:
            _delete_old(connection, at)
            connection.execute(insert(SESSIONS), [row])
        return token

    def of_session(self, token: str, at: datetime) -> User | None:
        """Return the user of a session; none if it is over at `at`.

        Parameters
        ----------
        token
            Of the session.
        at
            The present moment; a session is over at its end.
        """
        query = (
            select(USERS)
            .join(SESSIONS, SESSIONS.c.user_id == USERS.c.user_id)
            .where(SESSIONS.c.token_sha256 == token_hash(token))
            .where(SESSIONS.c.expires_at > moment(at), USERS.c.disabled_at.is_(None))
        )
        with reading(self._engine).connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else user_of_row(row)

    def end_session(self, token: str) -> None:
        """End a session."""
        with self._engine.begin() as connection:
            of_token = SESSIONS.c.token_sha256 == token_hash(token)
            connection.execute(delete(SESSIONS).where(of_token))


def name_of(text: str) -> str:
    """Return the name under which a user is stored.

    >>> name_of(" Ｓato ")
    'sato'
    """
    return folded(text).casefold()


def token_hash(token: str) -> str:
    """Return the hash by which a token is stored; it is random, so one SHA-256 protects it."""
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


def _refuse_none(changed: int, user_id: str) -> None:
    if changed != 1:
        raise BadRequest([Fault(f"user {user_id}", "a user", "see `mikomi user list`")])


def _named(text: str | None) -> str | None:
    return folded(text or "")[:_LONGEST_NAME] or None


def user_of_row(row: Any) -> User:
    """Return the user of a row of the table."""
    disabled = row.disabled_at is not None
    return User(row.user_id, row.role, row.owner_id, disabled, row.display_name)


def _delete_old(connection: Connection, at: datetime) -> None:
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at <= moment(at)))
