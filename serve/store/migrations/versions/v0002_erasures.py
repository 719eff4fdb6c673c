"""Numbers of erasures; who did what to which lead in the audit."""

import sqlalchemy as sa
from alembic import op

revision = "v0002_erasures"
down_revision = "v0001"


def upgrade() -> None:
    """Add the table of erasures and two columns of the audit."""
    op.create_table(
        "erasures",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_erasures")),
    )
    op.add_column("audit", sa.Column("who", sa.String(), nullable=True))
    op.add_column("audit", sa.Column("lead_id", sa.String(), nullable=True))
    op.create_index(op.f("ix_audit_lead_id"), "audit", ["lead_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index(op.f("ix_audit_lead_id"), "audit")
    op.drop_column("audit", "lead_id")
    op.drop_column("audit", "who")
    op.drop_table("erasures")
