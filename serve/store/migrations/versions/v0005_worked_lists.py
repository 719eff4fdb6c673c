"""Who stood on which list of the week, by rank or by lot."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "worked_lists",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("week", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("model_fingerprint", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", "user_id", "week", name=op.f("pk_worked_lists")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("worked_lists")
