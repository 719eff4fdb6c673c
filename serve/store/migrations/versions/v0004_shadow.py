"""What the challenger would have answered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
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


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("shadow_scores")
