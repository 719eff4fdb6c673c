"""The tables of the store.

Decided here: a moment is an integer, microseconds since 1970-01-01 UTC, exact in every database.
Receipts are only ever added; erasing a person empties `input` and `answer`, and keeps the line.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

LEADS: Final = Table(
    "leads",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("known", Boolean, nullable=False),
    Column("created_at", BigInteger),
    Column("known_at", BigInteger),
    Column("account_id", String, index=True),
    Column("owner_id", String),
    Column("attributes", JSON, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
ACCOUNTS: Final = Table(
    "accounts",
    METADATA,
    Column("account_id", String, primary_key=True),
    Column("known_at", BigInteger),
    Column("attributes", JSON, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
ACTIVITIES: Final = Table(
    "activities",
    METADATA,
    Column("activity_id", String, primary_key=True),
    Column("lead_id", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("activity_type", String, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("topic", String),
    Column("direction", String),
    Column("actor", String),
    Column("text", Text),
    Column("dwell_seconds", Float),
    Column("amount", Float),
    Index("ix_activities_lead_id_occurred_at", "lead_id", "occurred_at"),
)
OUTCOMES: Final = Table(
    "outcomes",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("deal_id", String, primary_key=True),
    Column("outcome", String, primary_key=True),
    Column("occurred_at", BigInteger, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("amount", Float),
)
CHANGES: Final = Table(
    "attribute_changes",
    METADATA,
    Column("change_id", Integer, primary_key=True),
    Column("lead_id", String, nullable=False, index=True),
    Column("revision", BigInteger, nullable=False),
    Column("attribute", String, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("value", Text),
)
RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    Column("receipt_id", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("lead_id", String, nullable=False, index=True),
    Column("key_id", String),
    Column("kind", String, nullable=False),
    Column("model_version", Integer),
    Column("model_fingerprint", String, nullable=False),
    Column("cutoff", BigInteger, nullable=False),
    Column("feature_sha256", String, nullable=False),
    Column("language", String, nullable=False),
    Column("input", LargeBinary),
    Column("revisions", Text),
    Column("answer", LargeBinary),
    Column("erased_at", BigInteger),
)
FEEDBACK: Final = Table(
    "feedback",
    METADATA,
    Column("feedback_id", Integer, primary_key=True),
    Column("receipt_id", String, ForeignKey("receipts.receipt_id"), nullable=False, index=True),
    Column("verdict", String, nullable=False),
    Column("note", Text),
    Column("at", BigInteger, nullable=False),
    Column("key_id", String),
)
API_KEYS: Final = Table(
    "api_keys",
    METADATA,
    Column("key_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("per_minute", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("audit_id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("what", String, nullable=False),
    Column("counts", JSON, nullable=False),
)
