"""Links of users to those whom a provider of sign-ins identifies."""

import sqlalchemy as sa
from alembic import op

revision = "v0006_identities"
down_revision = "v0005_reasons"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "identities",
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=op.f("fk_identities_user_id")),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("identities")
