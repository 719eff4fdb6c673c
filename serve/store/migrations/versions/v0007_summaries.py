"""Figures of pages that take long to compute."""

import sqlalchemy as sa
from alembic import op

revision = "v0007_summaries"
down_revision = "v0006_identities"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "summaries",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("target", sa.String(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", "target", name=op.f("pk_summaries")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("summaries")
