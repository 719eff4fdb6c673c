"""Indexes of what waits to be handed over."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_COLUMNS = ("crossed_at", "woke_up_at")


def upgrade() -> None:
    """Index the leads that ever became hot, and those that ever woke up."""
    for name in _COLUMNS:
        there = sa.column(name).is_not(None)
        op.create_index(
            f"ix_ranking_{name}", "ranking", [name], postgresql_where=there, sqlite_where=there
        )


def downgrade() -> None:
    """Drop the indexes."""
    for name in _COLUMNS:
        op.drop_index(f"ix_ranking_{name}")
