"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None

_TABLES = (
    *("audit", "api_keys", "looks", "sign_in_failures", "sessions", "users"),
    *("worked_lists", "ranking_marks", "ranking", "shadow_scores", "feedback", "receipts"),
    *("attribute_changes", "outcomes", "activities", "accounts", "leads"),
)
"""In the order in which they can be dropped."""


def upgrade() -> None:
    """Create the tables and their indexes."""
    _leads()
    _facts()
    _receipts()
    _about_receipts()
    _ranking()
    _ranking_indexes()
    _refreshing()
    _users()
    _visits()
    _keys()


def downgrade() -> None:
    """Drop the tables, and with them their indexes."""
    for name in _TABLES:
        op.drop_table(name)


def _leads() -> None:
    op.create_table(
        "leads",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_leads")),
    )
    op.create_index(op.f("ix_leads_account_id"), "leads", ["account_id"])
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
    )


def _facts() -> None:
    op.create_table(
        "activities",
        sa.Column("activity_id", sa.String(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("activity_type", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("dwell_seconds", sa.Float(), nullable=True),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_activities")),
    )
    op.create_index("ix_activities_lead_id_occurred_at", "activities", ["lead_id", "occurred_at"])
    op.create_table(
        "outcomes",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("deal_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint(
            "lead_id", "deal_id", "outcome", "occurred_at", name=op.f("pk_outcomes")
        ),
    )
    op.create_table(
        "attribute_changes",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("attribute", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_attribute_changes")),
    )
    op.create_index(op.f("ix_attribute_changes_lead_id"), "attribute_changes", ["lead_id"])


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("model_fingerprint", sa.String(), nullable=False),
        sa.Column("cutoff", sa.BigInteger(), nullable=False),
        sa.Column("feature_sha256", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("input", sa.LargeBinary(), nullable=True),
        sa.Column("revisions", sa.Text(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("erased_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_lead_id"), "receipts", ["lead_id"])


def _about_receipts() -> None:
    op.create_table(
        "feedback",
        sa.Column("feedback_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.receipt_id"], name=op.f("fk_feedback_receipt_id")
        ),
        sa.PrimaryKeyConstraint("feedback_id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_receipt_id"), "feedback", ["receipt_id"])
    op.create_table(
        "shadow_scores",
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("model_fingerprint", sa.String(), nullable=False),
        sa.Column("model_version", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("champion_probability", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.receipt_id"], name=op.f("fk_shadow_scores_receipt_id")
        ),
        sa.PrimaryKeyConstraint("receipt_id", "model_fingerprint", name=op.f("pk_shadow_scores")),
    )


def _ranking() -> None:
    op.create_table(
        "ranking",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("rank_key", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("trend", sa.String(), nullable=False),
        sa.Column("trend_reason", sa.String(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_activity_at", sa.BigInteger(), nullable=True),
        sa.Column("last_activity_type", sa.String(), nullable=True),
        sa.Column("woke_up_at", sa.BigInteger(), nullable=True),
        sa.Column("crossed_at", sa.BigInteger(), nullable=True),
        sa.Column("band_falls_at", sa.BigInteger(), nullable=True),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("model_fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "target", name=op.f("pk_ranking")),
    )


def _ranking_indexes() -> None:
    order = ["rank_key", "lead_id"]
    op.create_index("ix_ranking_rank_key", "ranking", ["target", *order])
    op.create_index("ix_ranking_band", "ranking", ["target", "band", *order])
    op.create_index("ix_ranking_owner_id", "ranking", ["target", "owner_id", *order])
    op.create_index("ix_ranking_source", "ranking", ["target", "source", *order, "band"])
    for name in ("crossed_at", "woke_up_at"):
        known = sa.column(name).is_not(None)
        op.create_index(
            f"ix_ranking_{name}",
            "ranking",
            ["target", name],
            postgresql_where=known,
            sqlite_where=known,
        )
    if op.get_bind().dialect.name == "sqlite":
        columns = ["target", *order, "band", "owner_id", "source"]
        columns += ["created_at", "crossed_at", "woke_up_at", "searched", "attributes"]
        op.create_index("ix_ranking_narrowing", "ranking", columns)


def _refreshing() -> None:
    op.create_table(
        "ranking_marks",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("model_fingerprint", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_ranking_marks")),
    )
    op.create_index(op.f("ix_ranking_marks_due_at"), "ranking_marks", ["due_at"])
    op.create_table(
        "worked_lists",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("week", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("model_fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "lead_id", "user_id", "week", "target", name=op.f("pk_worked_lists")
        ),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("owner_id", sa.String(), nullable=True),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_users")),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])


def _visits() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "looks",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "page", name=op.f("pk_looks")),
    )


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
