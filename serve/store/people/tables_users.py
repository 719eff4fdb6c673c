"""The tables of the people who sign in: users, sessions, browsers, attempts, links, visits.

Decided here: a session is stored as the hash of its token, so a copy of the database gives no
access.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table

from serve.store.tables import METADATA

USERS: Final = Table(
    "users",
    METADATA,
    Column("user_id", String, primary_key=True),
    Column("password_hash", String, nullable=False),
    Column("role", String, nullable=False),
    Column("owner_id", String),
    Column("display_name", String),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
)
SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("token_sha256", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
FAILURES: Final = Table(
    "sign_in_failures",
    METADATA,
    Column("subject", String, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
)
DEVICES: Final = Table(
    "devices",
    METADATA,
    Column("token_sha256", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.user_id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
)
IDENTITIES: Final = Table(
    "identities",
    METADATA,
    Column("identity", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.user_id"), nullable=False, index=True),
)
LAST_VISITS: Final = Table(
    "looks",
    METADATA,
    Column("user_id", String, primary_key=True),
    Column("page", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
