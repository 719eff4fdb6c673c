"""What a user is called on the pages."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column."""
    op.add_column("users", sa.Column("display_name", sa.String()))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("users", "display_name")
