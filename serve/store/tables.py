"""The tables of the store.

Decided here: a moment is an integer, microseconds since 1970-01-01 UTC, exact in every database.
Receipts are only ever added; erasing a person empties `input` and `answer`, and the row stays. What
belongs to a target names it in `target`; see `serve.wire.targets`.
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

from serve.wire.targets import DEFAULT

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
    Column("account_id", String),
    Column("owner_id", String),
    Column("attributes", JSON, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
LEAD_DISPLAY: Final = Table(
    "lead_display",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("shown", JSON, nullable=False),
    Column("searched", Text, nullable=False),
    Index("ix_lead_display_searched", "searched", "lead_id").ddl_if(dialect="sqlite"),
)
"""Names and ways to reach a person: shown and searched, never scored; see `leads.display`."""
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
    Column("reason", Text),
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
RANKING: Final = Table(
    "ranking",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("target", String, primary_key=True, server_default=DEFAULT),
    Column("rank_key", Float, nullable=False),
    Column("margin", Float),
    Column("probability", Float, nullable=False),
    *(Column(f"contact_value{end}", Float) for end in ("", "_low", "_high")),
    Column("call_helps", Boolean),
    Column("score", Float, nullable=False),
    Column("band", String, nullable=False),
    Column("trend", String, nullable=False),
    Column("trend_reason", String),
    Column("week_change", Float),
    Column("standing", String, nullable=False, server_default="call"),
    Column("owner_id", String),
    Column("source", String),
    Column("account_id", String),
    Column("attributes", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_activity_at", BigInteger),
    Column("last_activity_type", String),
    Column("woke_up_at", BigInteger),
    Column("interest", String),
    Column("topic", String),
    Column("crossed_at", BigInteger),
    Column("band_falls_at", BigInteger),
    Column("as_of", BigInteger, nullable=False),
    Column("model_fingerprint", String, nullable=False),
)
"""The open leads as they were last scored for each target; `rank_key` is the negated margin, the
hottest first, or the negated contact value where leads are ranked by that. No `margin` (a row of an
earlier version) means the negated `rank_key`. Its indexes are in `ranking_indexes`."""
STANDINGS: Final = Table(
    "standings",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("standing", String, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    Column("deals", Text, nullable=False),
    Column("owner_id", String),
    Column("source", String),
    Column("attributes", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_activity_at", BigInteger),
    Column("last_activity_type", String),
    Column("woke_up_at", BigInteger),
    Index("ix_standings_standing", "standing", "moved_at", "lead_id", "owner_id", "woke_up_at"),
    Index("ix_standings_created_at", "created_at", "source", "owner_id", "standing"),
)
"""Every lead, open or not: in which of the lists it is, since when, and its deals; written with the
ranking. `ranking.standing` is a copy, by which its leads are selected."""
LEAD_WORK: Final = Table(
    "lead_work",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String),
    Column("until", BigInteger, index=True),
    Column("result", String),
    Column("note", Text),
)
"""What people last did with a lead; until `until` it is set aside. `version` is the last step."""
LEAD_STEPS: Final = Table(
    "lead_steps",
    METADATA,
    Column("step_id", Integer, primary_key=True),
    Column("lead_id", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String),
    Column("until", BigInteger),
    Column("result", String),
    Column("note", Text),
    Column("owner_before", String),
    Column("owner_id", String),
    Column("before", Text),
    Column("undone_at", BigInteger),
    Index("ix_lead_steps_kind_at", "kind", "at"),
)
"""What people did with leads; only ever added to. `before` is the row of `lead_work` until then."""
RANKING_MARKS: Final = Table(
    "ranking_marks",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("mark", BigInteger, nullable=False),
    Column("model_fingerprint", String),
)
"""The moment from which each lead may score differently than it is ranked, for whatever target; 0
once it has changed. `model_fingerprint` names the models of all targets that ranked it.
`mark` counts the writes of a row, so that a refresher that read an older state writes nothing."""
RECEIPTS: Final = Table(
    "receipts",
    METADATA,
    Column("receipt_id", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("lead_id", String, nullable=False, index=True),
    Column("key_id", String),
    Column("kind", String, nullable=False),
    Column("target", String, nullable=False, server_default=DEFAULT),
    Column("model_version", Integer),
    Column("model_fingerprint", String, nullable=False),
    Column("cutoff", BigInteger, nullable=False),
    Column("feature_sha256", String, nullable=False),
    Column("language", String, nullable=False),
    Column("input", LargeBinary),
    Column("revisions", Text),
    Column("answer", LargeBinary),
    Column("limits_id", Integer),
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
SHADOW_SCORES: Final = Table(
    "shadow_scores",
    METADATA,
    Column("receipt_id", String, ForeignKey("receipts.receipt_id"), primary_key=True),
    Column("model_fingerprint", String, primary_key=True),
    Column("model_version", Integer),
    Column("at", BigInteger, nullable=False),
    Column("probability", Float, nullable=False),
    Column("champion_probability", Float, nullable=False),
)
WORKED_LISTS: Final = Table(
    "worked_lists",
    METADATA,
    Column("lead_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("week", BigInteger, primary_key=True),
    Column("target", String, primary_key=True, server_default=DEFAULT),
    Column("at", BigInteger, nullable=False),
    Column("chosen_by", String, nullable=False),
    Column("probability", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("model_fingerprint", String, nullable=False),
)
"""The leads that users were shown to contact in a week; `chosen_by` is `rank` or `lot`."""
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
    Column("who", String),
    Column("lead_id", String, index=True),
)
"""What was done, by whom (`user:` and an id, or the id of a key) and to which lead; the erasure of
a lead empties its `lead_id`."""
