"""Names of leads, apart from everything that is scored."""

import sqlalchemy as sa
from alembic import op

revision = "v0002_sales_day"
down_revision = "v0001"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "lead_display",
        sa.Column("lead_id", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_display")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("lead_display")
