"""Whom a provider of sign-ins means: e-mail addresses and subjects, each linked to one user.

Decided here: nobody is made a user by a provider; an administrator makes the user, with the role,
and links it. A subject counts before an e-mail address, since addresses pass from one person to
another; without a link, the user whose name equals the verified address signs in.
"""

from typing import Final

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from features.errors import BadRequest, Fault
from serve.store.engine import reading
from serve.store.people.tables_users import IDENTITIES, USERS
from serve.store.people.users import User, name_of, user_of_row

_LONGEST: Final = 400


class Identities:
    """The links in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, issuer: str, subject: str, email: str | None) -> User | None:
        """Return the user whom a provider means, if there is one who may sign in.

        Parameters
        ----------
        issuer
            The address of the provider.
        subject
            Its id of the person, which never passes to another.
        email
            The person's address; none if it may not be relied on.
        """
        links = [of_subject(issuer, subject), *([of_email(email)] if email else [])]
        with reading(self._engine).connect() as connection:
            query = select(IDENTITIES).where(IDENTITIES.c.identity.in_(links))
            named = {row.identity: row.user_id for row in connection.execute(query)}
            wanted = [named.get(link) for link in links]
            name = next((one for one in wanted if one), name_of(email) if email else None)
            row = connection.execute(select(USERS).where(USERS.c.user_id == name)).one_or_none()
        return None if row is None or row.disabled_at is not None else user_of_row(row)

    def link(self, user_id: str, identity: str) -> None:
        """Link an identity to a user.

        Parameters
        ----------
        user_id
            The name of the user.
        identity
            From `of_subject` or `of_email`.

        Raises
        ------
        BadRequest
            If there is no such user, or the identity is too long or another user's.
        """
        if len(identity) > _LONGEST:
            raise BadRequest([Fault("a long identity", f"at most {_LONGEST} signs", "shorten it")])
        row = {"identity": identity, "user_id": name_of(user_id)}
        with self._engine.begin() as connection:
            query = select(USERS.c.user_id).where(USERS.c.user_id == row["user_id"])
            if connection.execute(query).first() is None:
                raise BadRequest([Fault(f"user {user_id}", "a user", "see `mikomi user list`")])
            try:
                connection.execute(insert(IDENTITIES), [row])
            except IntegrityError as error:
                fault = Fault("an identity that is linked", "a new one", "mikomi user unlink")
                raise BadRequest([fault]) from error

    def unlink(self, user_id: str) -> int:
        """Remove all links of a user, and return how many there were."""
        of_user = IDENTITIES.c.user_id == name_of(user_id)
        with self._engine.begin() as connection:
            return connection.execute(delete(IDENTITIES).where(of_user)).rowcount


def of_subject(issuer: str, subject: str) -> str:
    """Return the identity of a provider's id of a person.

    Parameters
    ----------
    issuer
        The address of the provider.
    subject
        Its id of the person.
    """
    return f"subject {issuer} {subject}"


def of_email(email: str) -> str:
    """Return the identity of an e-mail address; its case does not matter.

    >>> of_email(" Sato@Example.JP ")
    'email sato@example.jp'
    """
    return f"email {name_of(email)}"
