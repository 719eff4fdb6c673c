"""Why deals were lost.

Every lead is marked as due, so that its deals have their stages and reasons at the next refresh.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0005_reasons"
down_revision = "v0004_team"


def upgrade() -> None:
    """Add the reason of an outcome."""
    op.add_column("outcomes", sa.Column("reason", sa.Text(), nullable=True))
    op.execute("update ranking_marks set due_at = 0")


def downgrade() -> None:
    """Remove it."""
    op.drop_column("outcomes", "reason")
