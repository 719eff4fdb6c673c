"""The ranking, and the marks that keep it fresh; every kept lead is due."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ORDER = ("rank_key", "lead_id")


def upgrade() -> None:
    """Make the tables and mark the leads."""
    op.create_table(
        "ranking",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("rank_key", sa.Float(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("trend", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_ranking")),
    )
    for first in ("", "band", "owner_id"):
        columns = [first, *_ORDER] if first else list(_ORDER)
        op.create_index(f"ix_ranking_{'_'.join(columns)}", "ranking", columns, unique=False)
    op.create_table(
        "ranking_marks",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("model_fingerprint", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_ranking_marks")),
    )
    op.create_index(op.f("ix_ranking_marks_due_at"), "ranking_marks", ["due_at"], unique=False)
    op.execute(
        "insert into ranking_marks (lead_id, due_at, mark) select lead_id, 0, 0 from leads"
        " where known"
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("ranking_marks")
    op.drop_table("ranking")
