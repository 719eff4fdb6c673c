"""API keys in the database: created, listed, revoked; stored only as hashes."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, insert, select, update

from features.errors import BadRequest, Fault
from serve.store.engine import moment, reading
from serve.store.people.keys import SCOPES, key_hash, new_key
from serve.store.tables import API_KEYS


class Key(NamedTuple):
    """A stored key; `per_minute` limits its requests."""

    key_id: str
    name: str
    sha256: str
    scopes: frozenset[str]
    per_minute: int
    created_at: int
    revoked_at: int | None


class ApiKeys:
    """The keys in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(
        self, name: str, scopes: frozenset[str], per_minute: int, at: datetime
    ) -> tuple[str, str]:
        """Create a key.

        Parameters
        ----------
        name
            Of who will use it.
        scopes
            What it allows, some of `SCOPES`.
        per_minute
            How many requests a minute it allows.
        at
            The moment of creation.

        Returns
        -------
        Its id, and the key itself, which cannot be read again.

        Raises
        ------
        BadRequest
            If it has no name, a scope is unknown, or nothing would be allowed.
        """
        if not name.strip():
            raise BadRequest.of("a key without a name", "a name", "name who will use it")
        unknown = ", ".join(sorted(scopes - SCOPES))
        if unknown or not scopes or per_minute < 1:
            observed = f"scopes {unknown or 'none'}, {per_minute} a minute"
            expected = f"some of {', '.join(sorted(SCOPES))}, and at least 1 a minute"
            raise BadRequest([Fault(observed, expected, "correct the command")])
        key, key_id = new_key(), secrets.token_hex(4)
        row = {
            "key_id": key_id,
            "name": name,
            "sha256": key_hash(key),
            "scopes": " ".join(sorted(scopes)),
            "per_minute": per_minute,
            "created_at": moment(at),
        }
        with self._engine.begin() as connection:
            connection.execute(insert(API_KEYS), [row])
        return key_id, key

    def all(self) -> list[Key]:
        """List the keys, revoked ones included, oldest first."""
        with reading(self._engine).connect() as connection:
            rows = connection.execute(select(API_KEYS).order_by(API_KEYS.c.created_at)).all()
        return [Key(*row)._replace(scopes=frozenset(row.scopes.split())) for row in rows]

    def revoke(self, key_id: str, at: datetime) -> None:
        """Revoke a key for ever.

        Parameters
        ----------
        key_id
            Of the key.
        at
            The moment of revocation.

        Raises
        ------
        BadRequest
            If there is no such key, or it was revoked already.
        """
        still = (API_KEYS.c.key_id == key_id) & API_KEYS.c.revoked_at.is_(None)
        with self._engine.begin() as connection:
            done = connection.execute(update(API_KEYS).where(still).values(revoked_at=moment(at)))
        if done.rowcount != 1:
            raise BadRequest([Fault(f"key {key_id}", "a key in use", "see `mikomi key list`")])
