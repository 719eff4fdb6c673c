"""Which concept a lead's trend is owed to."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column."""
    op.add_column("ranking", sa.Column("trend_reason", sa.String()))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("ranking", "trend_reason")
