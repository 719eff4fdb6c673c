"""What a contact adds to the probability of a ranked lead, with its range."""

import sqlalchemy as sa
from alembic import op

revision = "v0009_contact_value"
down_revision = "v0008_accounts"

_NUMBERS = ("margin", "contact_value", "contact_value_low", "contact_value_high")


def upgrade() -> None:
    """Add the columns; rows of an earlier version have none of them."""
    for name in _NUMBERS:
        op.add_column("ranking", sa.Column(name, sa.Float()))
    op.add_column("ranking", sa.Column("call_helps", sa.Boolean()))


def downgrade() -> None:
    """Drop them; every lead is due, as `rank_key` may be a contact value."""
    for name in (*_NUMBERS, "call_helps"):
        op.drop_column("ranking", name)
    op.execute("update ranking_marks set due_at = 0")
